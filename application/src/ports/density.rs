//! The density matrices: what each namespace has seen, as a state.

use std::future::Future;
use std::sync::Arc;

use domain::density::check::InvariantViolation;
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::encoding::Encoding;
use domain::memory::{Importance, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::error::PortError;
use super::ledger::Note;

/// One density matrix per tenant and namespace. Suite: `contract::density`.
///
/// Obligations: every matrix that comes out satisfies the three laws; merging is atomic and in some order, none is
/// lost, none counts twice: merging a place (`seq`) that is in the matrix already is `Conflict` and changes nothing;
/// observations counted = memories merged.
///
/// What a merge makes is kept as a snapshot, at most one an hour, the last 24. Every matrix is checked when it is loaded,
/// merged into or restored. One that breaks a law by little is mended and written back. Any other is replaced by the
/// newest snapshot that breaks none, and begins anew where there is none; what was merged after is unmerged again. No call
/// fails for it, nor the start: it is told by [`breaches`](Self::breaches).
pub trait DensityStore: Send + Sync {
    /// The matrix of a namespace, at most a second old; maximally mixed where nothing was merged yet.
    fn matrix(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
    ) -> impl Future<Output = Result<Arc<DensityMatrix>, PortError>> + Send;

    /// Merges the fold of the memories at these places, at that moment.
    fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Memories stored at `by` or before that are in no matrix yet, at most `limit`, the oldest first. What was stored
    /// long ago and is still not merged had its fold lost with its process.
    fn unmerged(&self, by: Timestamp, limit: usize) -> impl Future<Output = Result<Vec<Unmerged>, PortError>> + Send;

    /// The snapshots of a namespace's matrix, the latest first; whether they break a law shows when they are restored.
    fn snapshots(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
    ) -> impl Future<Output = Result<Vec<Snapshot>, PortError>> + Send;

    /// Begins a matrix anew: it is maximally mixed, its snapshots are gone, and all memories of the namespace are unmerged.
    /// The act is audited.
    fn reset(&self, act: Resetting) -> impl Future<Output = Result<Renewed, PortError>> + Send;

    /// Takes the newest snapshot at or before a moment that breaks no law for the matrix; what was merged after it is
    /// unmerged, and snapshots after it are gone. The act is audited. `None`, and nothing is changed, where there is no
    /// such snapshot.
    fn restore(&self, act: Restoring) -> impl Future<Output = Result<Option<Renewed>, PortError>> + Send;

    /// Hands over the breaches that this process found since it was asked last.
    fn breaches(&self) -> Vec<Breach>;
}

/// A memory that no matrix has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmerged {
    /// Its place in the ledger.
    pub seq: Seq,
    /// Whose it is.
    pub tenant: Tenant,
    /// Which matrix it belongs to.
    pub namespace: Namespace,
    /// Its place in meaning.
    pub encoding: Option<Encoding>,
    /// How much it matters.
    pub importance: Importance,
}

/// A matrix as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken: the moment of the merge that made it.
    pub taken: Timestamp,
    /// The memories that it had seen.
    pub observations: u64,
}

/// A matrix to begin anew.
#[derive(Debug, Clone)]
pub struct Resetting {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which one.
    pub namespace: Namespace,
    /// Who does it.
    pub note: Note,
}

/// A matrix to be as it was.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which one.
    pub namespace: Namespace,
    /// As it was at this moment; `None`: as late as possible.
    pub at: Option<Timestamp>,
    /// Who does it.
    pub note: Note,
}

/// A matrix that begins anew, or again where it once was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// The snapshot that it is now; `None`: maximally mixed.
    pub snapshot: Option<Snapshot>,
    /// Memories that are to be folded again.
    pub unmerged: u64,
}

/// A stored matrix that was none, and what the store did about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which one.
    pub namespace: Namespace,
    /// The laws that it broke, with their figures. None: the laws hold, but for numbers that nobody wrote so, or that
    /// cannot be read.
    pub broken: Vec<InvariantViolation>,
    /// What was done.
    pub remedy: Remedy,
}

/// What a store did about a matrix that broke a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Mended by projection and written back.
    Mended,
    /// Replaced.
    Replaced(Renewed),
}
