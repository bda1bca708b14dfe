//! `somabrain doctor` on the servers of the networked profile: what is wrong is found, and gone when it was put right.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::outages::{self, Away};
use crate::stack::Stack;

/// The exit code and the findings.
fn examined(stack: &Stack, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = stack.command().arg("doctor").arg("--json").args(arguments).output().expect("it runs");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(printed["ok"], json!(output.status.success()), "{printed}");
    (output.status.code(), printed["findings"].as_array().expect("a list").clone())
}

/// The components with findings that are wrong, each with its words.
fn wrong(findings: &[Value]) -> Vec<(&str, &str)> {
    let wrong = findings.iter().filter(|finding| finding["status"] == "wrong");
    let wrong = wrong.inspect(|finding| assert!(finding["advice"].is_string(), "{finding}"));
    wrong.map(|one| (one["component"].as_str().expect("a name"), one["what"].as_str().expect("words"))).collect()
}

fn is_well(stack: &Stack) {
    let (code, findings) = examined(stack, &[]);
    assert_eq!((code, wrong(&findings)), (Some(0), vec![]));
}

#[test]
fn the_doctor_finds_what_is_wrong_and_nothing_once_it_was_put_right() {
    let mut stack = Stack::start_servers().expect("the servers start");
    let (code, findings) = examined(&stack, &[]);
    let found: Vec<&str> = wrong(&findings).into_iter().map(|(component, _)| component).collect();
    assert_eq!((code, &found[..]), (Some(1), &["postgres", "memory_service", "kafka"][..]), "{findings:?}");

    stack.start_memory().expect("it starts");
    stack.add_replica().expect("it starts, and makes the tables");
    let (code, findings) = examined(&stack, &["--create-topics"]);
    assert_eq!((code, wrong(&findings)), (Some(0), vec![]));
    let created = json!("created audit_events and somabrain_events");
    assert!(findings.iter().any(|finding| finding["what"] == created), "{findings:?}");
    let stored = stack.replicas[0].call("POST", "/remember", r#"{"content": "the ladder stands in the cellar"}"#);
    assert_eq!(stored.expect("it answers").0, 201);
    stack.wait_until_told_but(0).expect("told");
    let (_, findings) = examined(&stack, &[]);
    let said = |component: &str, words: &str| {
        let found = findings.iter().any(|one| one["component"] == component && one["what"].to_string().contains(words));
        assert!(found, "{component} {words}: {findings:?}");
    };
    for (component, words) in [
        ("settings", "development mode"),
        ("postgres", "schema "),
        ("postgres", "every table with rows of tenants has row-level security"),
        ("postgres", "role somabrain owns no table and is no superuser"),
        ("redis", "tenant:*: 2 keys, each of 2 looked at has a time to live"),
        ("redis", "somabrain:*: 0 keys"),
        ("opa", "3 known decisions"),
        ("memory_service", "1 tenants compared"),
        ("kafka", "audit_events and somabrain_events are there"),
    ] {
        said(component, words);
    }
    keys(&stack);
    a_full_redis(&stack);
    a_lost_memory_service(&mut stack);
    away(&mut stack);
}

fn keys(stack: &Stack) {
    stack.redis("SET tenant:acme:wm:forgotten x", "+OK").expect("set");
    let (code, findings) = examined(stack, &[]);
    let [("redis", words)] = wrong(&findings)[..] else { panic!("{findings:?}") };
    assert!(words.contains("tenant:acme:wm:forgotten") && code == Some(1), "{words}");
    stack.redis("DEL tenant:acme:wm:forgotten", ":1").expect("deleted");
    is_well(stack);
}

fn a_full_redis(stack: &Stack) {
    stack.redis("CONFIG SET maxmemory 100mb", "+OK").expect("set");
    let (_, findings) = examined(stack, &[]);
    let [("redis", words)] = wrong(&findings)[..] else { panic!("{findings:?}") };
    assert!(words.contains("noeviction"), "{words}");
    stack.redis("CONFIG SET maxmemory-policy allkeys-lru", "+OK").expect("set");
    is_well(stack);
}

/// Found as long as no replica runs, which would tell it everything.
fn a_lost_memory_service(stack: &mut Stack) {
    assert_eq!(stack.replicas.remove(0).terminate().expect("it ends"), Some(0));
    stack.kill_memory().expect("it can be killed");
    std::fs::remove_dir_all(stack.memory_folder()).expect("its data can be lost");
    stack.start_memory().expect("an empty one starts");
    let (_, findings) = examined(stack, &[]);
    let [("memory_service", words)] = wrong(&findings)[..] else { panic!("{findings:?}") };
    assert!(words.contains("it lost data"), "{words}");
    stack.add_replica().expect("it starts");
    let begin = Instant::now();
    while examined(stack, &[]).0 != Some(0) {
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", examined(stack, &[]));
    }
}

fn away(stack: &mut Stack) {
    for component in ["redis", "postgres", "opa", "memory_service", "kafka"] {
        outages::take(stack, component, Away::Killed);
        let (code, findings) = examined(stack, &[]);
        let found: Vec<&str> = wrong(&findings).into_iter().map(|(component, _)| component).collect();
        assert_eq!((code, &found[..]), (Some(1), &[component][..]), "{findings:?}");
        outages::give_back(stack, component, Away::Killed);
    }
    outages::wait_until_healthy(&stack.urls());
    is_well(stack);
}
