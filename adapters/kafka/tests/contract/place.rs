//! Two topics of a test's own, and what is in them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use application::ports::events::Event;
use domain::audit::Seal;
use domain::memory::MemoryId;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use rskafka::client::partition::{OffsetAt, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;
use serde::Deserialize;

/// Partitions of each topic.
const PARTITIONS: i32 = 3;

/// Where a test publishes.
pub(crate) struct Place {
    pub(crate) bootstrap: String,
    pub(crate) audit: String,
    pub(crate) memories: String,
    client: Client,
}

/// The document of a message.
#[derive(Deserialize)]
struct Row {
    ts: String,
    tenant: String,
    number: u64,
    subject: String,
    action: String,
    resource: String,
    outcome: String,
    namespace: Option<String>,
    memories: Vec<String>,
    request_id: String,
    traceparent: Option<String>,
    hash: String,
}

impl Place {
    /// On this server, without topics.
    pub(crate) async fn bare(bootstrap: String) -> Self {
        let client = ClientBuilder::new(vec![bootstrap.clone()]).build().await.unwrap();
        let chance = RandomState::new().build_hasher().finish();
        Self { bootstrap, audit: format!("audit-{chance:x}"), memories: format!("memories-{chance:x}"), client }
    }

    /// On this server, with both topics.
    pub(crate) async fn of(bootstrap: String) -> Arc<Self> {
        let place = Self::bare(bootstrap).await;
        place.create().await;
        Arc::new(place)
    }

    /// Creates both topics.
    pub(crate) async fn create(&self) {
        let controller = self.client.controller_client().unwrap();
        for topic in [&self.audit, &self.memories] {
            controller.create_topic(topic, PARTITIONS, 1, 10_000).await.unwrap();
            // The controller has it; the broker learns of it, and that it leads each partition, a moment later.
            for partition in 0..PARTITIONS {
                let client = self.client.partition_client(topic, partition, UnknownTopicHandling::Retry).await.unwrap();
                client.get_offset(OffsetAt::Latest).await.unwrap();
            }
        }
    }

    /// What is in a topic: partition and record, in the order of each partition.
    pub(crate) async fn records(&self, topic: &str) -> Vec<(i32, Record)> {
        let mut records = Vec::new();
        for partition in 0..PARTITIONS {
            let client = self.client.partition_client(topic, partition, UnknownTopicHandling::Retry).await.unwrap();
            let end = client.get_offset(OffsetAt::Latest).await.unwrap();
            let mut next = client.get_offset(OffsetAt::Earliest).await.unwrap();
            while next < end {
                let (read, _) = client.fetch_records(next, 1..10_000_000, 1_000).await.unwrap();
                next = read.last().unwrap().offset + 1;
                records.extend(read.into_iter().map(|read| (partition, read.record)));
            }
        }
        records
    }

    /// What was published of a tenant to a topic; exact repetitions are left out.
    pub(crate) async fn events(&self, topic: &str, tenant: &Tenant) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for (_, record) in self.records(topic).await {
            let event = event(&record);
            assert_eq!(record.key.as_deref(), Some(event.tenant.as_str().as_bytes()));
            if event.tenant == *tenant && !events.contains(&event) {
                events.push(event);
            }
        }
        events
    }
}

/// A server whose answer can be waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

fn event(record: &Record) -> Event {
    let row: Row = serde_json::from_slice(record.value.as_ref().unwrap()).unwrap();
    let seal: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&row.hash[at..at + 2], 16).unwrap()).collect();
    Event {
        tenant: Tenant::try_new(&row.tenant).unwrap(),
        number: row.number,
        at: Timestamp::parse(&row.ts).unwrap(),
        subject: row.subject,
        action: row.action,
        resource: row.resource,
        outcome: row.outcome,
        namespace: row.namespace.map(|namespace| Namespace::try_new(&namespace).unwrap()),
        memories: row.memories.iter().map(|id| MemoryId(id.parse().unwrap())).collect(),
        request_id: row.request_id,
        traceparent: row.traceparent,
        seal: Seal(seal.try_into().unwrap()),
    }
}

/// An event of acme, the `number`th.
pub(crate) fn of_acme(number: u64) -> Event {
    Event {
        tenant: Tenant::try_new("acme").unwrap(),
        number,
        at: Timestamp::parse("2026-01-31T12:00:00.000001Z").unwrap(),
        subject: "ada".into(),
        action: "memory:remember".into(),
        resource: "memory".into(),
        outcome: "done".into(),
        namespace: Some(Namespace::default()),
        memories: vec![MemoryId("01990000-0000-7000-8000-000000000001".parse().unwrap())],
        request_id: "r-1".into(),
        traceparent: None,
        seal: Seal([0xab; 32]),
    }
}
