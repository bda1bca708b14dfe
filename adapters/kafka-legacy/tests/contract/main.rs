//! The promises of `Events`, kept with a broker before version 4; what is in its topics; and what a missing topic does.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

#[path = "../../../kafka/tests/contract/place.rs"]
mod place;

use application::ports::error::PortErrorKind;
use application::ports::events::{Event, Events};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use place::{PATIENCE, Place, of_acme};
use somabrain_kafka_legacy::{Config, KafkaLegacy};

/// The adapter that publishes to this place.
async fn kafka(place: &Place) -> KafkaLegacy {
    let config = Config {
        audit_topic: place.audit.clone(),
        memory_topic: place.memories.clone(),
        timeout: PATIENCE,
        ..Config::new(&place.bootstrap)
    };
    KafkaLegacy::connect(config).await.unwrap()
}

contract::events!(
    let place = Place::of(somabrain_servers::kafka_legacy().await).await;
    kafka(&place).await,
    async |_: &KafkaLegacy, tenant: &Tenant| place.events(&place.audit, tenant).await
);

#[tokio::test]
async fn what_happens_to_memories_is_in_the_other_topic_too() {
    let place = Place::of(somabrain_servers::kafka_legacy().await).await;
    let acts = ["memory:remember", "memory:recall", "memory:change", "session:end", "memory:erase", "admin:freeze"];
    let events: Vec<Event> =
        (1..).zip(acts).map(|(number, action)| Event { action: action.into(), ..of_acme(number) }).collect();
    kafka(&place).await.publish(&events).await.unwrap();
    let memories = place.events(&place.memories, &events[0].tenant).await;
    assert_eq!(memories.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 3, 5]);
}

#[tokio::test]
async fn more_than_a_broker_takes_at_once_is_sent_in_order() {
    let place = Place::of(somabrain_servers::kafka_legacy().await).await;
    let memories = vec![MemoryId("01990000-0000-7000-8000-000000000001".parse().unwrap()); 1_000];
    let events: Vec<Event> = (1..=60).map(|number| Event { memories: memories.clone(), ..of_acme(number) }).collect();
    kafka(&place).await.publish(&events).await.unwrap();
    assert_eq!(place.events(&place.audit, &events[0].tenant).await, events);
}

#[tokio::test]
async fn a_missing_topic_is_named_with_what_to_do() {
    let place = Place::bare(somabrain_servers::kafka_legacy().await).await;
    let kafka = kafka(&place).await;
    let failed = kafka.publish(&[of_acme(1)]).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Internal);
    let said = failed.source.unwrap().to_string();
    assert!(said.contains(&place.audit) && said.contains("kafka-topics.sh"), "{said}");
    kafka.probe().await.unwrap_err();
    place.create().await;
    kafka.publish(&[of_acme(1)]).await.unwrap();
    kafka.probe().await.unwrap();
}
