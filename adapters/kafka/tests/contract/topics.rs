//! What is in the topics, and who creates them.

use application::ports::error::PortErrorKind;
use application::ports::events::{Event, Events};
use domain::memory::MemoryId;
use serde_json::{Value, json};

use crate::kafka;
use crate::place::{Place, of_acme};

async fn place() -> std::sync::Arc<Place> {
    Place::of(somabrain_servers::kafka().await).await
}

#[tokio::test]
async fn a_message_is_the_document_that_operators_know() {
    let place = place().await;
    kafka(&place).await.publish(&[of_acme(17)]).await.unwrap();
    let (_, record) = place.records(&place.audit).await.remove(0);
    let document = json!({
        "event_id": "3dae8f88-bc5c-5103-9b43-b8a1c78368b5",
        "schema_version": 1,
        "ts": "2026-01-31T12:00:00.000001Z",
        "tenant": "acme",
        "number": 17,
        "subject": "ada",
        "action": "memory:remember",
        "resource": "memory",
        "outcome": "done",
        "namespace": "default",
        "memories": ["01990000-0000-7000-8000-000000000001"],
        "request_id": "r-1",
        "traceparent": null,
        "hash": "ab".repeat(32),
    });
    assert_eq!(serde_json::from_slice::<Value>(record.value.as_ref().unwrap()).unwrap(), document);
    assert_eq!(record.timestamp.timestamp_millis(), 1_769_860_800_000);
}

/// The trace is the caller's, with a span that no other message has.
#[tokio::test]
async fn a_message_says_in_its_headers_which_request_it_comes_from() {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736";
    let place = place().await;
    let traced = Event { traceparent: Some(format!("{TRACE}-00f067aa0ba902b7-01")), ..of_acme(1) };
    kafka(&place).await.publish(&[traced, of_acme(2)]).await.unwrap();
    let header = |record: &rskafka::record::Record, name: &str| {
        record.headers.get(name).map(|value| String::from_utf8(value.clone()).unwrap())
    };
    let records = place.records(&place.audit).await;
    assert_eq!(header(&records[0].1, "request_id").as_deref(), Some("r-1"));
    assert_eq!(header(&records[0].1, "traceparent"), Some(format!("{TRACE}-{}-01", "ab".repeat(8))));
    assert_eq!(header(&records[1].1, "request_id").as_deref(), Some("r-1"));
    assert_eq!(header(&records[1].1, "traceparent"), None);
}

#[tokio::test]
async fn what_happens_to_memories_is_in_the_other_topic_too() {
    let place = place().await;
    let acts = ["memory:remember", "memory:recall", "memory:change", "session:end", "memory:erase", "admin:freeze"];
    let events: Vec<Event> =
        (1..).zip(acts).map(|(number, action)| Event { action: action.into(), ..of_acme(number) }).collect();
    kafka(&place).await.publish(&events).await.unwrap();
    let numbers = async |topic| -> Vec<u64> {
        place.events(topic, &events[0].tenant).await.iter().map(|event| event.number).collect()
    };
    assert_eq!(numbers(&place.audit).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers(&place.memories).await, [1, 3, 5]);
}

#[tokio::test]
async fn more_than_a_broker_takes_at_once_is_sent_in_order() {
    let place = place().await;
    let memories = vec![MemoryId("01990000-0000-7000-8000-000000000001".parse().unwrap()); 1_000];
    let events: Vec<Event> = (1..=60).map(|number| Event { memories: memories.clone(), ..of_acme(number) }).collect();
    kafka(&place).await.publish(&events).await.unwrap();
    assert_eq!(place.events(&place.memories, &events[0].tenant).await, events);
}

#[tokio::test]
async fn a_missing_topic_is_named_with_what_to_do_and_found_once_it_is_there() {
    let place = Place::bare(somabrain_servers::kafka().await).await;
    let kafka = kafka(&place).await;
    let failed = kafka.publish(&[of_acme(1)]).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Internal);
    let said = failed.source.unwrap().to_string();
    assert!(said.contains(&place.audit) && said.contains("somabrain doctor --create-topics"), "{said}");
    kafka.probe().await.unwrap_err();

    assert_eq!(kafka.create_topics().await.unwrap(), [place.audit.clone(), place.memories.clone()]);
    assert_eq!(kafka.create_topics().await.unwrap(), Vec::<String>::new());
    kafka.probe().await.unwrap();
    kafka.publish(&[of_acme(1)]).await.unwrap();
}
