//! The outbox: what the ledger holds and others have not been told yet.

use std::future::Future;
use std::time::Duration;

use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use super::error::PortError;
use super::events::Event;
use super::long_term::{Entry, ServiceId};

/// What was written and is not everywhere yet: entries for each long-term memory, events for the stream. The same
/// adapter is the ledger. Suite: `contract::outbox`.
///
/// Obligations: an entry is undelivered from the act that made it until it is acknowledged, whoever dies meanwhile; an
/// entry of a memory that was erased since is not delivered any more, its erasure is; a tenant's batch is with one
/// claimant at a time, and free again when its lease ends; events come in the order of the audit chain, each until its
/// batch is settled; what is claimed is surely committed, so that nothing with a lower number can appear later. An
/// adapter that serves the long-term memory itself has no entries to deliver.
///
/// Every service that is enrolled is told for itself: an act's entries wait for each of them, and what one has
/// acknowledged says nothing about another. There is one from the start, [`ServiceId::NAMELESS`]. What is asked of a
/// service that is not enrolled is the nameless one's as long as nobody has inherited from that.
pub trait Outbox: Send + Sync {
    /// What a service has not acknowledged of a namespace, oldest first, at most `limit`: each memory as it is now, with the
    /// place of its last act.
    fn undelivered(
        &self,
        service: ServiceId,
        tenant: &Tenant,
        namespace: &Namespace,
        limit: usize,
    ) -> impl Future<Output = Result<Undelivered, PortError>> + Send;

    /// The service has these entries. A place that is not waiting is passed over.
    fn acknowledge(
        &self,
        service: ServiceId,
        tenant: &Tenant,
        places: &[Seq],
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// A service is there and is to be told. For one that is not enrolled yet everything that is stored begins to wait,
    /// with the erasure of everything that no longer is, unless it inherits; nothing that is written meanwhile is missed.
    /// One that is enrolled stays as it is. Answers whether everything waits that it lacks: if not, there is too much for
    /// one act, and enrolling it again goes on.
    fn enrol(&self, enrolling: Enrolling) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Takes the work of one tenant that has any for the receiver and that nobody holds, the longest waiting first; `None`:
    /// there is nothing to do, or others do it.
    fn claim(&self, claim: Claim) -> impl Future<Output = Result<Option<Batch>, PortError>> + Send;

    /// A claimed batch was worked on. What was told counts even where the lease has ended meanwhile; the tenant is freed
    /// only by the holder of its lease.
    fn settle(&self, settling: Settling) -> impl Future<Output = Result<(), PortError>> + Send;

    /// How much waits.
    fn depth(&self, now: Timestamp) -> impl Future<Output = Result<Depth, PortError>> + Send;
}

/// What a service lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Undelivered {
    /// What it is to be told.
    pub entries: Vec<Entry>,
    /// Whether nothing else can be missing, but what is beyond the limit: it is enrolled, wholly.
    pub whole: bool,
}

/// Who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolling {
    /// The service.
    pub service: ServiceId,
    /// Whether it takes over what waits for the nameless one: it is the same service, which has a name by now. Only the
    /// first does.
    pub inherits: bool,
    /// Now.
    pub now: Timestamp,
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Receiver {
    /// A long-term memory: entries.
    LongTerm(ServiceId),
    /// The event stream: events.
    Stream,
}

/// Who takes work, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// For whom: a tenant's entries for each service and its events are claimed apart.
    pub receiver: Receiver,
    /// Who takes it: an id of the process.
    pub holder: Uuid,
    /// Now.
    pub now: Timestamp,
    /// When somebody else may take it.
    pub until: Timestamp,
    /// Entries made later than this are left to the replica that made them, which delivers them itself.
    pub ripe: Timestamp,
    /// Most entries or events.
    pub limit: usize,
}

/// The work of one tenant for one receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Whose it is.
    pub tenant: Tenant,
    /// What is to be told; never empty.
    pub work: Work,
}

/// What a receiver is to be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// For the long-term memory, in the order of their places.
    Entries(Vec<Entry>),
    /// For the stream, in the order of the audit chain.
    Events(Vec<Event>),
}

impl Work {
    /// How many entries or events there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Entries(entries) => entries.len(),
            Self::Events(events) => events.len(),
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the receiver has where it could be told none of it.
    pub fn none_told(&self) -> Told {
        match self {
            Self::Entries(_) => Told::Entries(Vec::new()),
            Self::Events(_) => Told::Events(None),
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settling {
    /// Whose batch.
    pub tenant: Tenant,
    /// For whom it was.
    pub receiver: Receiver,
    /// Who had claimed it.
    pub holder: Uuid,
    /// What it has now.
    pub told: Told,
    /// When the tenant may be claimed for this receiver again: now, or later where the receiver is away.
    pub free: Timestamp,
}

/// What a receiver has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The service has the entries of these places.
    Entries(Vec<Seq>),
    /// The stream has every event up to this number; `None`: nothing new.
    Events(Option<u64>),
}

/// How much waits to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Entries, each for each service that lacks it, and events together.
    pub pending: u64,
    /// How long the oldest of them has waited.
    pub oldest: Duration,
}
