//! `bench sessions` on two short sessions, of which it can be said by hand what they hold at the end.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::commands::{done, refused, run};
use crate::server::{Server, place, program};

/// Three turns on Monday, two on Friday; the questions are answered by the first turn, by the last of Monday, by one of
/// either day, and by nothing.
fn lines(changed: impl Fn(&mut Value)) -> String {
    let turn = |id: &str, session: &str, day: u8, content: &str| json!({"corpus": "week", "id": id, "content": content, "session_id": session, "occurred_at": format!("2026-01-{day:02}T09:00:00Z")});
    let asked = |query: &str, gold: &[&str]| json!({"corpus": "week", "query": query, "gold": gold});
    let mut adversarial = asked("Who painted the harbour?", &["m1"]);
    adversarial["adversarial"] = true.into();
    let mut lines = [
        turn("m1", "monday", 5, "The spare key is under the blue pot."),
        turn("m2", "monday", 5, "Bread is best warm."),
        turn("m3", "monday", 5, "The ferry leaves at noon."),
        turn("f1", "friday", 9, "The ladder stands in the cellar."),
        turn("f2", "friday", 9, "The other key hangs behind the door."),
        asked("Where is the spare key?", &["m1"]),
        asked("When does the ferry leave?", &["m3"]),
        asked("Where are the keys?", &["m1", "f2"]),
        adversarial,
    ];
    lines.iter_mut().for_each(changed);
    lines.map(|line| line.to_string()).join("\n")
}

fn file(folder: &Path, text: &str) -> String {
    let file = folder.join("week.jsonl");
    fs::write(&file, text).expect("it can be written");
    file.to_str().expect("a plain path").to_owned()
}

/// The first row of each moment: all questions.
fn measured(folder: &Path, arguments: &[&str]) -> [Value; 2] {
    let file = file(folder, &lines(|_| {}));
    let arguments = [&["bench", "sessions", "--json", "--data", &file], arguments].concat();
    let report: Value = serde_json::from_str(&done(&program(), &folder.join("data"), &arguments)).expect("JSON");
    [0, 1].map(|moment| report["moments"][moment]["rows"][0].clone())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number: {value}"))
}

#[test]
fn a_session_holds_its_turns_at_its_end_and_another_session_holds_its_own() {
    let folder = place();
    let [end, later] = measured(folder.path(), &[]);
    assert_eq!([&end["questions"], &later["questions"]], [3, 3], "what nothing answers is not asked");
    assert_eq!(number(&end["gold_held"]), 1.0);
    assert!((number(&later["gold_held"]) - 1.0 / 3.0).abs() < 1e-9, "on Friday only the other key is held: {later}");
    // Each question finds all there is: three turns that the session holds, three again, two of five.
    assert!((number(&end["answers_held"]) - (1.0 + 1.0 + 2.0 / 5.0) / 3.0).abs() < 1e-9, "{end}");
    assert!((number(&later["answers_held"]) - 2.0 / 5.0).abs() < 1e-9, "{later}");
    assert_eq!(number(&end["with"]["recall_at_10"]), 1.0);
    for row in [end, later] {
        let change = &row["difference"]["ndcg_at_10"];
        let by_hand = number(&row["with"]["ndcg_at_10"]) - number(&row["without"]["ndcg_at_10"]);
        assert!((number(&change["mean"]) - by_hand).abs() < 1e-9, "{row}");
        assert!(number(&change["low"]) <= by_hand && by_hand <= number(&change["high"]), "{row}");
    }
}

#[test]
fn what_was_said_longer_ago_than_the_time_to_live_is_not_held() {
    let folder = place();
    let [end, _] = measured(folder.path(), &["--pace", "3600"]);
    // Of a turn an hour each day's last is held: the ferry and the other key, not the spare key.
    assert!((number(&end["gold_held"]) - 2.0 / 3.0).abs() < 1e-9, "{end}");
}

#[test]
fn sessions_are_measured_on_a_running_server_under_a_new_prefix_each_time() {
    let (folder, data) = (place(), place());
    let server = Server::start(&program(), data.path()).expect("it starts");
    let there = ["--url", &server.url];
    let [end, later] = measured(folder.path(), &there);
    assert_eq!(number(&end["gold_held"]), 1.0);
    assert!((number(&later["gold_held"]) - 1.0 / 3.0).abs() < 1e-9, "{later}");
    let file = file(folder.path(), &lines(|_| {}));
    let again = ["bench", "sessions", "--data", &file, "--url", &server.url];
    refused(&run(&program(), folder.path(), &again), "choose another --prefix");
    measured(folder.path(), &[&there[..], &["--prefix", "again."]].concat());
}

#[test]
fn texts_without_a_session_or_a_moment_are_named() {
    let folder = place();
    let without = |field: &str| {
        let file = file(folder.path(), &lines(|line| drop(line.as_object_mut().map(|line| line.remove(field)))));
        run(&program(), &folder.path().join("data"), &["bench", "sessions", "--data", &file])
    };
    refused(&without("session_id"), "`m1` of `week` has no `session_id`");
    refused(&without("occurred_at"), "`m1` of `week` has no moment `occurred_at`");
    let file = file(folder.path(), &lines(|_| {}));
    let apart = ["bench", "sessions", "--data", &file, "--apart", "month"];
    refused(&run(&program(), folder.path(), &apart), "--apart names `month`, which is no corpus");
}
