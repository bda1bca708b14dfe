//! Erasing memories for good: states, links from and to them, their place in every index.

use std::collections::HashSet;
use std::sync::Arc;

use application::ports::ledger::{Erased, ErasedMemory, Erasing, Selection};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Label;

use super::estate::Estate;
use super::{Counter, State};

impl State {
    pub(super) fn erase(&mut self, act: &Erasing) -> Erased {
        if let Selection::Buried(ids) = &act.selection {
            self.estates.entry(act.tenant.clone()).or_default().tombstones.extend(ids);
        }
        let Some(estate) = self.estates.get_mut(&act.tenant) else { return Erased::default() };
        if let Selection::Namespace(name) = &act.selection {
            self.matrices.remove(&(act.tenant.clone(), name.clone()));
        }
        let memories: Vec<ErasedMemory> = estate.selected(&act.selection);
        if memories.is_empty() {
            return Erased::default();
        }
        // One place each: each is acknowledged for itself.
        let places: Vec<Seq> = memories.iter().map(|_| self.counter.next()).collect();
        for (memory, seq) in memories.iter().zip(&places) {
            if let Some(first) = estate.remove(*seq, memory.id) {
                self.unseen.remove(&first);
            }
        }
        estate.unlink(&mut self.counter, &memories.iter().map(|memory| memory.id).collect());
        Erased { memories, seq: places[0] }
    }
}

impl Estate {
    /// What a selection means, in the order of storing.
    fn selected(&self, selection: &Selection) -> Vec<ErasedMemory> {
        self.order
            .values()
            .filter_map(|id| self.get(*id))
            .filter(|memory| means(selection, memory))
            .map(|memory| ErasedMemory { id: memory.id, namespace: memory.namespace.clone() })
            .collect()
    }

    /// Takes the links to what is gone out of every state of every memory; no version is made of that.
    fn unlink(&mut self, counter: &mut Counter, gone: &HashSet<MemoryId>) {
        for id in self.order.values() {
            let Some(row) = self.rows.get_mut(id) else { continue };
            let before = Arc::as_ptr(row.now());
            for state in &mut row.states {
                if state.memory.links.iter().any(|link| gone.contains(&link.to)) {
                    let mut memory = Memory::clone(&state.memory);
                    memory.links.retain(|link| !gone.contains(&link.to));
                    state.memory = Arc::new(memory);
                }
            }
            if Arc::as_ptr(row.now()) != before {
                self.shelves.put(counter.next(), row.first, row.now());
            }
        }
    }
}

fn means(selection: &Selection, memory: &Memory) -> bool {
    match selection {
        Selection::Id(id) => memory.id == *id,
        Selection::Namespace(name) => memory.namespace == *name,
        Selection::Buried(ids) => ids.contains(&memory.id),
        Selection::ExpiredBy(moment) => memory.times.expires.is_some_and(|end| end <= *moment),
        Selection::Subject { user, agent, session, namespace } => {
            let origin = &memory.origin;
            [user, agent, session].into_iter().any(Option::is_some)
                && fits(user, &origin.user)
                && fits(agent, &origin.agent)
                && fits(session, &origin.session)
                && namespace.as_ref().is_none_or(|name| memory.namespace == *name)
        }
    }
}

fn fits(asked: &Option<Label>, is: &Option<Label>) -> bool {
    asked.is_none() || asked == is
}
