//! Bodies of every operation that takes one: whatever comes, the answer is JSON or a problem, never a failure of ours.

use serde_json::json;

use crate::choices::Choices;
use crate::json::object;
use crate::service::{IDS, Kept, NOBODY};

/// Method, path and the fields that the body is to have.
const OPERATIONS: [(&str, &str, &[&str]); 9] = [
    ("POST", "/remember", &["content"]),
    ("POST", "/remember/batch", &["memories"]),
    ("POST", "/recall", &["query"]),
    ("POST", "/recall/feedback", &["recall_id"]),
    ("POST", "/plan", &["goal"]),
    ("PATCH", "/memories/{id}", &[]),
    ("POST", "/memories/{id}/links", &["to", "relation"]),
    ("POST", "/admin/maintenance", &["enabled"]),
    ("DELETE", "/memories/{id}", &[]),
];

#[test]
fn bodies() {
    let kept = Kept::new();
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let (method, path, fields) = choices.of(&OPERATIONS);
        let path = path.replace("{id}", choices.of(&[IDS[0], IDS[1], IDS[2], NOBODY]));
        let body = match choices.one_in(2) {
            true => choices.rest().to_vec(),
            false => object(&mut choices, fields, 3).to_string().into_bytes(),
        };
        kept.with(|service| {
            service.ask(method, &path, body);
            if path.ends_with("maintenance") {
                service.ask("POST", &path, json!({"enabled": false}).to_string().into_bytes());
            }
        });
    });
}
