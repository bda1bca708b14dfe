//! An event as a message: the tenant as its key, and this JSON document as its value.
//!
//! ```json
//! {"event_id": "2b0e…", "schema_version": 1, "ts": "2026-01-31T12:00:00.000000Z", "tenant": "acme", "number": 17,
//!  "subject": "ada", "action": "memory:remember", "resource": "memory", "outcome": "done", "namespace": "default",
//!  "memories": ["0199…"], "request_id": "r-1", "traceparent": null, "hash": "64 hexadecimal digits"}
//! ```
//!
//! `number` counts a tenant's events without gaps, so that a reader sees what it read twice or missed; `event_id` is the
//! UUID version 5 of `urn:somabrain:event:{tenant}:{number}` in the namespace of URLs; `hash` is the seal of the audit
//! chain. `namespace` and `traceparent` may be null.

use application::ports::events::Event;
use application::ports::policy::Action;
use serde::Serialize;
use uuid::Uuid;

/// The version of the document; it rises when a member changes its meaning or goes.
const SCHEMA_VERSION: u8 = 1;

/// A message to a partition.
pub(crate) struct Message<'a> {
    pub(crate) event: &'a Event,
    pub(crate) value: Vec<u8>,
}

#[derive(Serialize)]
struct Document<'a> {
    event_id: String,
    schema_version: u8,
    ts: String,
    tenant: &'a str,
    number: u64,
    subject: &'a str,
    action: &'a str,
    resource: &'a str,
    outcome: &'a str,
    namespace: Option<&'a str>,
    memories: Vec<String>,
    request_id: &'a str,
    traceparent: Option<&'a str>,
    hash: String,
}

impl<'a> Message<'a> {
    pub(crate) fn of(event: &'a Event) -> Result<Self, serde_json::Error> {
        let name = format!("urn:somabrain:event:{}:{}", event.tenant, event.number);
        let document = Document {
            event_id: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string(),
            schema_version: SCHEMA_VERSION,
            ts: event.at.to_string(),
            tenant: event.tenant.as_str(),
            number: event.number,
            subject: &event.subject,
            action: &event.action,
            resource: &event.resource,
            outcome: &event.outcome,
            namespace: event.namespace.as_ref().map(|namespace| namespace.as_str()),
            memories: event.memories.iter().map(|id| id.0.to_string()).collect(),
            request_id: &event.request_id,
            traceparent: event.traceparent.as_deref(),
            hash: event.seal.to_string(),
        };
        Ok(Self { event, value: serde_json::to_vec(&document)? })
    }

    pub(crate) fn key(&self) -> &'a [u8] {
        self.event.tenant.as_str().as_bytes()
    }

    /// Bytes that it takes, headers of the format left out.
    pub(crate) fn size(&self) -> usize {
        self.key().len() + self.value.len()
    }
}

/// Whether it is about the life of memories: remembered, changed, erased.
pub(crate) fn is_of_memories(event: &Event) -> bool {
    [Action::Remember, Action::Change, Action::Erase].iter().any(|action| action.as_str() == event.action)
}
