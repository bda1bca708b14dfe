//! What one tenant has stored.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use application::ports::ledger::{Note, Version};
use domain::memory::{Memory, MemoryId, MemoryText, Seq};
use domain::tenant::Label;

use super::remember::Answered;
use super::search::Shelves;

#[derive(Debug, Default)]
pub(super) struct Estate {
    pub(super) rows: HashMap<MemoryId, Row>,
    /// Memories by the place where they were stored.
    pub(super) order: BTreeMap<Seq, MemoryId>,
    /// Memories by what they say, for finding duplicates.
    pub(super) by_content: HashMap<MemoryText, Vec<MemoryId>>,
    pub(super) tombstones: HashSet<MemoryId>,
    pub(super) answered: HashMap<Label, Answered>,
    pub(super) shelves: Shelves,
}

/// One memory with what it was before.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it was stored.
    pub(super) first: Seq,
    /// Its states, the present one last; never empty.
    pub(super) states: Vec<Version>,
}

impl Row {
    pub(super) fn now(&self) -> &Arc<Memory> {
        &self.states.last().expect("a row is made with a state and loses none").memory
    }
}

impl Estate {
    pub(super) fn get(&self, id: MemoryId) -> Option<&Arc<Memory>> {
        self.rows.get(&id).map(Row::now)
    }

    /// Stores a memory that was checked.
    pub(super) fn insert(&mut self, seq: Seq, memory: Arc<Memory>, note: &Note) {
        let id = memory.id;
        self.by_content.entry(memory.content.clone()).or_default().push(id);
        self.order.insert(seq, id);
        self.shelves.put(seq, seq, &memory);
        self.rows.insert(id, Row { first: seq, states: vec![state(memory, note)] });
    }

    /// Gives a memory its new state, one version later.
    pub(super) fn revise(&mut self, seq: Seq, mut memory: Memory, note: &Note) -> Arc<Memory> {
        memory.version += 1;
        let memory = Arc::new(memory);
        if let Some(row) = self.rows.get_mut(&memory.id) {
            row.states.push(state(memory.clone(), note));
            self.shelves.put(seq, row.first, &memory);
        }
        memory
    }

    /// Removes a memory with everything of it but its tombstone; answers where it was stored.
    pub(super) fn remove(&mut self, seq: Seq, id: MemoryId) -> Option<Seq> {
        let row = self.rows.remove(&id)?;
        let memory = row.now();
        self.order.remove(&row.first);
        if let Some(ids) = self.by_content.get_mut(&memory.content) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_content.remove(&memory.content);
            }
        }
        self.shelves.erase(seq, &memory.namespace, id);
        self.tombstones.insert(id);
        Some(row.first)
    }
}

fn state(memory: Arc<Memory>, note: &Note) -> Version {
    Version { memory, since: note.at, subject: note.subject.clone() }
}
