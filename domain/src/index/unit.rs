//! Reading one unit of text into the index, and out of it again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::encoding::Encoding;
use crate::index::NamespaceIndex;
use crate::index::context::IN_MEANING;
use crate::index::conversations::NONE;
use crate::index::labels::Number;
use crate::memory::{Memory, MemoryId};
use crate::text::relative::resolved;
use crate::text::said::said;
use crate::text::traits::traits;
use crate::text::words;

/// What every statistic counts of a unit.
struct Counted {
    words: Vec<String>,
    pieces: Box<[u16]>,
    own: Option<Encoding>,
    /// The names in it that are cut, each once; where it consists of them they stay, but count all the same.
    cut: Vec<String>,
}

impl NamespaceIndex {
    /// Counts a unit in: words, wordpieces, own vector, traits, dates.
    pub(super) fn read_in(&mut self, memory: &Arc<Memory>, slot: u32) {
        let counted = self.count(memory, slot);
        self.postings.add(slot, &counted.words);
        self.sessions.count(self.slots.owner(slot).session, counted.words.len() as i64);
        for &piece in &counted.pieces {
            *self.pieces.entry(piece).or_default() += 1;
        }
        for name in counted.cut {
            self.mentions.entry(name).or_default().insert(slot);
        }
        let text = self.slots.text(memory, slot);
        let read = traits(text, |word| self.names.is_cut(word));
        let dates = resolved(said(text), self.slots.day(slot)).into_boxed_slice();
        let kept = &mut self.slots.read[slot as usize];
        (kept.pieces, kept.traits, kept.dates, kept.own) = (counted.pieces, read, dates, counted.own);
        if let Some(own) = self.slots.own(slot) {
            self.means.add(own);
        }
    }

    /// Counts a unit out, as it was counted in.
    pub(super) fn read_out(&mut self, memory: &Arc<Memory>, slot: u32) {
        let counted = self.count(memory, slot);
        self.postings.remove(slot, &counted.words);
        self.sessions.count(self.slots.owner(slot).session, -(counted.words.len() as i64));
        for piece in &counted.pieces {
            forget(&mut self.pieces, *piece);
        }
        for name in &counted.cut {
            if let Some(units) = self.mentions.get_mut(name) {
                units.remove(&slot);
                if units.is_empty() {
                    self.mentions.remove(name);
                }
            }
        }
        if let Some(own) = self.slots.own(slot) {
            self.means.remove(own);
        }
    }

    fn count(&self, memory: &Memory, slot: u32) -> Counted {
        let text = self.slots.text(memory, slot);
        let plain = self.nameless(text);
        let pieces = self.lens.table.as_ref().map_or_else(Vec::new, |table| table.pieces(&plain));
        let unchanged = plain.len() == memory.content.as_str().len();
        let encoder = memory.encoding.as_ref().map(Encoding::encoder);
        let table = self.lens.table.as_ref().filter(|table| encoder == Some(table.encoder()));
        let cut = self.names_in(text);
        let own = if unchanged { None } else { table.and_then(|table| table.encode_pieces(&pieces, |_| 1.0)) };
        Counted { words: words::words(&plain), pieces: distinct(pieces), own, cut }
    }

