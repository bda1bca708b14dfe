//! What the log says of requests.

use std::fs::{self, File};
use std::path::Path;

use crate::server::{Server, command, place, program};

/// The lines of a log in which `grep "SLOW\|latency"` finds the slow ones.
fn slow(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).expect("a log");
    text.lines().filter(|line| line.contains("SLOW")).map(str::to_owned).collect()
}

#[test]
fn a_slow_request_is_logged_with_operation_tenant_and_the_time_of_each_stage() {
    let (program, data) = (program(), place());
    let log = data.path().join("log");
    let mut command = command(&program, data.path());
    command.env("SOMABRAIN_SLOW_MS", "0");
    let mut server = Server::logging_to(File::create(&log).expect("a log"), command).expect("it starts");
    let stored = server.call("POST", "/remember", r#"{"content": "the ladder stands in the cellar"}"#).expect("stored");
    let recalled = server.call("POST", "/recall", r#"{"query": "where is the ladder?"}"#).expect("recalled");
    assert_eq!((stored.0, recalled.0, server.terminate().expect("it ends")), (201, 200, Some(0)));
    let lines = slow(&log);
    for (operation, stages) in [
        ("/remember", &["policy_ms", "encode_ms", "ledger_ms", "working_memory_ms"][..]),
        ("/recall", &["policy_ms", "encode_ms", "ledger_ms", "memory_service_ms", "working_memory_ms"][..]),
    ] {
        let of = |line: &&String| line.contains(&format!("operation=\"{operation}\""));
        let line = lines.iter().find(of).unwrap_or_else(|| panic!("a line for {operation}: {lines:#?}"));
        for part in ["tenant=\"local\"", "latency_ms=", "request_id="].iter().chain(stages) {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

#[test]
fn a_request_within_the_time_is_not_called_slow() {
    let (program, data) = (program(), place());
    let log = data.path().join("log");
    let mut command = command(&program, data.path());
    command.env("SOMABRAIN_SLOW_MS", "60000").env("SOMABRAIN_LOG", "info");
    let mut server = Server::logging_to(File::create(&log).expect("a log"), command).expect("it starts");
    let recalled = server.call("POST", "/recall", r#"{"query": "where is the ladder?"}"#).expect("recalled");
    assert_eq!((recalled.0, server.terminate().expect("it ends")), (200, Some(0)));
    assert_eq!(slow(&log), Vec::<String>::new());
    assert!(fs::read_to_string(log).expect("a log").contains("latency_ms="));
}
