//! The restoration of a point in time by the operators' script.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{Typed, types};
use crate::server::{Server, place};
use crate::stack::Stack;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Types the script at the repository's root, with the settings of a replica.
fn restore(settings: &Command, url: &str, moment: &str) -> Typed {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("./scripts/restore-from-backup.sh {moment} 2>&1")]).current_dir(REPOSITORY);
    shell.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("SOMABRAIN_URL", url);
    shell.envs(settings.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("SOMABRAIN_PROGRAM", settings.get_program());
    let output = shell.output().expect("a shell");
    Typed { code: output.status.code(), printed: String::from_utf8_lossy(&output.stdout).into_owned() }
}

fn remember(server: &Server, content: &str) {
    let body = json!({"content": content}).to_string();
    assert_eq!(server.call("POST", "/remember", &body).expect("it answers").0, 201);
}

fn stored(server: &Server) -> Vec<String> {
    let (_, page) = server.call("GET", "/memories?limit=100", "").expect("it answers");
    let memories = page["memories"].as_array().expect("a list").iter();
    memories.map(|memory| memory["content"].as_str().expect("a text").to_owned()).collect()
}

/// How many memories the density matrix has seen, once it has seen so many.
fn seen(server: &Server, observations: u64) {
    let begin = std::time::Instant::now();
    loop {
        let (_, density) = server.call("GET", "/admin/density", "").expect("it answers");
        if density["observations"] == json!(observations) {
            return;
        }
        assert!(begin.elapsed().as_secs() < 30, "{density}");
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
}

#[test]
fn check_11_the_script_restores_a_point_in_time_and_prints_where_the_data_now_stands() {
    let (stack, backups) = (Stack::start(0).expect("the stack starts"), place());
    let settings = || {
        let mut command = stack.command();
        command.env("SOMABRAIN_BACKUP_DIR", backups.path());
        command
    };
    // It knows of no place for backups, and so makes none by itself.
    let server = Server::of(stack.command()).expect("a replica");
    let kept = ["validation_test of the backup", "the ladder stands in the cellar"];
    kept.iter().for_each(|content| remember(&server, content));
    seen(&server, 2);
    let made = settings().args(["backup", "create", "--json"]).output().expect("it runs");
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let backup = made["moment"].as_str().expect("a moment");
    remember(&server, "what came after the backup");

    let none = restore(&settings(), &server.url, "19991231_235959");
    assert!(none.code != Some(0) && none.printed.contains("no backup at or before"), "{}", none.printed);
    let nonsense = restore(&settings(), &server.url, "yesterday");
    assert!(nonsense.code != Some(0) && nonsense.printed.contains("no point in time"), "{}", nonsense.printed);
    assert_eq!(stored(&server).len(), 3, "what is refused changes nothing");

    // A point in time that is no backup's name.
    let later = types(&server, "", &format!("until [ $(date -u +%Y%m%d_%H%M%S) != {backup} ]; do sleep 0.1; done"));
    assert_eq!(later.code, Some(0));
    let restored = restore(&settings(), &server.url, "$(date +%Y%m%d_%H%M%S)");
    assert_eq!(restored.code, Some(0), "{}", restored.printed);
    let (day, time) = backup.split_once('_').expect("a day and a time");
    let (date, clock) = ([&day[..4], &day[4..6], &day[6..]].join("-"), [&time[..2], &time[2..4], &time[4..]].join(":"));
    let stands = format!("the data now stands at {date}T{clock}");
    for words in [&stands, "validation_test", "recall answers: restored"] {
        assert!(restored.printed.contains(words), "{words}: {}", restored.printed);
    }
    assert_eq!(stored(&server), kept);
    seen(&server, 2);

    damage(backups.path().join("somabrain").join(backup).as_path());
    // By its name: what was there before the restoration is a newer backup.
    let damaged = restore(&settings(), &server.url, &format!("{backup}Z"));
    assert!(damaged.code != Some(0) && damaged.printed.contains("SHA-256"), "{}", damaged.printed);
    assert_eq!(stored(&server), kept, "what is refused changes nothing");
}

/// Changes a byte of the largest file of a backup.
fn damage(folder: &std::path::Path) {
    let entries = fs::read_dir(folder).expect("a backup").map(|entry| entry.expect("a file").path());
    let files = entries.filter(|path| path.is_file() && !path.ends_with("manifest.json"));
    let largest = files.max_by_key(|path| fs::metadata(path).map_or(0, |found| found.len())).expect("a file");
    let mut bytes = fs::read(&largest).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&largest, bytes).expect("written");
}
