//! The index of one namespace: a pure structure that answers a cue with candidates and their raw signals.
//!
//! Everything is exact and at once: a memory put is found by the next search, and after an erasure every statistic is what
//! it would be had the memory never been there. Turns of a session are read with their neighbours (`context`), long
//! memories by passages, texts without the names of those who say much (`names`): who speaks is a cue of its own. A put, a
//! late arrival and an erasure recompute what they touch.

mod best;
mod context;
mod conversations;
mod fetch;
mod labels;
pub mod lens;
mod lexical;
mod links;
mod mean;
mod misspelt;
mod names;
mod owners;
mod postings;
mod prefixes;
mod question;
mod refine;
mod search;
mod slots;
mod speakers;
mod strength;
mod unit;
mod vectors;
mod wordwise;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::encoding::table::Table;
use crate::index::lens::Lens;
use crate::memory::{Memory, MemoryId, Seq};
use crate::recall::term::Signals;
use crate::text::passages::{is_long, passages};

/// A memory that may answer a cue, with its raw signals.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The memory.
    pub memory: Arc<Memory>,
    /// The place of its last change in the ledger: what equal scores are ordered by, later first.
    pub seq: Seq,
    /// Its raw signals, before weights.
    pub signals: Signals,
    /// Whether the query names the one who said it.
    pub named: bool,
}

/// What a search found, and how it read the query.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The best by the cue's weights, best first; behind them those that the cue includes and those
    /// that the best are linked with.
    pub candidates: Vec<Candidate>,
    /// How the query was read.
    pub reading: Reading,
}

/// How a namespace reads a query: what the confidence of an answer depends on beside its candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Content words, the names of speakers left out.
    pub words: usize,
    /// How many speakers it names.
    pub named: usize,
}

/// All memories of one namespace, with what searching them takes.
#[derive(Default)]
pub struct NamespaceIndex {
    lens: Lens,
    slots: slots::Slots,
    owners: owners::Owners,
    names: names::Names,
    prefixes: prefixes::Prefixes,
    conversations: conversations::Conversations,
    context: context::Context,
    postings: postings::Postings,
    sessions: lexical::SessionLengths,
    vectors: vectors::Vectors,
    means: mean::Means,
    links: links::Links,
    /// The units that each name was cut from.
    mentions: HashMap<String, BTreeSet<u32>>,
    /// How many units hold each wordpiece of the table.
    pieces: HashMap<u16, u32>,
}

impl NamespaceIndex {
    /// An empty index. With a table it reads queries itself, for memories that the table's encoder has encoded.
    pub fn new(table: Option<Arc<Table>>) -> Self {
        Self::with(Lens::new(table))
    }

    /// An empty index that reads through a lens.
    pub fn with(lens: Lens) -> Self {
        Self { lens, ..Self::default() }
    }

    /// Inserts a memory stored at `seq`, or replaces the one of the same id if `seq` is later; otherwise changes nothing.
    pub fn put(&mut self, seq: Seq, memory: Arc<Memory>) {
        self.put_since(seq, seq, memory);
    }

    /// The same for a memory that was stored at `first` and last changed at `seq`: turns of a session that happened at one
    /// moment are in the order in which they were stored.
    pub fn put_since(&mut self, first: Seq, seq: Seq, memory: Arc<Memory>) {
        let known = self.slots.find(memory.id);
        if known.is_some_and(|place| place.seq >= seq) {
            return;
        }
        let first = known.map_or(first, |place| place.first.min(first));
        let stays = known.is_some_and(|place| place.first == first);
        if let Some(old) = self.get(memory.id).filter(|old| stays && reads_the_same(old, &memory)).cloned() {
            self.links.remove(&old);
            self.links.add(&memory);
            return self.slots.change((first, seq), &memory);
        }
        self.erase(memory.id);
        let owner = self.owners.add(&memory.origin);
        let place = self.slots.take((first, seq), &memory, owner, self.spans(&memory));
        for unit in &place.units {
            self.context.reach(unit.slot);
        }
        self.links.add(&memory);
        let mut speakers = self.add_prefix(&memory, &place);
        speakers.extend(owner.speaker);
        self.turn_names(&speakers, Some(memory.id));
        for unit in &place.units {
            self.read_in(&memory, unit.slot);
        }
        let touched = match (owner.session, &*place.units) {
            (Some(session), [unit]) if self.lens.ways.context => {
                self.conversations.add(session, (memory.times.happened(), first, unit.slot))
            }
            _ => place.units.iter().map(|unit| unit.slot).collect(),
        };
        touched.into_iter().for_each(|slot| self.settle(slot));
    }

    /// Forgets a memory: its words, its vector, its part in every statistic. Whether it was there.
    pub fn erase(&mut self, id: MemoryId) -> bool {
        let Some(place) = self.slots.find(id).cloned() else { return false };
        let Some(memory) = self.slots.memory(place.units[0].slot).cloned() else { return false };
        let owner = *self.slots.owner(place.units[0].slot);
        for unit in &place.units {
            self.read_out(&memory, unit.slot);
            self.vectors.remove(unit.slot);
            self.context.clear(unit.slot);
        }
        self.slots.release(id);
        let mut speakers = self.remove_prefix(&memory, owner.session);
        speakers.extend(memory.origin.speaker.as_ref().and(owner.speaker));
        self.links.remove(&memory);
        self.owners.remove(&memory.origin);
        if let (Some(session), [unit]) = (owner.session, &*place.units) {
            let touched = self.conversations.remove(session, (memory.times.happened(), place.first, unit.slot));
            touched.into_iter().for_each(|slot| self.settle(slot));
        }
        self.turn_names(&speakers, None);
        true
    }

    /// The memory of that id.
    pub fn get(&self, id: MemoryId) -> Option<&Arc<Memory>> {
        self.slots.memory(self.slots.find(id)?.units[0].slot)
    }

    /// How many memories it holds.
    pub fn len(&self) -> usize {
        self.slots.memories()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All memories, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Memory>> {
        self.slots.iter()
    }

    /// The bytes of each passage of a memory's content; all of it in one unless it is long.
    fn spans(&self, memory: &Memory) -> Vec<std::ops::Range<u32>> {
        let content = memory.content.as_str();
        let place = |part: &str| {
            let from = part.as_ptr() as usize - content.as_ptr() as usize;
            from as u32..(from + part.len()) as u32
        };
        let parts = if self.lens.ways.passages && is_long(content) { passages(content) } else { vec![] };
        match parts.as_slice() {
            [] | [_] => vec![place(content)],
            many => many.iter().map(|part| place(part)).collect(),
        }
    }
}

/// Whether nothing that is counted or compared differs: what stands beside the text may.
fn reads_the_same(old: &Memory, new: &Memory) -> bool {
    old.content == new.content
        && old.origin == new.origin
        && old.encoding == new.encoding
        && old.times.happened() == new.times.happened()
        && old.times.occurred == new.times.occurred
}

impl fmt::Debug for NamespaceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamespaceIndex").field("memories", &self.len()).field("lens", &self.lens).finish()
    }
}
