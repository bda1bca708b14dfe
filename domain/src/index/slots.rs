//! The units of a namespace by slot: a small number that all other parts of the index call them by.
//!
//! A unit is what is searched: a memory, or one passage of a long one.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::encoding::Encoding;
use crate::index::labels::Number;
use crate::index::owners::Owner;
use crate::memory::{Memory, MemoryId, Seq};
use crate::text::relative::ResolvedDate;
use crate::text::speaker::leading_name;
use crate::text::traits::Traits;
use crate::time::Timestamp;

/// Parallel arrays, one place a slot; freed slots are used again.
#[derive(Debug, Default)]
pub(super) struct Slots {
    places: HashMap<MemoryId, Place>,
    free: Vec<u32>,
    memories: Vec<Option<Arc<Memory>>>,
    seqs: Vec<Seq>,
    owners: Vec<Owner>,
    /// Year, month and day on which it happened; year 0 where nobody said.
    days: Vec<(i16, i8, i8)>,
    facts: Vec<Facts>,
    pub(super) read: Vec<Read>,
}

/// What is asked of every memory that may answer: side by side, where the memories themselves lie far apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// When it holds: from `since` on, before `until`.
    since: Timestamp,
    until: Timestamp,
    pub(super) happened: Timestamp,
    /// How much it matters, 0 to 1.
    pub(super) importance: f32,
    /// Its units; more than one are passages.
    pub(super) units: u32,
}

/// Where a memory is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Where it was stored first and changed last.
    pub(super) first: Seq,
    pub(super) seq: Seq,
    /// Its units, in reading order; one unless it is long.
    pub(super) units: Box<[Unit]>,
}

/// A slot and which bytes of the content it is.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) slot: u32,
    pub(super) span: Range<u32>,
}

/// What is kept of a unit's reading for the second stage.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Different wordpieces that have a row, ascending.
    pub(super) pieces: Box<[u16]>,
    pub(super) traits: Traits,
    /// The dates that its words mean.
    pub(super) dates: Box<[ResolvedDate]>,
    /// Its own place in meaning, where that is not the memory's: without the names cut from it.
    pub(super) own: Option<Encoding>,
}

