//! The long-term memory: the search over all memories.

use std::future::Future;
use std::sync::Arc;

use domain::index::Found;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};
use uuid::Uuid;

use super::error::PortError;

/// Search over all unerased memories, derived from the ledger. Suite: `contract::long_term`.
///
/// Obligations: applying the same entry twice, or an older one after a newer, changes nothing and succeeds; what is
/// applied is found by the very next search; what is erased is not, nor do its words count any more; candidates all
/// satisfy the cue's filter, are at most `limit`, beside the memories that the cue includes and those that the best are linked with, and hold the best by the cue's weights; a namespace that is not there
/// answers no candidates; what has been applied outlives the process wherever the adapter says that it keeps anything;
/// every answer names the service that gave it, and a name stands for what one service keeps: it is there as long as that
/// is, and another service, or the same one after it has lost everything, has another.
pub trait LongTermMemory: Send + Sync {
    /// Applies entries of one tenant in their order; answers who has them now, all of them.
    fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> impl Future<Output = Result<ServiceId, PortError>> + Send;

    /// The highest place of a tenant that was applied; zero before the first.
    fn position(&self, tenant: &Tenant) -> impl Future<Output = Result<Seq, PortError>> + Send;

    /// Begins anew, for all tenants: what is only told forgets every entry and its position, so that it can be told of another
    /// past, at once and by whoever has cleared it: its name stays. An adapter that is the ledger too reads that again.
    fn clear(&self) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The candidates for a cue with their raw signals, the best by the cue's weights first, and how the query was read.
    fn search(&self, cue: &Cue) -> impl Future<Output = Result<Searched, PortError>> + Send;

    /// Who answers now.
    fn service(&self) -> impl Future<Output = Result<ServiceId, PortError>> + Send;
}

/// Which service: a name made together with what it keeps, and kept with it. The address says nothing: another server may
/// stand behind it from one request to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub Uuid);

impl ServiceId {
    /// The name of those that tell none: the only one of its deployment, or of a version that had no names.
    pub const NAMELESS: Self = Self(Uuid::nil());
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Searched {
    /// The candidates, and how the query was read.
    pub found: Found,
    /// Who answered.
    pub by: ServiceId,
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
