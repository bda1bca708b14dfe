//! Kafka away or silent.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use application::ports::error::PortErrorKind;
use application::ports::events::{Event, Events};
use application::ports::metrics::BreakerState;
use domain::audit::Seal;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_kafka_legacy::{Config, KafkaLegacy};

const TIMEOUT: Duration = Duration::from_millis(300);

fn event() -> Event {
    Event {
        tenant: Tenant::try_new("acme").unwrap(),
        number: 1,
        at: Timestamp::MIN,
        subject: "ada".into(),
        action: "memory:remember".into(),
        resource: "memory".into(),
        outcome: "done".into(),
        namespace: None,
        memories: Vec::new(),
        request_id: "r-1".into(),
        traceparent: None,
        seal: Seal([0; 32]),
    }
}

/// Publishes and probes and checks that each ends as unavailable in time; then nothing is asked for a while.
async fn is_unavailable(address: String) {
    let kafka = KafkaLegacy::connect(Config { timeout: TIMEOUT, ..Config::new(address) }).await.unwrap();
    let start = Instant::now();
    assert_eq!(kafka.publish(&[event()]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert_eq!(kafka.probe().await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert!(start.elapsed() < TIMEOUT * 5, "{:?}", start.elapsed());
    assert!(kafka.failures() >= 2);
    while kafka.breaker() == BreakerState::Closed {
        kafka.publish(&[event()]).await.unwrap_err();
    }
    let start = Instant::now();
    assert_eq!(kafka.publish(&[event()]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert!(start.elapsed() < TIMEOUT / 2, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_silent_broker_is_unavailable_within_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    is_unavailable(silent.local_addr().unwrap().to_string()).await;
}

#[tokio::test]
async fn a_broker_that_is_away_is_unavailable_within_the_timeout() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap().to_string();
    drop(closed);
    is_unavailable(address).await;
}

#[tokio::test]
async fn no_broker_at_all_is_refused_at_once() {
    for bootstrap in ["", " , "] {
        let failed = KafkaLegacy::connect(Config::new(bootstrap)).await.err().unwrap();
        assert_eq!(failed.kind, PortErrorKind::Internal);
    }
}

#[tokio::test]
async fn nothing_to_publish_needs_no_broker() {
    let kafka = KafkaLegacy::connect(Config::new("127.0.0.1:1")).await.unwrap();
    kafka.publish(&[]).await.unwrap();
}
