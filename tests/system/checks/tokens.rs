//! Who may ask.

use super::{SECRET, production, status, token, types};
use crate::attacks::tokens;
use crate::server::Server;
use crate::stack::Stack;

const RECALL: &str = "-X POST $API/recall -H 'Content-Type: application/json' -d '{\"query\": \"test\", \"k\": 1}'";

fn failures(server: &Server, reason: &str) -> u64 {
    let line = format!("somabrain_auth_failures_total{{reason=\"{reason}\"}} ");
    let metrics = types(server, "", "curl -s $API/metrics").printed;
    metrics.lines().find_map(|one| one.strip_prefix(&line)).map_or(0, |count| count.parse().expect("a count"))
}

/// A token that says this, signed with the service's secret.
fn signed(claims: &str) -> String {
    tokens::signed(r#"{"alg": "HS256", "typ": "JWT"}"#, claims, SECRET.as_bytes())
}

#[test]
fn check_03_a_token_opens_recall_and_whatever_is_wrong_with_one_is_told_and_counted() {
    let stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(production(&stack)).expect("a replica");
    let bearer = "-H \"Authorization: Bearer $TOKEN\"";
    let reader = token(&stack, &["--tenant", "acme", "--role", "reader"]).expect("a token");
    let expired = signed(r#"{"sub": "ann", "tenant": "acme", "roles": ["reader"], "exp": 1000000000}"#);
    let mut foreign = production(&stack);
    foreign.env("SOMABRAIN_JWT_SECRET", SECRET.to_uppercase()).arg("token");
    let foreign = String::from_utf8(foreign.output().expect("it runs").stdout).expect("a token");
    assert_eq!(status(&server, &reader, &format!("{RECALL} {bearer}")), 200);
    assert_eq!(status(&server, "", RECALL), 401, "no token");
    assert_eq!(status(&server, foreign.trim(), &format!("{RECALL} {bearer}")), 401, "signed with another secret");
    assert_eq!(status(&server, "no.token.atall", &format!("{RECALL} {bearer}")), 401, "no token");
    let remember = format!("-X POST $API/remember -d '{{\"content\": \"test\"}}' {bearer}");
    assert_eq!(status(&server, &reader, &remember), 403, "a reader writes nothing");
    assert_eq!(status(&server, &expired, &format!("{RECALL} {bearer}")), 401, "expired");
    for reason in ["missing", "expired", "signature", "malformed"] {
        assert_eq!(failures(&server, reason), 1, "{reason}: {}", types(&server, "", "curl -s $API/metrics").printed);
    }
}

#[test]
fn check_04_recall_needs_no_json_content_type() {
    let stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(production(&stack)).expect("a replica");
    let writer = token(&stack, &["--tenant", "acme", "--role", "writer"]).expect("a token");
    let remember =
        "-X POST $API/remember -H \"Authorization: Bearer $TOKEN\" -d '{\"content\": \"known_test_memory\"}'";
    assert_eq!(status(&server, &writer, remember), 201);
    let typed = types(
        &server,
        &writer,
        "curl -s -f -X POST $API/recall -H \"Authorization: Bearer ${TOKEN}\" -d '{\"query\": \"known_test_memory\", \"k\": 5}'",
    );
    assert_eq!(typed.code, Some(0), "{}", typed.printed);
    let recalled: serde_json::Value = serde_json::from_str(&typed.printed).expect("JSON");
    assert_eq!(recalled["memories"][0]["content"], "known_test_memory");
}

#[test]
fn check_05_a_recall_without_a_token_is_401_in_production_and_200_in_development_on_loopback() {
    let stack = Stack::start(1).expect("the stack starts");
    let in_production = Server::of(production(&stack)).expect("a replica");
    let validation = "-X POST $API/recall -d '{\"query\": \"validation_test\", \"k\": 1}'";
    assert_eq!(status(&in_production, "", validation), 401);
    assert_eq!(status(&stack.replicas[0], "", validation), 200);
    let with_token = format!("{validation} -H \"Authorization: Bearer $TOKEN\"");
    let reader = token(&stack, &["--role", "reader"]).expect("a token");
    assert_eq!(status(&in_production, &reader, &with_token), 200, "what scripts do");
}
