//! An endpoint that is away, overloaded, silent, and back.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use application::ports::encoder::Encoder;
use application::ports::error::PortErrorKind;
use application::ports::metrics::BreakerState;
use somabrain_embeddings::{Config, Embeddings};

use crate::server::{Endpoint, Manner};

async fn encoder(url: &str, timeout: Duration) -> Embeddings {
    let mut config = Config { dimensions: Some(16), ..Config::new(url, "words") };
    config.guard.timeout = timeout;
    Embeddings::connect(config).await.unwrap()
}

fn overloaded(headers: &'static str) -> Manner {
    Manner::Saying(429, headers, r#"{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}"#.into())
}

#[tokio::test]
async fn an_overloaded_or_failing_endpoint_is_asked_again() {
    let endpoint = Endpoint::start();
    let encoder = encoder(&endpoint.url, Duration::from_secs(10)).await;
    for trouble in [overloaded(""), Manner::Saying(500, "", "oh".into()), Manner::Saying(503, "", String::new())] {
        endpoint.behave([trouble]);
        assert!(encoder.encode(&["said"]).await.unwrap()[0].is_some());
    }
    assert_eq!((endpoint.asked().len(), encoder.failures()), (6, 3));
}

#[tokio::test]
async fn an_endpoint_is_asked_again_when_it_wants_to_be() {
    let endpoint = Endpoint::start();
    let encoder = encoder(&endpoint.url, Duration::from_secs(10)).await;
    endpoint.behave([overloaded("retry-after: 1\r\n")]);
    let begin = Instant::now();
    assert!(encoder.encode(&["said"]).await.is_ok());
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_endpoint_that_wants_to_be_asked_too_late_is_unavailable_at_once() {
    let endpoint = Endpoint::start();
    let encoder = encoder(&endpoint.url, Duration::from_secs(10)).await;
    endpoint.behave([overloaded("retry-after: 60\r\n")]);
    let begin = Instant::now();
    let failed = encoder.encode(&["said"]).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Unavailable);
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!(endpoint.asked().len(), 1);
}

#[tokio::test]
async fn repetitions_are_bounded() {
    let endpoint = Endpoint::start();
    let encoder = encoder(&endpoint.url, Duration::from_secs(10)).await;
    endpoint.behave([overloaded(""), overloaded(""), overloaded(""), overloaded("")]);
    assert_eq!(encoder.encode(&["said"]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert_eq!(endpoint.asked().len(), 3);
}

#[tokio::test]
async fn a_silent_endpoint_is_unavailable_within_the_timeout_and_answers_when_it_is_back() {
    let endpoint = Endpoint::start();
    let timeout = Duration::from_millis(300);
    let encoder = encoder(&endpoint.url, timeout).await;
    endpoint.behave([Manner::Hanging]);
    let begin = Instant::now();
    assert_eq!(encoder.encode(&["said"]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert!(begin.elapsed() < timeout * 5, "{:?}", begin.elapsed());
    assert!(encoder.encode(&["said"]).await.is_ok());
}

#[tokio::test]
async fn an_endpoint_that_is_away_is_left_in_peace_and_cannot_tell_its_dimensions() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let encoder = encoder(&url, Duration::from_millis(300)).await;
    while encoder.breaker() == BreakerState::Closed {
        assert_eq!(encoder.encode(&["said"]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    }
    assert_eq!(encoder.probe().await.unwrap_err().kind, PortErrorKind::Unavailable);
    let unknown = Embeddings::connect(Config::new(&url, "words")).await.err().unwrap();
    assert_eq!(unknown.to_string(), "encoder: could not learn its dimensions: unavailable");
}

#[tokio::test]
async fn a_probe_asks_only_where_no_answer_is_fresh() {
    let endpoint = Endpoint::start();
    let encoder = encoder(&endpoint.url, Duration::from_secs(1)).await;
    for _ in 0..3 {
        encoder.probe().await.unwrap();
    }
    assert_eq!(endpoint.asked().len(), 1);
}
