//! The long-term memory: one index a namespace, kept by the acts themselves.

use std::collections::HashMap;
use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::index::{Candidate, NamespaceIndex};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};

use super::Volatile;

/// The indexes of one tenant.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    by_namespace: HashMap<Namespace, NamespaceIndex>,
    /// The last entry of each memory, erasures included: an older one changes nothing.
    positions: HashMap<MemoryId, Seq>,
}

impl Shelves {
    pub(super) fn put(&mut self, seq: Seq, memory: &Arc<Memory>) {
        if self.is_later(seq, memory.id) {
            self.by_namespace.entry(memory.namespace.clone()).or_default().put(seq, memory.clone());
        }
    }

    pub(super) fn erase(&mut self, seq: Seq, namespace: &Namespace, id: MemoryId) {
        if !self.is_later(seq, id) {
            return;
        }
        if let Some(index) = self.by_namespace.get_mut(namespace) {
            index.erase(id);
            if index.is_empty() {
                self.by_namespace.remove(namespace);
            }
        }
    }

    fn is_later(&mut self, seq: Seq, id: MemoryId) -> bool {
        let position = self.positions.entry(id).or_default();
        let later = seq > *position;
        *position = seq.max(*position);
        later
    }
}

impl LongTermMemory for Volatile {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<(), PortError> {
        let mut state = self.state();
        let shelves = &mut state.estates.entry(tenant.clone()).or_default().shelves;
        for Entry { seq, act } in entries {
            match act {
                Act::Put(memory) => shelves.put(*seq, memory),
                Act::Erase { namespace, id } => shelves.erase(*seq, namespace, *id),
            }
        }
        Ok(())
    }

    async fn search(&self, cue: &Cue) -> Result<Vec<Candidate>, PortError> {
        let state = self.state();
        let index = state.estates.get(&cue.tenant).and_then(|estate| estate.shelves.by_namespace.get(&cue.namespace));
        Ok(index.map(|index| index.search(cue)).unwrap_or_default())
    }
}
