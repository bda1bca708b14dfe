//! Many replicas.

use serde_json::{Value, json};

use crate::journeys::{forget_what_differs, same};
use crate::server::Server;
use crate::stack::Stack;

const SAID: [&str; 10] = [
    "the spare key is under the blue pot",
    "the ladder stands in the cellar",
    "the dentist is on Oak Street",
    "water the tomatoes every day",
    "the invoices are due on the first",
    "the blue umbrella hangs in the archive",
    "the bin goes out on Tuesday",
    "my sister works as a nurse in Lisbon",
    "the printer's password is under its lid",
    "the second door on the left is the archive",
];

fn recalled(server: &Server) -> Value {
    let body = json!({"query": "what is blue?", "k": 5, "explain": true, "as_of": "2026-06-01T00:00:00Z"});
    let (status, mut answer) = server.call("POST", "/recall", &body.to_string()).expect("it answers");
    assert_eq!((status, &answer["degraded"]), (200, &json!(false)), "{answer}");
    forget_what_differs(&mut answer);
    answer
}

#[test]
fn check_08_ten_replicas_give_the_same_recall_and_no_state_lives_in_one() {
    let mut stack = Stack::start(10).expect("the stack starts");
    for (replica, content) in stack.replicas.iter().zip(SAID) {
        let body = json!({"content": content, "occurred_at": "2026-05-01T00:00:00Z", "session_id": "s"});
        assert_eq!(replica.call("POST", "/remember", &body.to_string()).expect("it answers").0, 201);
    }
    let expected = recalled(&stack.replicas[0]);
    assert_eq!(expected["memories"].as_array().map(Vec::len), Some(5), "{expected}");
    for replica in &stack.replicas[1..] {
        let found = recalled(replica);
        assert!(same(&expected, &found), "{expected}\n{found}");
    }
    for replica in &mut stack.replicas[..9] {
        replica.kill().expect("it can be killed");
    }
    let last = &stack.replicas[9];
    assert!(same(&expected, &recalled(last)), "nine were killed");
    let (_, session) = last.call("GET", "/sessions/s", "").expect("it answers");
    assert_eq!(session["memories"].as_array().map(Vec::len), Some(10), "{session}");
}
