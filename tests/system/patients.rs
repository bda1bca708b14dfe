//! `somabrain doctor` on a data folder.

use std::fs;

use serde_json::{Value, json};

use crate::commands::{done, run};
use crate::server::{Server, place, program};

#[test]
fn the_doctor_checks_a_data_folder_beside_its_server_and_finds_a_damaged_row() {
    let (program, data) = (program(), place());
    let nowhere = run(&program, &data.path().join("nowhere"), &["doctor"]);
    let printed = String::from_utf8_lossy(&nowhere.stdout);
    assert!(printed.contains("WRONG  data_folder") && nowhere.status.code() == Some(1), "{printed}");

    let mut server = Server::start(&program, data.path()).expect("it starts");
    let stored = server.call("POST", "/remember", r#"{"content": "the ladder stands in the cellar"}"#);
    assert_eq!(stored.expect("it answers").0, 201);
    let printed = done(&program, data.path(), &["doctor", "--json"]);
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(printed["ok"], json!(true), "{printed}");
    assert!(printed["findings"].to_string().contains("1 memories, every checksum is right"), "{printed}");
    assert_eq!(server.terminate().expect("it ends"), Some(0));

    let file = data.path().join("somabrain.db");
    let mut bytes = fs::read(&file).expect("a database");
    let at = bytes.windows(6).rposition(|window| window == b"cellar").expect("the row of the memory");
    bytes[at] = b'C';
    fs::write(&file, bytes).expect("written");
    let damaged = run(&program, data.path(), &["doctor"]);
    let printed = String::from_utf8_lossy(&damaged.stdout);
    assert!(printed.contains("WRONG  data_folder") && printed.contains("restore a backup"), "{printed}");
    assert_eq!(damaged.status.code(), Some(1));
    let error = String::from_utf8_lossy(&damaged.stderr);
    assert_eq!(error.lines().filter(|line| line.starts_with("somabrain: ")).count(), 1, "{error}");
}

#[test]
fn the_embedded_profile_has_no_rows_of_an_outbox_to_delete() {
    let (program, data) = (program(), place());
    let said = done(&program, data.path(), &["outbox", "prune"]);
    assert_eq!(said, "0 rows told more than 7d ago were deleted\n");
}
