//! Working memory: what a session has in mind right now.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::memory::{Memory, MemoryId};
use domain::recall::term::Signals;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use super::error::PortError;

/// How long a recall waits for feedback.
pub const TRACED: Duration = Duration::from_secs(3600);

/// Bounded, expiring, recent memory per session. Suite: `contract::working`.
///
/// Obligations: at most as many memories as configured are held for a session, the least salient goes first; what was
/// last used longer ago than the time to live is not held any more; losing everything costs speed, never a memory;
/// what is forgotten is held in no session of the tenant; two sessions, two tenants never see each other's.
pub trait WorkingMemory: Send + Sync {
    /// Offers memories to a session, in their order; `now` is also their last use.
    fn admit(
        &self,
        tenant: &Tenant,
        session: &Label,
        memories: &[Arc<Memory>],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Admitted>, PortError>> + Send;

    /// What a session holds at `now`, the most salient first.
    fn held(
        &self,
        tenant: &Tenant,
        session: &Label,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Held>, PortError>> + Send;

    /// Marks memories as used at `now`; what is not held is passed over.
    fn touch(
        &self,
        tenant: &Tenant,
        session: &Label,
        ids: &[MemoryId],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Lets go of memories in every session of the tenant.
    fn forget(&self, tenant: &Tenant, what: Forget<'_>) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Ends a session and answers how many memories it held at `now`.
    fn end(
        &self,
        tenant: &Tenant,
        session: &Label,
        now: Timestamp,
    ) -> impl Future<Output = Result<usize, PortError>> + Send;

    /// Keeps what a recall answered for [`TRACED`], in case feedback comes: ids and signals, no content, so that nothing of
    /// it is to be forgotten. Where room is short the oldest may go earlier.
    fn note_recall(
        &self,
        tenant: &Tenant,
        trace: Trace,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// What a recall answered; `None` for one that is not the tenant's, too long ago, or not kept.
    fn recall_trace(
        &self,
        tenant: &Tenant,
        recall: Uuid,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Trace>, PortError>> + Send;
}

/// What a recall answered, for learning from feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The recall's own name.
    pub recall: Uuid,
    /// Its memories, the best first, each with its raw signals; signals of terms that are no more are left out.
    pub memories: Vec<(MemoryId, Signals)>,
}

/// What became of an offered memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admitted {
    /// Whether it is held now.
    pub admitted: bool,
    /// What had to go for it.
    pub evicted: Vec<MemoryId>,
}

/// A memory that a session holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The memory as it was when it was admitted.
    pub memory: Arc<Memory>,
    /// How much it claims attention now, 0 to 1.
    pub salience: f64,
    /// When it was last used.
    pub last_used: Timestamp,
    /// When it will be let go of unless it is used.
    pub expires: Timestamp,
}

/// What working memory is to let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forget<'a> {
    /// These memories.
    Memories(&'a [MemoryId]),
    /// Everything of a namespace.
    Namespace(&'a Namespace),
}
