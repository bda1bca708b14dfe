//! What OPA is asked, and what counts as its decision.

use crate::question::{DENIED, PERMITTED, ask, call};
use crate::server::Stub;
use application::ports::error::PortErrorKind;
use application::ports::policy::{Basis, Decision};
use application::trace::{Origin, Traceparent, watched};
use serde_json::{Value, json};
use somabrain_opa::{Config, Opa};
use uuid::Uuid;

async fn opa(stub: &Stub) -> Opa {
    Opa::connect(Config::new(&stub.url)).await.unwrap()
}

#[tokio::test]
async fn the_question_is_what_the_policy_says_it_is_asked_with() {
    let stub = Stub::answering("200 OK", PERMITTED);
    ask(&opa(&stub).await, &call("reader", "r-1")).await.unwrap();
    let asked = stub.asked.recv().unwrap();
    assert_eq!(asked.line, "POST /v1/data/somabrain/authz HTTP/1.1");
    assert!(asked.headers.contains(&"content-type: application/json".to_owned()), "{:?}", asked.headers);
    let input = json!({"input": {
        "subject": "ada \u{1f9e0}",
        "tenant": "acme",
        "roles": ["reader"],
        "action": "memory:recall",
        "resource": {"kind": "memory", "tenant": "acme", "namespace": "default", "id": null,
            "source": null, "secrets": []},
        "request": {"id": "r-1", "method": "POST", "path": "/recall"},
    }});
    assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), input);
}

#[tokio::test]
async fn a_decision_is_taken_over_with_its_reason() {
    let permitted = ask(&opa(&Stub::answering("200 OK", PERMITTED)).await, &call("reader", "r-1")).await;
    assert_eq!(permitted.unwrap(), Decision::Allow(Basis::new("permitted")));
    let denied = ask(&opa(&Stub::answering("200 OK", DENIED)).await, &call("visitor", "r-1")).await;
    assert_eq!(denied.unwrap(), Decision::Deny(Basis::new("no role")));
}

#[tokio::test]
async fn the_id_of_the_decision_log_comes_with_the_decision() {
    let logged = r#"{"decision_id":"d-1","result":{"decision":{"allow":true,"reason":"permitted"}}}"#;
    let permitted = ask(&opa(&Stub::answering("200 OK", logged)).await, &call("reader", "r-1")).await;
    assert_eq!(permitted.unwrap(), Decision::Allow(Basis { id: Some("d-1".into()), reason: "permitted".into() }));
}

#[tokio::test]
async fn anything_but_a_whole_decision_is_an_internal_error() {
    for (status, body) in [
        ("200 OK", ""),
        ("200 OK", "true"),
        ("200 OK", "{}"),
        ("200 OK", r#"{"result":{}}"#),
        ("200 OK", r#"{"result":true}"#),
        ("200 OK", r#"{"result":{"allow":true,"reason":"permitted"}}"#),
        ("200 OK", r#"{"result":{"decision":{"allow":true}}}"#),
        ("200 OK", r#"{"result":{"decision":{"allow":"true","reason":"permitted"}}}"#),
        ("200 OK", r#"{"result":{"decision":{"allow":true,"reason":"permitted"}"#),
        ("500 Internal Server Error", PERMITTED),
        ("401 Unauthorized", PERMITTED),
        ("404 Not Found", PERMITTED),
        ("302 Found\r\nlocation: /v1/data/somabrain/authz", PERMITTED),
        ("204 No Content", ""),
    ] {
        let failed = ask(&opa(&Stub::answering(status, body)).await, &call("admin", "r-1")).await;
        assert_eq!(failed.unwrap_err().kind, PortErrorKind::Internal, "{status} {body}");
    }
}

#[tokio::test]
async fn a_gateway_that_misses_opa_says_that_it_is_unavailable() {
    let failed = ask(&opa(&Stub::answering("503 Unavailable", "")).await, &call("admin", "r-1")).await;
    assert_eq!(failed.unwrap_err().kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn the_token_goes_with_the_question_and_is_never_shown() {
    let stub = Stub::answering("200 OK", PERMITTED);
    let config = Config { token: Some("s3cret".into()), ..Config::new(format!("{}/", stub.url)) };
    assert!(!format!("{config:?}").contains("s3cret"));
    ask(&Opa::connect(config).await.unwrap(), &call("reader", "r-1")).await.unwrap();
    let headers = stub.asked.recv().unwrap().headers;
    assert!(headers.contains(&"authorization: Bearer s3cret".to_owned()), "{headers:?}");
}

/// A span below the one of the request, in the caller's trace; outside of a request nothing.
#[tokio::test]
async fn the_question_carries_the_request_and_its_trace() {
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let stub = Stub::answering("200 OK", PERMITTED);
    let (opa, call) = (opa(&stub).await, call("reader", "r-1"));
    let origin = Origin::new("r-1", Traceparent::parse(CALLER).ok(), Uuid::from_u128(7), true);
    let (_, trace) = watched(origin, async { ask(&opa, &call).await.unwrap() }).await;
    let headers = stub.asked.recv().unwrap().headers;
    let [span] = &trace.unwrap().spans[..] else { panic!("one attempt") };
    let traceparent = format!("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", span.id);
    assert!(headers.contains(&traceparent) && headers.contains(&"x-request-id: r-1".to_owned()), "{headers:?}");
    assert_eq!((span.name, span.client, span.failed), ("opa", true, false));
    ask(&opa, &call).await.unwrap();
    let headers = stub.asked.recv().unwrap().headers;
    assert!(!headers.iter().any(|header| header.starts_with("traceparent")), "{headers:?}");
}

#[tokio::test]
async fn a_url_that_names_no_server_is_refused_at_once() {
    for url in ["", "opa:8181", "ftp://opa", "http://", "http://opa?x=1", "http://ada:secret@opa:8181"] {
        let failed = Opa::connect(Config::new(url)).await.err().unwrap();
        assert_eq!(failed.kind, PortErrorKind::Internal, "{url}");
    }
}

#[tokio::test]
async fn an_opa_is_open_that_shows_its_policies() {
    for (status, open) in [("200 OK", true), ("401 Unauthorized", false), ("403 Forbidden", false)] {
        let stub = Stub::answering(status, r#"{"result":[]}"#);
        assert_eq!(opa(&stub).await.is_open().await.unwrap(), open, "{status}");
        assert_eq!(stub.asked.recv().unwrap().line, "GET /v1/policies HTTP/1.1");
    }
    assert!(opa(&Stub::answering("500 Internal Server Error", "{}")).await.is_open().await.is_err());
}