impl Slots {
    /// One past the last slot, in use or free.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.memories.len()).expect("4 billion memories do not fit into one process")
    }

    /// How many memories there are.
    pub(super) fn memories(&self) -> usize {
        self.places.len()
    }

    /// Units in use.
    pub(super) fn units(&self) -> usize {
        self.memories.len() - self.free.len()
    }

    pub(super) fn find(&self, id: MemoryId) -> Option<&Place> {
        self.places.get(&id)
    }

    /// Takes slots for a memory that has none, one a span of its content.
    pub(super) fn take(
        &mut self,
        (first, seq): (Seq, Seq),
        memory: &Arc<Memory>,
        owner: Owner,
        spans: Vec<Range<u32>>,
    ) -> Place {
        let day = memory.times.occurred.map_or((0, 0, 0), |occurred| occurred.date());
        let facts = Facts::of(memory, spans.len());
        let unit = |span| {
            let slot = self.free.pop().unwrap_or_else(|| self.grow());
            let at = slot as usize;
            self.facts[at] = facts;
            (self.seqs[at], self.owners[at], self.days[at]) = (seq, owner, day);
            self.memories[at] = Some(memory.clone());
            Unit { slot, span }
        };
        let place = Place { first, seq, units: spans.into_iter().map(unit).collect() };
        self.places.insert(memory.id, place.clone());
        place
    }

    /// Puts a memory that reads the same in the place of the one of its id.
    pub(super) fn change(&mut self, (first, seq): (Seq, Seq), memory: &Arc<Memory>) {
        let Some(place) = self.places.get_mut(&memory.id) else { return };
        (place.first, place.seq) = (first, seq);
        for unit in &place.units {
            let at = unit.slot as usize;
            (self.seqs[at], self.facts[at]) = (seq, Facts::of(memory, place.units.len()));
            self.memories[at] = Some(memory.clone());
        }
    }

    /// Frees a memory's slots.
    pub(super) fn release(&mut self, id: MemoryId) {
        let Some(place) = self.places.remove(&id) else { return };
        for unit in &place.units {
            let at = unit.slot as usize;
            (self.memories[at], self.facts[at]) = (None, Facts::NONE);
            self.read[at] = Read::default();
            self.free.push(unit.slot);
        }
    }

    pub(super) fn memory(&self, slot: u32) -> Option<&Arc<Memory>> {
        self.memories[slot as usize].as_ref()
    }

    /// All memories, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Memory>> {
        self.places.values().filter_map(|place| self.memory(place.units[0].slot))
    }

    /// Whether the unit in a slot is one passage of several.
    pub(super) fn is_passage(&self, slot: u32) -> bool {
        self.facts[slot as usize].units > 1
    }

    /// What is asked of the memory in a slot most often.
    pub(super) fn facts(&self, slot: u32) -> &Facts {
        &self.facts[slot as usize]
    }

    /// The place of the memory's last change.
    pub(super) fn seq(&self, slot: u32) -> Seq {
        self.seqs[slot as usize]
    }

    pub(super) fn owner(&self, slot: u32) -> &Owner {
        &self.owners[slot as usize]
    }

    /// Whose the unit in each slot is.
    pub(super) fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// Sets who said it, where the text says that.
    pub(super) fn set_speaker(&mut self, slot: u32, speaker: Option<Number>) {
        self.owners[slot as usize].speaker = speaker;
    }

    /// The day on which it happened, if anybody said.
    pub(super) fn day(&self, slot: u32) -> Option<(i16, i8, i8)> {
        Some(self.days[slot as usize]).filter(|&(year, ..)| year > 0)
    }

    /// The unit's own place in meaning.
    pub(super) fn own(&self, slot: u32) -> Option<&Encoding> {
        self.read[slot as usize].own.as_ref().or_else(|| self.memory(slot)?.encoding.as_ref())
    }

    /// What is read of the unit in a slot: its part of the content, without the name before it if that is its speaker's.
    pub(super) fn text<'a>(&self, memory: &'a Memory, slot: u32) -> &'a str {
        let content = memory.content.as_str();
        let unit = self.find(memory.id).and_then(|place| place.units.iter().find(|unit| unit.slot == slot));
        let text = unit.map_or(content, |unit| &content[unit.span.start as usize..unit.span.end as usize]);
        let prefixed = self.owner(slot).speaker.is_some() && memory.origin.speaker.is_none();
        if prefixed && unit.is_none_or(|unit| unit.span.start == 0) {
            return leading_name(text).map_or(text, |(_, rest)| rest);
        }
        text
    }

    fn grow(&mut self) -> u32 {
        let slot = self.end();
        self.memories.push(None);
        self.seqs.push(Seq::default());
        self.owners.push(Owner::default());
        self.days.push((0, 0, 0));
        self.facts.push(Facts::NONE);
        self.read.push(Read::default());
        slot
    }
}

impl Facts {
    /// Those of a slot without a memory.
    const NONE: Self =
        Self { since: Timestamp::MAX, until: Timestamp::MIN, happened: Timestamp::MIN, importance: 0.0, units: 0 };

    fn of(memory: &Memory, units: usize) -> Self {
        let times = &memory.times;
        let ends = [times.invalid, times.expires].into_iter().flatten();
        Self {
            since: times.valid,
            until: ends.min().unwrap_or(Timestamp::MAX),
            happened: times.happened(),
            importance: memory.importance.get() as f32,
            units: u32::try_from(units).unwrap_or(u32::MAX),
        }
    }

    /// Whether the memory holds at a moment.
    pub(super) fn hold_at(&self, at: Timestamp) -> bool {
        self.since <= at && (at < self.until || self.until == Timestamp::MAX)
    }
}
