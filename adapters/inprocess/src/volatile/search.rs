//! The long-term memory: one index a namespace, kept by the acts themselves.

use std::collections::HashMap;
use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::long_term::{Act, Entry, LongTermMemory, Searched, ServiceId};
use domain::index::NamespaceIndex;
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
    /// What was put and erased since it was asked for last.
    journal: Vec<Entry>,
}

impl Shelves {
    pub(super) fn put(&mut self, seq: Seq, first: Seq, memory: &Arc<Memory>) {
        self.journal.push(Entry { seq, act: Act::Put { first, memory: memory.clone() } });
        if self.is_later(seq, memory.id) {
            self.by_namespace.entry(memory.namespace.clone()).or_default().put_since(first, seq, memory.clone());
        }
    }

    pub(super) fn erase(&mut self, seq: Seq, namespace: &Namespace, id: MemoryId) {
        self.journal.push(Entry { seq, act: Act::Erase { namespace: namespace.clone(), id } });
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

    /// What the acts since the last call have put and erased.
    pub(super) fn take_journal(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.journal)
    }

    /// The last entry of each memory, erasures included.
    pub(super) fn positions(&self) -> impl Iterator<Item = (MemoryId, Seq)> {
        self.positions.iter().map(|(id, seq)| (*id, *seq))
    }

    fn is_later(&mut self, seq: Seq, id: MemoryId) -> bool {
        let position = self.positions.entry(id).or_default();
        let later = seq > *position;
        *position = seq.max(*position);
        later
    }
}

impl LongTermMemory for Volatile {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        let mut state = self.state();
        let shelves = &mut state.estates.entry(tenant.clone()).or_default().shelves;
        for Entry { seq, act } in entries {
            match act {
                Act::Put { first, memory } => shelves.put(*seq, *first, memory),
                Act::Erase { namespace, id } => shelves.erase(*seq, namespace, *id),
            }
        }
        shelves.take_journal();
        Ok(self.service)
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        let state = self.state();
        let shelves = state.estates.get(tenant).map(|estate| &estate.shelves);
        Ok(shelves.and_then(|shelves| shelves.positions.values().max().copied()).unwrap_or_default())
    }

    /// The ledger is here too: its shelves hold what it holds.
    async fn clear(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        let state = self.state();
        let index = state.estates.get(&cue.tenant).and_then(|estate| estate.shelves.by_namespace.get(&cue.namespace));
        Ok(Searched { found: index.map(|index| index.search(cue)).unwrap_or_default(), by: self.service })
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        Ok(self.service)
    }
}
