//! Both profiles give the same answers: embedded, one replica, three replicas asked in turn.

use serde_json::Value;

use crate::journeys::{self, Hosts, same};
use crate::server::{Server, place, program};
use crate::stack::Stack;

fn compare(name: &str, expected: &[(String, Value)], found: &[(String, Value)]) {
    assert_eq!(expected.len(), found.len());
    for ((asked, one), (asked_too, other)) in expected.iter().zip(found) {
        assert_eq!(asked, asked_too);
        assert!(same(one, other), "{name}: {asked}\nembedded: {one}\nhere:     {other}");
    }
}

#[test]
fn embedded_one_replica_and_three_replicas_answer_the_same() {
    let data = place();
    let embedded = Server::start(&program(), data.path()).expect("it starts");
    let expected = journeys::all(Hosts::of([&embedded])).expect("embedded");
    for replicas in [1, 3] {
        let stack = Stack::start(replicas).expect("the stack starts");
        let found = journeys::all(Hosts::of(&stack.replicas)).expect("the journeys end well");
        compare(&format!("{replicas} replicas"), &expected, &found);
    }
    println!("{} answers compared", expected.len());
}
