//! A broker that stops, hangs and comes back.

use std::time::{Duration, Instant};

use application::ports::error::PortErrorKind;
use application::ports::events::Events;
use somabrain_kafka::{Config, Kafka};
use somabrain_servers::processes::Server;

use crate::place::{PATIENCE, Place, of_acme};

const TIMEOUT: Duration = Duration::from_secs(2);

/// Waits, as the relay does, until the stream takes the event.
async fn published(kafka: &Kafka, number: u64) {
    let start = Instant::now();
    let mut pause = tokio::time::interval(Duration::from_millis(100));
    while kafka.publish(&[of_acme(number)]).await.is_err() {
        assert!(start.elapsed() < PATIENCE, "not published within {PATIENCE:?}");
        pause.tick().await;
    }
}

async fn is_unavailable(kafka: &Kafka, number: u64) {
    let start = Instant::now();
    assert_eq!(kafka.publish(&[of_acme(number)]).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert!(start.elapsed() < TIMEOUT * 2, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_broker_that_was_killed_or_hung_is_used_again_when_it_is_back_and_nothing_is_out_of_order() {
    let mut server = Server::kafka().unwrap();
    let place = Place::of(server.url().to_owned()).await;
    let config = Config {
        audit_topic: place.audit.clone(),
        memory_topic: place.memories.clone(),
        timeout: TIMEOUT,
        ..Config::new(server.url())
    };
    let kafka = Kafka::connect(config).await.unwrap();
    published(&kafka, 1).await;

    server.kill().unwrap();
    is_unavailable(&kafka, 2).await;
    server.start().unwrap();
    published(&kafka, 2).await;

    server.pause().unwrap();
    is_unavailable(&kafka, 3).await;
    server.resume().unwrap();
    published(&kafka, 3).await;

    let events = place.events(&place.audit, &of_acme(1).tenant).await;
    assert_eq!(events, [of_acme(1), of_acme(2), of_acme(3)]);
    kafka.probe().await.unwrap();
}