    /// The names in a text that are cut, each once.
    fn names_in(&self, text: &str) -> Vec<String> {
        if self.names.is_empty() {
            return vec![];
        }
        let mut names = words::bare_words(text);
        names.retain(|word| self.names.is_cut(word));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A text without the names that are cut; all of it where nothing else is said.
    pub(super) fn nameless(&self, text: &str) -> String {
        let nameless = words::without(text, |word| self.names.is_cut(word));
        let something = nameless.len() == text.len() || words::has_content(&nameless);
        if something { nameless } else { text.to_owned() }
    }

    /// Sets what a unit is read with: its neighbours, its length and its vector among them.
    pub(super) fn settle(&mut self, slot: u32) {
        let Some(memory) = self.slots.memory(slot).cloned() else { return };
        let owner = *self.slots.owner(slot);
        if let (Some(session), true, false) = (owner.session, self.lens.ways.context, self.slots.is_passage(slot))
            && let Some(place) = self.slots.find(memory.id)
        {
            let beside = self.conversations.beside(session, (memory.times.happened(), place.first, slot));
            let before = beside[1];
            let another = before != NONE && self.slots.owner(before).speaker != owner.speaker;
            let asks = if another { self.slots.read[before as usize].traits.question } else { 0.0 };
            self.context.set(slot, beside, asks);
        }
        let length = |near: u32| self.postings.length(near) as f32;
        let with = self.context.read_with(slot);
        let words = with.map(|(near, weight)| weight * length(near)).fold(length(slot), |sum, words| sum + words);
        self.context.set_length(slot, words);
        match self.among_neighbours(slot) {
            Some(vector) => self.vectors.put(slot, &vector),
            None => self.vectors.remove(slot),
        }
    }

    /// The direction of a unit's vector and its neighbours', weighed.
    fn among_neighbours(&self, slot: u32) -> Option<Encoding> {
        let own = self.slots.own(slot)?;
        let near: Vec<(&Encoding, f32)> = (self.context.read_with(slot))
            .filter_map(|(near, weight)| Some((self.slots.own(near)?, weight * IN_MEANING)))
            .filter(|(near, _)| near.encoder() == own.encoder() && near.row().len() == own.row().len())
            .collect();
        if near.is_empty() {
            return Some(own.clone());
        }
        let mut sum = vec![0f32; own.row().len()];
        for (encoding, weight) in std::iter::once((own, 1.0)).chain(near) {
            let scale = encoding.scale() * weight;
            sum.iter_mut().zip(encoding.row()).for_each(|(sum, &x)| *sum += scale * f32::from(x));
        }
        Encoding::from_vector(own.encoder().clone(), &sum).ok().or_else(|| Some(own.clone()))
    }

    /// After `speakers` said one more or one less: names that are cut from now on, or no more, are cut from every text that
    /// holds them, `but` one that is not read yet.
    pub(super) fn turn_names(&mut self, speakers: &[Number], but: Option<MemoryId>) {
        if !self.lens.ways.names {
            return;
        }
        let turned = self.names.turning(&self.owners.speakers, speakers, self.slots.memories());
        if turned.cut.is_empty() && turned.kept.is_empty() {
            return;
        }
        let mut units: Vec<u32> = turned.cut.iter().flat_map(|name| self.holding(name)).collect();
        units.extend(self.cut_from(&turned.kept));
        units.sort_unstable();
        units.dedup();
        let units: Vec<(u32, Arc<Memory>)> = units
            .into_iter()
            .filter_map(|slot| Some((slot, self.slots.memory(slot)?.clone())))
            .filter(|(_, memory)| but != Some(memory.id))
            .collect();
        units.iter().for_each(|(slot, memory)| self.read_out(memory, *slot));
        self.names.turn(&turned);
        units.iter().for_each(|(slot, memory)| self.read_in(memory, *slot));
        self.settle_around(units.iter().map(|(slot, _)| *slot).collect());
    }

    /// Settles units whose text is read in another way now, and those that read them as neighbours.
    pub(super) fn settle_around(&mut self, mut units: Vec<u32>) {
        let readers: Vec<u32> =
            units.iter().flat_map(|slot| self.context.read_by(*slot)).map(|(near, _)| near).collect();
        units.extend(readers);
        units.sort_unstable();
        units.dedup();
        units.into_iter().for_each(|slot| self.settle(slot));
    }
}

impl NamespaceIndex {
    /// The units that may hold a name which is not cut.
    fn holding(&self, name: &str) -> Vec<u32> {
        words::words(name).first().map_or_else(Vec::new, |word| self.postings.slots(word).to_vec())
    }

    /// The units that one of these names is cut from.
    pub(super) fn cut_from<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = u32> + 'a {
        names.iter().filter_map(|name| self.mentions.get(name)).flatten().copied()
    }
}

fn distinct(mut pieces: Vec<u16>) -> Box<[u16]> {
    pieces.sort_unstable();
    pieces.dedup();
    pieces.into()
}

fn forget(pieces: &mut HashMap<u16, u32>, piece: u16) {
    if let Entry::Occupied(mut units) = pieces.entry(piece) {
        *units.get_mut() -= 1;
        if *units.get() == 0 {
            units.remove();
        }
    }
}
