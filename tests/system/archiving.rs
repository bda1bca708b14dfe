//! `somabrain audit archive` beside replicas under load, and what is found when rows of the database are touched.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::load::{self, Book};
use crate::server::place;
use crate::stack::Stack;

/// The first number of what a command said.
fn count(said: &str) -> u64 {
    said.split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("a number first: {said}"))
}

#[test]
fn rows_are_archived_under_load_and_nothing_of_the_chain_is_lost() {
    let stack = Stack::start(2).expect("the stack starts");
    let (folder, book, over) = (place(), Book::default(), AtomicBool::new(false));
    let to = folder.path().to_str().expect("a plain path");
    let (urls, archive) = (stack.urls(), ["audit", "archive", "--older-than", "1s", "--to", to]);
    let mut archived = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| load::until(&over, &urls, 1, &book));
        let runs = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for run in 0..4 {
                while book.acknowledged() < 40 * (run + 1) {
                    std::thread::park_timeout(std::time::Duration::from_millis(50));
                }
                let said = stack.run(&archive).expect("archived");
                archived += if said.contains("archived in") { count(&said) } else { 0 };
                stack.run(&["audit", "verify"]).expect("the chain is whole");
            }
        }));
        over.store(true, Ordering::SeqCst);
        runs.unwrap_or_else(|broken| std::panic::resume_unwind(broken));
    });
    stack.wait_until_told_but(0).expect("told");
    assert!(archived > 20, "{archived} rows were archived under load");
    assert!(book.take().keys().all(|answer| matches!(answer.status, 200 | 201)), "the load was served");
    load::all_are_there_once(&urls, &book);
    let across = stack.run(&["audit", "verify", "--archive", to]).expect("whole from the first row on");
    assert!(count(&across) >= book.acknowledged() as u64, "an event a memory: {across}");
    let told = stack.servers.kafka.messages("audit_events").expect("the topic is read");
    assert!(told.len() as u64 >= count(&across), "{} events told: {across}", told.len());
    touched(&stack, to);
}

fn touched(stack: &Stack, to: &str) {
    let refused = |words: &str| {
        let said = stack.run(&["audit", "verify", "--archive", to]).expect_err("refused").to_string();
        assert!(said.contains(words), "{said}");
    };
    let change = |statement: &str| stack.change(statement).expect("changed");
    change("UPDATE audit_beginnings SET number = number - 1");
    refused("where the audit log of tenant local begins was tampered with");
    change("UPDATE audit_beginnings SET number = number + 1");
    change("CREATE TABLE put_aside AS SELECT * FROM audit_beginnings");
    change("DELETE FROM audit_beginnings");
    refused("audit event 1 is missing");
    change("INSERT INTO audit_beginnings SELECT * FROM put_aside");
    stack.run(&["audit", "verify", "--archive", to]).expect("whole again");
    change("DELETE FROM audit_log WHERE number = (SELECT number + 1 FROM audit_beginnings)");
    refused("is missing");
}
