//! The event stream: what happened, for others. Never content.

use std::future::Future;

use domain::audit::Seal;
use domain::memory::MemoryId;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::trace::{SpanId, Traceparent};

use super::error::PortError;

/// A stream of what happened, at least once, in order per tenant. Suite: `contract::events`.
///
/// Obligations: when it returns, all of the events are with the stream; events of a tenant keep their order.
pub trait Events: Send + Sync {
    /// Publishes events in their order, all or an error; after an error any of them may have been published.
    fn publish(&self, events: &[Event]) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Something that happened: an act of the audit chain, as the stream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its number in the tenant's audit chain: with the tenant its identity, and the order of the stream.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub subject: String,
    /// What was done, in the policy's words.
    pub action: String,
    /// To what: `memory`, `namespace`, `subject`, …
    pub resource: String,
    /// How it ended.
    pub outcome: String,
    /// In which namespace, where it was one.
    pub namespace: Option<Namespace>,
    /// To which memories, at most 1,000 of them.
    pub memories: Vec<MemoryId>,
    /// In which request.
    pub request_id: String,
    /// In which trace, as a W3C `traceparent`.
    pub traceparent: Option<String>,
    /// The seal of the chain up to it.
    pub seal: Seal,
}

impl Event {
    /// What its message carries as `traceparent`: the trace of the request, with a span that no other message has.
    pub fn outgoing(&self) -> Option<Traceparent> {
        let caller = Traceparent::parse(self.traceparent.as_deref()?).ok()?;
        let (bytes, _) = self.seal.0.split_first_chunk().expect("a seal has 32 bytes");
        Some(caller.with_span(SpanId::from_bytes(*bytes)))
    }
}
