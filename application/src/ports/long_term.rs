//! The long-term memory: the search over all memories.

use std::future::Future;
use std::sync::Arc;

use domain::index::Found;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};

use super::error::PortError;

/// Search over all unerased memories, derived from the ledger. Suite: `contract::long_term`.
///
/// Obligations: applying the same entry twice, or an older one after a newer, changes nothing and succeeds; what is
/// applied is found by the very next search; what is erased is not, nor do its words count any more; candidates all
/// satisfy the cue's filter, are at most `limit`, beside the memories that the cue includes and those that the best are linked with, and hold the best by the cue's weights; a namespace that is not there
/// answers no candidates; what has been applied outlives the process wherever the adapter says that it keeps anything.
pub trait LongTermMemory: Send + Sync {
    /// Applies entries of one tenant in their order.
    fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The highest place of a tenant that was applied; zero before the first.
    fn position(&self, tenant: &Tenant) -> impl Future<Output = Result<Seq, PortError>> + Send;

    /// Begins anew, for all tenants: what is only told forgets every entry and its position, so that it can be told of another
    /// past; an adapter that is the ledger too reads that again.
    fn clear(&self) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The candidates for a cue with their raw signals, the best by the cue's weights first, and how the query was read.
    fn search(&self, cue: &Cue) -> impl Future<Output = Result<Found, PortError>> + Send;
}

/// One thing to apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the ledger, which no other entry has.
    pub seq: Seq,
    /// What it is.
    pub act: Act,
}

/// What can be applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A memory as it now is.
    Put {
        /// The place where it was stored first: memories are ordered by it, whatever became of them later.
        first: Seq,
        /// The memory.
        memory: Arc<Memory>,
    },
    /// A memory that is no more.
    Erase {
        /// Where it was.
        namespace: Namespace,
        /// Its name.
        id: MemoryId,
    },
}

impl Act {
    /// Which memory it is about.
    pub fn id(&self) -> MemoryId {
        match self {
            Self::Put { memory, .. } => memory.id,
            Self::Erase { id, .. } => *id,
        }
    }
}
