//! The density matrices: what each namespace has seen, as a state.

use std::future::Future;
use std::sync::Arc;

use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::encoding::Encoding;
use domain::memory::{Importance, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::error::PortError;

/// One density matrix per tenant and namespace. Suite: `contract::density`.
///
/// Obligations: every matrix that comes out satisfies the three laws; merging is atomic and in some order, none is
/// lost, none counts twice: merging a place (`seq`) that is in the matrix already is `Conflict` and changes nothing;
/// observations counted = memories merged.
pub trait DensityStore: Send + Sync {
    /// The matrix of a namespace, at most a second old; maximally mixed where nothing was merged yet.
    fn matrix(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
    ) -> impl Future<Output = Result<Arc<DensityMatrix>, PortError>> + Send;

    /// Merges the fold of the memories at these places.
    fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Memories stored at `by` or before that are in no matrix yet, at most `limit`, the oldest first. What was stored
    /// long ago and is still not merged had its fold lost with its process.
    fn unmerged(&self, by: Timestamp, limit: usize) -> impl Future<Output = Result<Vec<Unmerged>, PortError>> + Send;
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
