//! Other encodings for memories that are there, and the matrices that follow from them.

use std::collections::BTreeSet;
use std::sync::Arc;

use application::ports::ledger::{Reencoding, Stale};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};

use super::State;
use super::estate::Estate;

impl State {
    /// The memories that have another encoding now.
    pub(super) fn reencode(&mut self, act: Reencoding) -> Vec<MemoryId> {
        let Some(estate) = self.estates.get_mut(&act.tenant) else { return Vec::new() };
        let (mut ids, mut namespaces) = (Vec::new(), BTreeSet::new());
        for (id, encoding) in act.encodings {
            let Some(memory) = estate.get(id).filter(|memory| memory.encoding != encoding) else { continue };
            namespaces.insert(memory.namespace.clone());
            ids.push(id);
            let seq = self.counter.next();
            estate.recode(seq, id, encoding);
        }
        for namespace in namespaces {
            self.begin_anew_if_whole(&act.tenant, &namespace, &act.encoder);
        }
        ids
    }

    /// A matrix of another encoder's directions is of no use once all memories are of this one.
    fn begin_anew_if_whole(&mut self, tenant: &Tenant, namespace: &Namespace, encoder: &EncoderId) {
        let Some(estate) = self.estates.get(tenant) else { return };
        let mut all = estate.rows.values().filter(|row| row.now().namespace == *namespace);
        let foreign = |memory: &Memory| memory.encoding.as_ref().is_some_and(|encoding| encoding.encoder() != encoder);
        if all.any(|row| foreign(row.now())) {
            return;
        }
        self.begin_anew(tenant, namespace);
    }

    pub(super) fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Vec<Stale> {
        let rows = self.estates.values().flat_map(|estate| estate.rows.values()).filter(|row| row.first > after);
        let fresh = |memory: &Memory| memory.encoding.as_ref().is_some_and(|encoding| encoding.encoder() == encoder);
        let stale = rows.filter(|row| !fresh(row.now()));
        let mut stale: Vec<Stale> = stale.map(|row| Stale { seq: row.first, memory: row.now().clone() }).collect();
        stale.sort_unstable_by_key(|stale| stale.seq);
        stale.truncate(limit);
        stale
    }
}

impl Estate {
    /// Gives every state of a memory another encoding.
    fn recode(&mut self, seq: Seq, id: MemoryId, encoding: Option<Encoding>) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        for state in &mut row.states {
            state.memory = Arc::new(Memory { encoding: encoding.clone(), ..Memory::clone(&state.memory) });
        }
        self.shelves.put(seq, row.first, row.now());
    }
}
