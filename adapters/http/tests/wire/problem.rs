//! Problem documents: their shape, and what they do not say.

use application::ports::Ports;

use crate::service::Service;

#[tokio::test]
async fn every_error_is_a_problem_document_with_the_requests_id() {
    let service = Service::new();
    for (method, path, status) in [
        ("GET", "/no/such/path", 404),
        ("PUT", "/remember", 405),
        ("POST", "/remember", 400),
        ("GET", "/memories/ffffffff-ffff-ffff-ffff-ffffffffffff", 404),
        ("DELETE", "/memories", 422),
    ] {
        let answer = service.ask(method, path, &[("x-request-id", "my-request")], "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("x-request-id"), Some("my-request"));
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], "my-request");
        for field in ["type", "title", "detail"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}: {field}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_served_says_which_are() {
    let answer = Service::new().ask("POST", "/memories", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, DELETE")));
}

#[tokio::test]
async fn a_token_that_is_missing_or_wrong_is_401_with_a_challenge() {
    let service = Service::new();
    for token in ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "alpha-token"] {
        let answer = service.ask("POST", "/recall", &[("authorization", token)], r#"{"query":"x"}"#).await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
    }
}

#[tokio::test]
async fn a_long_value_is_not_sent_back_in_full() {
    let body = format!(r#"{{"content":"x","kind":"{}"}}"#, "k".repeat(100_000));
    let answer = Service::new().post("/remember", &body).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.len() < 2000);
}

#[tokio::test]
async fn what_cannot_be_reached_is_503_and_says_nothing_of_the_inside() {
    let service = Service::new();
    service.brain.ports().ledger().off();
    let answer = service.post("/remember", r#"{"content":"x"}"#).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert!(!answer.text.contains("ledger"), "{}", answer.text);
}

#[tokio::test]
async fn a_policy_that_cannot_be_asked_permits_nothing() {
    let service = Service::new();
    service.brain.ports().policy().off();
    assert_eq!(service.post("/recall", r#"{"query":"x"}"#).await.status, 503);
}
