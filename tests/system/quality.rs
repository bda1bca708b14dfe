//! `bench quality` and `bench fit` on a corpus of a few lines whose measures can be worked out by hand.

mod duplicates;
mod filler;
mod purpose;
mod sessions;
mod variants;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::commands::{done, refused, run};
use crate::server::{Server, place, program};

/// Texts of two people and questions about them. BM25 finds `m1` and `m2` for the first question (both hold `kite`, the
/// shorter first), nothing for the second, `m3` alone for the last, which nobody answers.
fn lines() -> String {
    let memory = |id: &str, speaker: &str, content: &str| json!({"corpus": "tiny", "id": id, "speaker": speaker, "content": content});
    let question = |query: &str, gold: &[&str], category: &str| json!({"corpus": "tiny", "query": query, "gold": gold, "category": category});
    let mut adversarial = question("Which harbour?", &["m3"], "trap");
    adversarial["adversarial"] = true.into();
    let lines = [
        question("Where is the kite?", &["m2", "m4"], "plain"),
        memory("m1", "Ann", "A kite!"),
        memory("m2", "Bo", "The old kite hangs behind the kitchen door."),
        memory("m3", "Ann", "Ships leave the harbour at noon."),
        memory("m4", "Bo", "Bread is best warm."),
        question("Which animal barks?", &["m4"], "plain"),
        adversarial,
    ];
    lines.map(|line| line.to_string()).join("\n")
}

fn file(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("tiny.jsonl");
    fs::write(&file, text).expect("it can be written");
    file
}

fn measured(folder: &Path, arguments: &[&str]) -> Value {
    let file = file(folder, &lines());
    let file = file.to_str().expect("a plain path");
    let arguments = [&["bench", "quality", "--json", "--data", file], arguments].concat();
    serde_json::from_str(&done(&program(), &folder.join("data"), &arguments)).expect("JSON")
}

fn row<'a>(rows: &'a Value, name: &str) -> &'a Value {
    let mut rows = rows["rows"].as_array().expect("rows").iter();
    rows.find(|row| row["name"] == name).unwrap_or_else(|| panic!("there is a row {name}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number: {value}"))
}

#[test]
fn the_measures_of_bm25_are_those_worked_out_by_hand() {
    let folder = place();
    let report = measured(folder.path(), &[]);
    let bm25 = &report["systems"][1];
    assert_eq!(bm25["system"], "bm25");
    let all = row(bm25, "all but adversarial");
    assert_eq!(all["questions"], 2);
    // first question: m2 second of two gold, reciprocal rank 1/2, gain (1/log2 3)/(1 + 1/log2 3); second: nothing
    assert!((number(&all["recall_at_10"]) - 0.25).abs() < 1e-9, "{all}");
    assert!((number(&all["mrr_at_10"]) - 0.25).abs() < 1e-9 && (number(&all["hit_at_10"]) - 0.5).abs() < 1e-9, "{all}");
    assert!((number(&all["ndcg_at_10"]) - 0.386_852_807_234_541_6 / 2.0).abs() < 1e-9, "{all}");
    assert!((number(&row(bm25, "trap")["recall_at_10"]) - 1.0).abs() < 1e-9);
}

#[test]
fn a_shortlist_that_holds_everything_loses_nothing() {
    let folder = place();
    let report = measured(folder.path(), &["--shortlist"]);
    let asked = report["corpora"][0]["questions"].clone();
    assert_eq!(
        report["shortlist"],
        serde_json::json!({"questions": asked, "same_first_ten": asked, "recall_at_10_difference": 0.0})
    );
}

#[test]
fn recall_is_measured_beside_the_yardsticks_with_intervals() {
    let folder = place();
    let report = measured(folder.path(), &[]);
    let [own, bm25, vector] = [0, 1, 2].map(|at| &report["systems"][at]);
    assert_eq!([&own["system"], &bm25["system"], &vector["system"]], ["somabrain", "bm25", "vector"]);
    assert_eq!(report["corpora"], json!([{"name": "tiny", "memories": 4, "questions": 3}]));
    let mean = |system| number(&row(system, "plain")["recall_at_10"]);
    assert!(mean(own) >= mean(bm25), "{own}");
    let beyond = row(&report["differences"][0], "plain");
    let difference = &beyond["recall_at_10"];
    assert!((number(&difference["difference"]) - (mean(own) - mean(bm25))).abs() < 1e-9);
    assert!(number(&difference["low"]) <= number(&difference["high"]));
}

