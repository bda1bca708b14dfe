//! The front: ids, Host and Origin, anonymous callers, the rate, health.

use application::ports::Ports;
use application::ports::admission::Rates;
use poem::Request;
use somabrain_http::{Config, Mode};
use somabrain_inprocess::InProcess;

use crate::service::{Service, caller, production};

fn development() -> Service {
    let config = Config { mode: Mode::Development, anonymous: Some(caller("local")), ..production() };
    Service::over(InProcess::new(), config)
}

fn recall(headers: &[(&str, &str)]) -> Request {
    let request = Request::builder().method(poem::http::Method::POST).uri_str("/recall");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(r#"{"query":"x","k":1}"#)
}

#[tokio::test]
async fn a_request_id_that_cannot_be_logged_is_replaced() {
    let service = Service::new();
    let long = "r".repeat(129);
    for (given, kept) in [("my-id_1.2", true), ("two words", false), ("", false), (long.as_str(), false)] {
        let answer = service.ask("GET", "/livez", &[("x-request-id", given)], "").await;
        assert_eq!(answer.header("x-request-id") == Some(given), kept, "{given}");
        assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()));
    }
}

#[tokio::test]
async fn a_request_has_exactly_one_host() {
    let service = Service::new();
    let token = ("authorization", "Bearer alpha-token");
    assert_eq!(service.send(recall(&[token])).await.status, 400);
    assert_eq!(service.send(recall(&[("host", "a"), ("host", "b"), token])).await.status, 400);
    assert_eq!(service.send(recall(&[("host", "any.example"), token])).await.status, 200);
}

#[tokio::test]
async fn development_answers_without_a_token_but_only_this_machine() {
    let service = development();
    for host in ["127.0.0.1", "127.0.0.1:9696", "localhost", "LOCALHOST:1", "[::1]:9696"] {
        assert_eq!(service.send(recall(&[("host", host)])).await.status, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "evil@127.0.0.1"] {
        assert!((400..500).contains(&service.send(recall(&[("host", host)])).await.status), "{host}");
    }
}

#[tokio::test]
async fn development_refuses_pages_of_other_origins() {
    let service = development();
    for origin in
        ["http://evil.example", "null", "file://", "http://127.0.0.1.evil.example:9696", "http://localhost:3000"]
    {
        let answer = service.send(recall(&[("host", "localhost"), ("origin", origin)])).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    let own = service.send(recall(&[("host", "localhost:9696"), ("origin", "http://localhost:9696")])).await;
    assert_eq!(own.status, 200);
}

#[tokio::test]
async fn a_wrong_token_is_refused_where_none_would_be_accepted() {
    let answer = development().send(recall(&[("host", "localhost"), ("authorization", "Bearer wrong")])).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_tenant_over_its_rate_is_told_when_to_come_back() {
    let ports = InProcess::with_rates(Rates::new().requests(1.0, 2).expect("a rate that can be kept"));
    let service = Service::over(ports, production());
    let first = service.get("/namespaces").await;
    assert_eq!(
        (first.status, first.header("ratelimit-limit"), first.header("ratelimit-remaining")),
        (200, Some("2"), Some("1"))
    );
    assert_eq!(service.get("/namespaces").await.status, 200);
    let refused = service.get("/namespaces").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert_eq!(service.get("/health").await.status, 200);
}

#[tokio::test]
async fn health_names_each_component_and_says_which_does_not_answer() {
    let service = Service::new();
    let healthy = service.get("/health").await;
    assert_eq!(healthy.status, 200);
    let body = healthy.json();
    assert_eq!(
        (&body["status"], &body["version"], &body["mode"]),
        (&"healthy".into(), &"v0.1.0".into(), &"production".into())
    );
    assert!(body["components"]["storage"]["latency_ms"].is_number());
    service.brain.ports().working().off();
    let degraded = service.get("/health").await;
    assert_eq!((degraded.status, &degraded.json()["status"]), (503, &"degraded".into()));
    assert_eq!(degraded.json()["components"]["working_memory"]["status"], "unhealthy");
    assert_eq!(service.get("/readyz").await.status, 200);
    service.brain.ports().policy().off();
    assert_eq!(service.get("/readyz").await.status, 503);
}

#[tokio::test]
async fn readiness_fails_as_soon_as_the_service_begins_to_stop() {
    let service = Service::new();
    assert_eq!(service.get("/readyz").await.status, 200);
    service.stopping.begin();
    assert_eq!(service.get("/readyz").await.status, 503);
    assert_eq!(service.get("/livez").await.status, 200);
}

#[tokio::test]
async fn probes_and_metrics_need_no_token() {
    let service = Service::new();
    for path in ["/livez", "/readyz", "/health", "/metrics", "/docs", "/openapi.json"] {
        assert_eq!(service.ask("GET", path, &[("authorization", "")], "").await.status, 200, "{path}");
    }
    let metrics = service.get("/metrics").await;
    assert!(metrics.header("content-type").is_some_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431() {
    let long = "a".repeat(40_000);
    assert_eq!(Service::new().ask("GET", "/memories", &[("x-long", &long)], "").await.status, 431);
}

#[tokio::test]
async fn open_routes_have_a_bounded_number_of_places_and_livez_needs_none() {
    let service = Service::new();
    service.brain.ports().hold().close();
    let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(service.get("/health"))).collect();
    for one in &mut waiting {
        assert!(futures_util::poll!(one).is_pending());
    }
    for path in ["/health", "/readyz", "/metrics", "/docs", "/openapi.json"] {
        let refused = service.get(path).await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")), "{path}");
    }
    assert_eq!(service.get("/livez").await.status, 200);
    assert_eq!(service.get("/namespaces").await.status, 200, "other requests have places of their own");
    service.brain.ports().hold().open();
    for one in waiting {
        assert_eq!(one.await.status, 200);
    }
    assert_eq!(service.get("/metrics").await.status, 200);
}
