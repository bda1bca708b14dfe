//! The index of one namespace: a pure structure that answers a cue with candidates and their raw signals.
//!
//! Everything is exact and at once: a memory put is found by the next search, and after an erasure every statistic is what
//! it would be had the memory never been there. Names of speakers are cut from queries only; memories are indexed as they
//! stand, so that who speaks later never changes what an earlier text counts.

mod best;
mod labels;
mod owners;
mod postings;
mod search;
mod slots;
mod speakers;
mod strength;
mod vectors;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

use crate::encoding::table::Table;
use crate::memory::{Memory, MemoryId, Seq};
use crate::recall::term::Signals;
use crate::text::words;

/// A memory that may answer a cue, with its raw signals.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The memory.
    pub memory: Arc<Memory>,
    /// The place of its last change in the ledger: what equal scores are ordered by, later first.
    pub seq: Seq,
    /// Its raw signals, before weights.
    pub signals: Signals,
}

/// All memories of one namespace, with what searching them takes.
#[derive(Default)]
pub struct NamespaceIndex {
    table: Option<Arc<Table>>,
    slots: slots::Slots,
    owners: owners::Owners,
    postings: postings::Postings,
    vectors: vectors::Vectors,
    /// How many memories hold each wordpiece of the table.
    pieces: HashMap<u32, u32>,
}

impl NamespaceIndex {
    /// An empty index. With a table it reads queries itself, for memories that the table's encoder has encoded.
    pub fn new(table: Option<Arc<Table>>) -> Self {
        Self { table, ..Self::default() }
    }

    /// Inserts a memory, or replaces the one of the same id if `seq` is later; otherwise changes nothing.
    pub fn put(&mut self, seq: Seq, memory: Arc<Memory>) {
        if self.slots.find(memory.id).is_some_and(|slot| self.slots.seq(slot) >= seq) {
            return;
        }
        self.erase(memory.id);
        let owner = self.owners.add(&memory.origin);
        let slot = self.slots.take(seq, memory.clone(), owner);
        self.postings.add(slot, &words::words(memory.content.as_str()));
        if let Some(encoding) = &memory.encoding {
            self.vectors.add(slot, encoding);
        }
        for piece in self.pieces_of(&memory) {
            *self.pieces.entry(piece).or_default() += 1;
        }
    }

    /// Forgets a memory: its words, its vector, its part in every statistic. Whether it was there.
    pub fn erase(&mut self, id: MemoryId) -> bool {
        let Some((slot, memory)) = self.slots.release(id) else { return false };
        self.owners.remove(&memory.origin);
        self.postings.remove(slot, &words::words(memory.content.as_str()));
        self.vectors.remove(slot);
        for piece in self.pieces_of(&memory) {
            if let Entry::Occupied(mut df) = self.pieces.entry(piece) {
                *df.get_mut() -= 1;
                if *df.get() == 0 {
                    df.remove();
                }
            }
        }
        true
    }

    /// The memory of that id.
    pub fn get(&self, id: MemoryId) -> Option<&Arc<Memory>> {
        self.slots.memory(self.slots.find(id)?)
    }

    /// How many memories it holds.
    pub fn len(&self) -> usize {
        self.slots.taken()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All memories, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Memory>> {
        self.slots.memories()
    }

    /// The different wordpieces of a memory.
    fn pieces_of(&self, memory: &Memory) -> Vec<u32> {
        let mut pieces = self.table.as_ref().map_or(vec![], |table| table.vocabulary().ids(memory.content.as_str()));
        pieces.sort_unstable();
        pieces.dedup();
        pieces
    }
}

impl fmt::Debug for NamespaceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamespaceIndex").field("memories", &self.len()).field("table", &self.table).finish()
    }
}