/// A conversation of three turns with five questions, one of them with evidence that is nowhere.
fn conversation() -> String {
    let turn = |speaker: &str, turn: &str, text: &str| json!({"speaker": speaker, "dia_id": turn, "text": text});
    let asked = |question: &str, category: u8, evidence: &[&str]| json!({"question": question, "answer": "-", "category": category, "evidence": evidence});
    json!([{
        "sample_id": "conv-x",
        "conversation": {
            "speaker_a": "Ann", "speaker_b": "Bo", "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                turn("Ann", "D1:1", "My sister moved to Lisbon."),
                turn("Bo", "D1:2", "I bought a sailing boat!"),
                turn("Ann", "D1:3", "What will you call the boat?"),
            ],
        },
        "qa": [
            asked("Where does the sister of Ann live?", 4, &["D1:1"]),
            asked("What do both say about the boat?", 1, &["D1:2; D1:3"]),
            asked("When did Bo buy it?", 2, &["D:1:02"]),
            asked("What is nowhere?", 3, &["D9:9"]),
            asked("Which boat did Ann buy?", 5, &["D1:2"]),
        ],
    }])
    .to_string()
}

#[test]
fn a_conversation_is_asked_what_its_evidence_resolves_to_however_speakers_are_sent() {
    let folder = place();
    let file = file(folder.path(), &conversation());
    let file = file.to_str().expect("a plain path");
    for way in ["field", "prefix", "metadata"] {
        let data = folder.path().join("data");
        let report = done(&program(), &data, &["bench", "quality", "--json", "--speakers", way, "--data", file]);
        let report: Value = serde_json::from_str(&report).expect("JSON");
        let own = &report["systems"][0];
        let counted = |name: &str| row(own, name)["questions"].as_u64().expect("a count");
        assert_eq!((counted("all but adversarial"), counted("conv-x"), counted("5 adversarial")), (3, 3, 1));
        assert_eq!([counted("1 multi-hop"), counted("2 temporal"), counted("4 single-hop")], [1, 1, 1]);
        assert!(own["rows"].as_array().expect("rows").iter().all(|row| row["name"] != "3 open-domain"));
        assert_eq!(number(&row(own, "4 single-hop")["recall_at_5"]), 1.0, "{way}");
    }
}

#[test]
fn every_part_that_is_on_has_a_line_in_the_ablation() {
    let folder = place();
    let report = measured(folder.path(), &["--ablation", "--abstention", "--misses", "5"]);
    let parts: Vec<&str> =
        report["ablation"].as_array().expect("lines").iter().filter_map(|one| one["without"].as_str()).collect();
    assert!(parts.contains(&"lexical") && parts.contains(&"semantic"), "{parts:?}");
    assert!(parts.contains(&"read_context") && parts.len() == 20, "{parts:?}");
    let without = row(&report["ablation"][0], "plain");
    assert!(without["ndcg_at_10"]["difference"].is_number());
    let abstention = &report["abstention"];
    assert_eq!((&abstention["adversarial"], &abstention["answerable"]), (&json!(1), &json!(2)));
    assert_eq!(abstention["curve"].as_array().map(Vec::len), Some(19));
    for miss in report["misses"]["listed"].as_array().expect("a list") {
        assert_eq!(miss["query"], Value::Null, "texts are not printed unless they are asked for");
    }
}

#[test]
fn the_same_corpus_is_measured_on_a_running_server() {
    let (folder, data) = (place(), place());
    let server = Server::start(&program(), data.path()).expect("it starts");
    let here = measured(folder.path(), &[]);
    for _ in ["stored", "there already"] {
        let there = measured(folder.path(), &["--url", &server.url]);
        assert_eq!(there["systems"], here["systems"]);
    }
}

