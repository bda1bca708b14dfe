//! The memories of a namespace by slot: a small number that all other parts of the index call them by.

use std::collections::HashMap;
use std::sync::Arc;

use crate::index::owners::Owner;
use crate::memory::{Memory, MemoryId, Seq};

/// Parallel arrays, one place a slot; freed slots are used again.
#[derive(Debug, Default)]
pub(super) struct Slots {
    ids: HashMap<MemoryId, u32>,
    free: Vec<u32>,
    memories: Vec<Option<Arc<Memory>>>,
    seqs: Vec<Seq>,
    owners: Vec<Owner>,
    /// Year, month and day on which it happened; year 0 where nobody said.
    days: Vec<(i16, i8, i8)>,
}

impl Slots {
    /// One past the last slot, in use or free.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.memories.len()).expect("4 billion memories do not fit into one process")
    }

    /// Slots in use.
    pub(super) fn taken(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn find(&self, id: MemoryId) -> Option<u32> {
        self.ids.get(&id).copied()
    }

    /// Takes a slot for a memory that has none.
    pub(super) fn take(&mut self, seq: Seq, memory: Arc<Memory>, owner: Owner) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let at = slot as usize;
        self.ids.insert(memory.id, slot);
        self.seqs[at] = seq;
        self.owners[at] = owner;
        self.days[at] = memory.times.occurred.map_or((0, 0, 0), |occurred| occurred.date());
        self.memories[at] = Some(memory);
        slot
    }

    /// Frees a memory's slot; the slot and the memory, if it was there.
    pub(super) fn release(&mut self, id: MemoryId) -> Option<(u32, Arc<Memory>)> {
        let slot = self.ids.remove(&id)?;
        self.free.push(slot);
        Some((slot, self.memories[slot as usize].take()?))
    }

    pub(super) fn memory(&self, slot: u32) -> Option<&Arc<Memory>> {
        self.memories[slot as usize].as_ref()
    }

    pub(super) fn memories(&self) -> impl Iterator<Item = &Arc<Memory>> {
        self.memories.iter().flatten()
    }

    pub(super) fn seq(&self, slot: u32) -> Seq {
        self.seqs[slot as usize]
    }

    pub(super) fn owner(&self, slot: u32) -> &Owner {
        &self.owners[slot as usize]
    }

    /// The day on which it happened, if anybody said.
    pub(super) fn day(&self, slot: u32) -> Option<(i16, i8, i8)> {
        Some(self.days[slot as usize]).filter(|&(year, ..)| year > 0)
    }

    fn grow(&mut self) -> u32 {
        let slot = self.end();
        self.memories.push(None);
        self.seqs.push(Seq::default());
        self.owners.push(Owner::default());
        self.days.push((0, 0, 0));
        slot
    }
}
