//! The driven ports: everything the application needs from outside, and the bundle that holds them.

pub mod admission;
pub mod archiving;
pub mod authenticator;
pub mod density;
pub mod encoder;
pub mod error;
pub mod events;
pub mod ledger;
pub mod long_term;
pub mod metrics;
pub mod outbox;
pub mod policy;
pub mod system;
pub mod teaching;
pub mod working;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use domain::memory::MemoryId;
use domain::tenant::Tenant;

use admission::Admission;
use archiving::AuditTrail;
use authenticator::Authenticator;
use density::DensityStore;
use encoder::Encoder;
use error::PortError;
use events::Events;
use ledger::Ledger;
use long_term::LongTermMemory;
use metrics::Metrics;
use outbox::Outbox;
use policy::Policy;
use system::System;
use working::WorkingMemory;

/// Everything the application needs from outside, as one type.
pub trait Ports: Send + Sync + 'static {
    /// Durable record.
    type Ledger: Ledger + AuditTrail;
    /// What the ledger holds and others have not been told.
    type Outbox: Outbox;
    /// Search over all memories.
    type LongTerm: LongTermMemory;
    /// What sessions have in mind.
    type Working: WorkingMemory;
    /// Density matrices.
    type Density: DensityStore;
    /// Text encoder.
    type Encoder: Encoder;
    /// Policy decision point.
    type Policy: Policy;
    /// Bearer tokens.
    type Authenticator: Authenticator;
    /// Rate limit.
    type Admission: Admission;
    /// Event stream.
    type Events: Events;
    /// Metrics.
    type Metrics: Metrics;
    /// Clock and ids.
    type System: System;

    /// Durable record.
    fn ledger(&self) -> &Self::Ledger;
    /// What the ledger holds and others have not been told.
    fn outbox(&self) -> &Self::Outbox;
    /// Search over all memories.
    fn long_term(&self) -> &Self::LongTerm;
    /// A second long-term memory that is told the same and stands by; never asked.
    fn long_term_backup(&self) -> Option<&Self::LongTerm> {
        None
    }
    /// What sessions have in mind.
    fn working(&self) -> &Self::Working;
    /// Density matrices.
    fn density(&self) -> &Self::Density;
    /// Text encoder.
    fn encoder(&self) -> &Self::Encoder;
    /// Policy decision point.
    fn policy(&self) -> &Self::Policy;
    /// Bearer tokens.
    fn authenticator(&self) -> &Self::Authenticator;
    /// Rate limit.
    fn admission(&self) -> &Self::Admission;
    /// Event stream.
    fn events(&self) -> &Self::Events;
    /// Metrics.
    fn metrics(&self) -> &Self::Metrics;
    /// Clock and ids.
    fn system(&self) -> &Self::System;

    /// Notes apart from the ledger what was erased, so that no backup from before brings it back; nothing where no backups
    /// are made. What could not be noted is noted with the next.
    fn note_erased(&self, tenant: &Tenant, ids: &[MemoryId]) -> impl Future<Output = Result<(), PortError>> + Send {
        let _ = (tenant, ids);
        std::future::ready(Ok(()))
    }

    /// The components that this profile stands on, each once, in the order of `/health`.
    fn standing(&self) -> Vec<Standing>;

    /// How one of them is, asked now. The use case of health has at most one probe of each under way.
    fn probe(&self, on: Standing) -> impl Future<Output = Component> + Send;

    /// Lets work go on to its end, whoever stops waiting for it meanwhile. What is under way when the profile is closed is
    /// waited for.
    fn beside(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// A component that a profile stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// `redis`, `postgres`, `storage`, …
    pub name: &'static str,
    /// Whether requests can be served without it: readiness asks only for the others.
    pub optional: bool,
}

impl Standing {
    /// What no request can be served without.
    pub const fn needed(name: &'static str) -> Self {
        Self { name, optional: false }
    }

    /// What requests can be served without.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, optional: true }
    }

    /// How it is, found out in so much time.
    pub fn found(self, status: Result<(), String>, latency: Duration) -> Component {
        Component { name: self.name, status, latency, optional: self.optional }
    }
}

/// One line of `/health`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// `redis`, `postgres`, `storage`, …
    pub name: &'static str,
    /// Healthy, or what is wrong in words without secrets.
    pub status: Result<(), String>,
    /// How long the probe took.
    pub latency: Duration,
    /// Whether requests can be served without it: readiness asks only for the others.
    pub optional: bool,
}

impl Component {
    /// Whether requests cannot be served because of it.
    pub fn keeps_from_serving(&self) -> bool {
        !self.optional && self.status.is_err()
    }
}
