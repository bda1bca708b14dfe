//! What operators do with a networked installation: rebuild a lost memory service, stop, start without settings.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{command, place, program};
use crate::stack::Stack;

const QUERY: &str = "where is the spare key?";

/// What is recalled, and whether the recall was whole.
fn recalled(stack: &Stack) -> (Vec<String>, bool) {
    let body = json!({"query": QUERY, "k": 1}).to_string();
    let (status, answer) = stack.replicas[0].call("POST", "/recall", &body).expect("it answers");
    assert_eq!(status, 200, "{answer}");
    let memories = answer["memories"].as_array().expect("a list").iter();
    let found = memories.map(|memory| memory["content"].as_str().expect("a text").to_owned()).collect();
    (found, answer["degraded"] == Value::Bool(false))
}

fn found(stack: &Stack) -> Vec<String> {
    let (found, whole) = recalled(stack);
    assert!(whole, "{found:?}");
    found
}

#[test]
fn a_lost_memory_service_is_rebuilt_and_everything_stops_when_asked() {
    let mut stack = Stack::start(1).expect("the stack starts");
    for content in ["the spare key is under the blue pot", "a note that is erased", "water the tomatoes"] {
        let body = json!({"content": content, "user_id": content.split(' ').next()}).to_string();
        assert_eq!(stack.replicas[0].call("POST", "/remember", &body).expect("it answers").0, 201);
    }
    assert_eq!(stack.replicas[0].call("DELETE", "/memories?user_id=a", "").expect("it answers").0, 200);
    assert_eq!(found(&stack), ["the spare key is under the blue pot"]);

    stack.kill_memory().expect("it can be killed");
    fs::remove_dir_all(stack.memory_folder()).expect("its data can be lost");
    stack.start_memory().expect("an empty one starts");
    // It has another name than the one before, and so everything waits for it.
    let begin = Instant::now();
    while recalled(&stack) != (vec!["the spare key is under the blue pot".to_owned()], true) {
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", recalled(&stack));
        std::thread::park_timeout(Duration::from_millis(100));
    }
    let said = stack.run(&["reindex"]).expect("everything is told once more");
    assert!(said.contains("3 entries queued"), "two memories and an erasure: {said}");
    assert_eq!(found(&stack), ["the spare key is under the blue pot"]);

    let mut memory = stack.memory.take().expect("it runs");
    assert_eq!(memory.terminate().expect("it ends"), Some(0));
    stack.start_memory().expect("it starts again");
    assert_eq!(found(&stack), ["the spare key is under the blue pot"], "what was applied outlives the process");
    assert_eq!(stack.replicas[0].terminate().expect("it ends"), Some(0));
}

#[test]
fn without_its_servers_the_networked_profile_says_what_it_needs() {
    let data = place();
    for (given, wanted) in [("", "SOMABRAIN_POSTGRES_DSN"), ("postgres://127.0.0.1:1/x", "SOMABRAIN_REDIS_URL")] {
        let mut command = command(&program(), data.path());
        command.env("SOMABRAIN_PROFILE", "networked").env("SOMABRAIN_POSTGRES_DSN", given);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(wanted) && said.lines().count() == 1, "{said}");
    }
    let mut command = command(&program(), data.path());
    let output = command.arg("memory-service").output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("SOMABRAIN_MEMORY_HTTP_TOKEN"));
}