#[test]
fn fitted_weights_come_as_settings_that_the_program_takes() {
    let folder = place();
    let file = file(folder.path(), &lines());
    let file = file.to_str().expect("a plain path");
    let fitted = done(&program(), &folder.path().join("data"), &["bench", "fit", "--data", file, "--json"]);
    let fitted: Value = serde_json::from_str(&fitted).expect("JSON");
    let settings = fitted["settings"].as_array().expect("settings");
    let mut command = crate::server::command(&program(), &folder.path().join("data"));
    for setting in settings.iter().filter_map(Value::as_str) {
        let (name, value) = setting.split_once('=').expect("name=value");
        command.env(name, value);
    }
    let checked = command.args(["check-config", "--json"]).output().expect("it runs");
    let checked: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert!(
        settings.iter().any(|line| line.as_str().is_some_and(|line| line.starts_with("SOMABRAIN_WEIGHT_LEXICAL=")))
    );
    assert_eq!(checked["unknown"], json!([]));
    let before_and_after = |name: &str| number(&fitted["groups"][0][name]["ndcg_at_10"]);
    assert!(before_and_after("after") >= before_and_after("before"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let (program, folder) = (program(), place());
    let data = folder.path().join("data");
    let wrong = |text: &str, words: &str| {
        let file = file(folder.path(), text);
        let file = file.to_str().expect("a plain path");
        let output = run(&program, &data, &["bench", "quality", "--data", file]);
        refused(&output, words);
        assert!(String::from_utf8_lossy(&output.stderr).contains("tiny.jsonl"));
    };
    let good = r#"{"corpus": "c", "id": "a", "content": "something"}"#;
    let also = |line: &str| format!("{good}\n\n{line}");
    wrong("nonsense", "line 1: is no JSON object");
    wrong(&also("[1]"), "line 3: is no JSON object");
    wrong(&also(r#"{"id": "b", "content": "x"}"#), "line 3: has no text `corpus`");
    wrong(&also(r#"{"corpus": "a/b", "id": "b", "content": "x"}"#), "line 3: the name of a corpus must not contain");
    wrong(&also(r#"{"corpus": "c", "content": "x"}"#), "line 3: a memory has no text `id`");
    wrong(&also(good), "line 3: `a` is there twice in `c`");
    wrong(&also(r#"{"corpus": "c", "id": "b", "content": 5}"#), "line 3: a memory has no text `content`");
    wrong(&also(r#"{"corpus": "c"}"#), "line 3: must have either `content` (a memory) or `query` (a question)");
    wrong(&also(r#"{"corpus": "c", "query": "x"}"#), "line 3: a question has no list `gold`");
    wrong(&also(r#"{"corpus": "c", "query": "x", "gold": []}"#), "line 3: `gold` is empty");
    wrong(&also(r#"{"corpus": "c", "query": "x", "gold": ["b"]}"#), "`gold` names `b`, which is no memory of `c`");
    wrong(&also(r#"{"corpus": "c", "query": "x", "gold": ["a"], "k": 3}"#), "line 3: must not have `k`");
    wrong(&also(r#"{"corpus": "c", "query": "x", "gold": ["a"], "category": 3}"#), "line 3: `category` is no text");
    wrong(good, "there is no question in");
    wrong("[1, 2]", "is neither LoCoMo's format nor JSON lines");
    wrong("[\n{,", "is not valid JSON: key must be a string at line 2");
    // what the loader leaves to the API is said by the API
    let unknown = r#"{"corpus": "c", "id": "b", "content": "x", "colour": "red"}"#;
    let asked = r#"{"corpus": "c", "query": "x", "gold": ["b"]}"#;
    let output = run(
        &program,
        &data,
        &[
            "bench",
            "quality",
            "--data",
            file(folder.path(), &format!("{unknown}\n{asked}")).to_str().expect("a plain path"),
        ],
    );
    refused(&output, "could not store `c`");
}

#[test]
fn weights_are_settings_with_a_name_each() {
    let (program, data) = (program(), place());
    let checked = |value: &str| {
        let mut command = crate::server::command(&program, data.path());
        command.env("SOMABRAIN_WEIGHT_FIRST_PERSON", value).args(["check-config", "--json"]).output().expect("it runs")
    };
    let listed: Value = serde_json::from_slice(&checked("-0.5").stdout).expect("JSON");
    let listed = listed["settings"].as_array().expect("settings").clone();
    let weights: Vec<&Value> = listed
        .iter()
        .filter(|one| one["name"].as_str().is_some_and(|name| name.starts_with("SOMABRAIN_WEIGHT_")))
        .collect();
    assert_eq!(weights.len(), 17);
    let set = weights.iter().find(|one| one["name"] == "SOMABRAIN_WEIGHT_FIRST_PERSON").expect("it is listed");
    assert_eq!((&set["value"], &set["from"]), (&json!("-0.5"), &json!("SOMABRAIN_WEIGHT_FIRST_PERSON")));
    refused(&checked("much"), "SOMABRAIN_WEIGHT_FIRST_PERSON is `much`, must be a number from -10 to 10");
    refused(&checked("NaN"), "SOMABRAIN_WEIGHT_FIRST_PERSON must lie in -10 to 10");
    refused(&checked("10.5"), "SOMABRAIN_WEIGHT_FIRST_PERSON must lie in -10 to 10");
}

#[test]
fn a_weight_changes_what_a_recall_explains() {
    let (program, data) = (program(), place());
    done(&program, data.path(), &["remember", "the spare key is under the blue pot"]);
    let mut command = crate::server::command(&program, data.path());
    command.env("SOMABRAIN_WEIGHT_LEXICAL", "2.5").args(["recall", "spare key", "--explain", "--json"]);
    let found: Value = serde_json::from_slice(&command.output().expect("it runs").stdout).expect("JSON");
    let terms = found["memories"][0]["explanation"]["terms"].as_array().expect("terms").clone();
    let lexical = terms.iter().find(|one| one["term"] == "lexical").expect("it is a term");
    assert_eq!(number(&lexical["weight"]), 2.5);
}
