//! The event stream: what happened, for others. Never content.

use std::future::Future;

use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::error::PortError;

/// A stream of what happened, at least once, in order per tenant. Suite: `contract::events`.
///
/// Obligations: when it returns, all of the events are with the stream; events of a tenant keep their order.
pub trait Events: Send + Sync {
    /// Publishes events in their order, all or an error; after an error any of them may have been published.
    fn publish(&self, events: &[Event]) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the ledger: with the tenant its identity.
    pub seq: Seq,
    /// Whose it is.
    pub tenant: Tenant,
    /// Who did it.
    pub subject: String,
    /// What was done, in the policy's words.
    pub action: String,
    /// In which namespace.
    pub namespace: Option<Namespace>,
    /// To which memories.
    pub memories: Vec<MemoryId>,
    /// In which request.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
}
