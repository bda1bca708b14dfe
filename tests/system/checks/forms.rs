//! Requests in the words of the runbooks.

use super::{production, status, token, types};
use crate::server::Server;
use crate::stack::Stack;

#[test]
fn check_13_maintenance_is_turned_on_with_an_admins_token() {
    let stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(production(&stack)).expect("a replica");
    let admin = token(&stack, &["--tenant", "acme", "--role", "admin"]).expect("a token");
    let writer = token(&stack, &["--tenant", "acme", "--role", "writer"]).expect("a token");
    let bearer = "-H \"Authorization: Bearer $TOKEN\"";
    let turn = |to: &str| format!("-X POST $API/admin/maintenance {bearer} -d '{{\"enabled\": {to}}}'");
    let remember = format!("-X POST $API/remember {bearer} -d '{{\"content\": \"during maintenance\"}}'");
    assert_eq!(status(&server, &writer, &turn("true")), 403);
    assert_eq!(status(&server, &admin, &turn("true")), 200);
    assert_eq!(status(&server, &writer, &remember), 503);
    let recall = format!("-X POST $API/recall {bearer} -d '{{\"query\": \"test\", \"k\": 1}}'");
    assert_eq!(status(&server, &writer, &recall), 200);
    assert_eq!(status(&server, &admin, &turn("false")), 200);
    assert_eq!(status(&server, &writer, &remember), 201);
}

#[test]
fn check_14_remember_takes_the_payload_of_the_smoke_test() {
    let stack = Stack::start(1).expect("the stack starts");
    let server = &stack.replicas[0];
    let smoke = "-X POST $API/remember -H 'Content-Type: application/json' -d '{\"payload\": {\"content\": \"test recovery\"}}'";
    assert_eq!(status(server, "", smoke), 201);
    let found = types(server, "", "curl -s -X POST $API/recall -d '{\"query\": \"test recovery\", \"k\": 1}'").printed;
    assert!(found.contains("\"content\":\"test recovery\""), "{found}");
}
