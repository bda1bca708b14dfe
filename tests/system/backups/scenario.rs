//! One story for both profiles: a backup under load, more writes, an erasure, the loss of everything, and the restoration of a
//! point in time by the operators' script.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::server::Server;

/// An installation of one profile.
pub(crate) trait Installation {
    /// A server that runs.
    fn server(&self) -> &Server;
    /// The program with the settings of the installation.
    fn command(&self) -> Command;
    /// Where a server answers while it is restored; `None`: none may run.
    fn served(&self) -> Option<String>;
    /// All data is lost, by whatever way is the profile's.
    fn lose_everything(&mut self);
    /// What an operator does between the restoration and the next request.
    fn go_on(&mut self);
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/restore-from-backup.sh");
const WRITERS: usize = 6;
/// Memories that are acknowledged before the backup begins, and after it has ended.
const SOME: usize = 60;

fn ask(server: &Server, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    server.call(method, path, &body).expect("it answers")
}

fn run(mut command: Command) -> String {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("text")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn backup(installation: &impl Installation, arguments: &[&str]) -> Value {
    let mut command = installation.command();
    command.arg("backup").args(arguments).arg("--json");
    let printed = run(command);
    // whatever else a command says comes before it
    serde_json::from_str(printed.lines().last().expect("a line")).expect("JSON")
}

fn script(installation: &impl Installation, moment: &str) -> Output {
    let like = installation.command();
    let mut command = Command::new(SCRIPT);
    command
        .arg(moment)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("SOMABRAIN_PROGRAM", like.get_program());
    if let Some(url) = installation.served() {
        command.env("SOMABRAIN_URL", url);
    }
    for (name, value) in like.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.output().expect("the script runs")
}

/// Writes until it is over, each memory with a number of its own; what was acknowledged is noted.
fn write(server: &Server, over: &AtomicBool, acknowledged: &Mutex<BTreeSet<u128>>, first: u128) {
    for number in first.. {
        if over.load(Ordering::SeqCst) {
            return;
        }
        if remember(server, number).0 == 201 {
            acknowledged.lock().expect("no writer panicked").insert(number);
        }
    }
}

fn id(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}

fn remember(server: &Server, number: u128) -> (u16, Value) {
    let content = format!("note {number} says that kettle {number} stands on shelf {}", number % 7);
    ask(
        server,
        "POST",
        "/remember",
        &json!({"id": id(number), "content": content, "user_id": format!("user-{}", number % 10)}),
    )
}

fn stored(server: &Server) -> BTreeSet<String> {
    let (mut all, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let (status, page) = ask(server, "GET", &format!("/memories?limit=1000{cursor}"), &Value::Null);
        assert_eq!(status, 200, "{page}");
        let ids = page["memories"].as_array().expect("a list").iter();
        all.extend(ids.map(|memory| memory["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// What was acknowledged before and after the backup that is restored.
struct Written {
    moment: String,
    before: BTreeSet<u128>,
    after: BTreeSet<u128>,
}

fn back_up_under_load(installation: &impl Installation) -> Written {
    let (over, acknowledged) = (AtomicBool::new(false), Mutex::<BTreeSet<u128>>::default());
    let reached = |count: usize| {
        while acknowledged.lock().expect("no writer panicked").len() < count {
            std::thread::yield_now();
        }
        acknowledged.lock().expect("no writer panicked").clone()
    };
    let server = installation.server();
    std::thread::scope(|scope| {
        for writer in 1..=WRITERS as u128 {
            let (over, acknowledged) = (&over, &acknowledged);
            scope.spawn(move || write(server, over, acknowledged, writer * 1_000_000));
        }
        let before = reached(SOME);
        let made = backup(installation, &["create"]);
        let at_the_end = reached(0);
        // What is acknowledged from here on may have been asked for while the backup was made: it is waited for first.
        let in_flight = reached(at_the_end.len() + WRITERS);
        let all = reached(in_flight.len() + SOME);
        over.store(true, Ordering::SeqCst);
        let after = all.difference(&in_flight).copied().collect();
        Written { moment: made["moment"].as_str().expect("a moment").to_owned(), before, after }
    })
}

/// Nothing acknowledged before it began is missing, nothing acknowledged after it ended is there, what was erased since stays
/// erased, and matrices and audit chains are whole.
pub(crate) fn a_lost_installation_is_restored_to_a_point_in_time(mut installation: impl Installation) {
    let lesson =
        ask(installation.server(), "POST", "/remember", &json!({"content": "the validation_test of the kettle"}));
    assert_eq!(lesson.0, 201, "{}", lesson.1);
    let written = back_up_under_load(&installation);
    let early: Vec<u128> = written.before.iter().copied().take(11).collect();
    // A later backup, so that the newest is not the one that is wanted; and an erasure, which it knows of.
    let erased = ask(installation.server(), "DELETE", &format!("/memories/{}", id(early[0])), &Value::Null);
    assert_eq!(erased.0, 200, "{}", erased.1);
    wait_for_another_second(&installation, &written.moment);
    // This one no backup knows of, nor any database that is left.
    let subject = format!("/memories?user_id=user-{}", early[1] % 10);
    assert_eq!(ask(installation.server(), "DELETE", &subject, &Value::Null).0, 200);
    let verified = backup(&installation, &["verify", &written.moment]);
    assert_eq!(verified["asked"], verified["found"], "{verified}");

    installation.lose_everything();
    let refused = script(&installation, "19991231_235959Z");
    assert!(!refused.status.success() && said(&refused).contains("no backup at or before"), "{}", said(&refused));
    let output = script(&installation, &format!("{}Z", written.moment));
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("the data now stands at 20"), "{}", said(&output));
    assert!(said(&output).contains("recall answers: restored"), "{}", said(&output));
    installation.go_on();

    let server = installation.server();
    let there = stored(server);
    let gone = |number: &u128| *number == early[0] || number % 10 == early[1] % 10;
    let missing = written.before.iter().filter(|number| !gone(number) && !there.contains(&id(**number)));
    assert_eq!(missing.count(), 0, "of {} acknowledged before the backup began", written.before.len());
    assert!(written.after.len() >= SOME, "{}", written.after.len());
    assert_eq!(
        written.after.iter().filter(|number| there.contains(&id(**number))).count(),
        0,
        "acknowledged after it ended"
    );
    for number in [early[0], early[1]] {
        assert!(!there.contains(&id(number)), "what was erased since stays erased");
        assert_eq!(remember(server, number).0, 409, "and its id cannot be used again");
    }
    let kept = early[2..].iter().find(|number| !gone(number)).expect("one that was not erased");
    let query = json!({"query": format!("where does kettle {kept} stand?"), "k": 3});
    let (status, answer) = ask(server, "POST", "/recall", &query);
    assert_eq!((status, &answer["degraded"]), (200, &json!(false)), "{answer}");
    assert!(answer["memories"].to_string().contains(&id(*kept)), "{answer}");
    let (status, density) = ask(server, "GET", "/admin/density", &Value::Null);
    assert_eq!(status, 200, "{density}");
    assert!(density.to_string().contains("observations"), "{density}");
    assert_eq!(remember(server, 42).0, 201, "and it goes on");
    assert!(
        run({
            let mut command = installation.command();
            command.args(["audit", "verify"]);
            command
        })
        .contains("verified")
    );
}

/// A backup a second: this waits until there is a later one.
fn wait_for_another_second(installation: &impl Installation, moment: &str) {
    loop {
        let mut command = installation.command();
        command.args(["backup", "create"]);
        let output = command.output().expect("it runs");
        if output.status.success() {
            break;
        }
        assert!(said(&output).contains("wait a second"), "{}", said(&output));
    }
    let listed = backup(installation, &["list"]);
    let moments: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|one| one["moment"].as_str()).collect();
    assert!(moments.len() == 2 && moments[0] == moment, "{moments:?}");
}

/// A folder within a folder.
pub(crate) fn within(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
