//! Speakers written before the text: "Ann: the key is under the pot".
//!
//! A leading name is a speaker only where none is given and the session has two or more such names: one alone may be a
//! heading.

use std::collections::{BTreeMap, HashMap};

use crate::index::labels::Number;
use crate::index::{NamespaceIndex, slots::Place};
use crate::memory::{Memory, MemoryId};
use crate::tenant::Label;
use crate::text::speaker::leading_name;

/// The leading names of each session, with the memories that begin with them.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    sessions: HashMap<Number, BTreeMap<String, Vec<MemoryId>>>,
}

impl Prefixes {
    fn spoken(&self, session: Number) -> bool {
        self.sessions.get(&session).is_some_and(|names| names.len() > 1)
    }

    fn add(&mut self, session: Number, name: &Label, id: MemoryId) {
        self.sessions.entry(session).or_default().entry(name.as_str().to_owned()).or_default().push(id);
    }

    fn remove(&mut self, session: Number, name: &Label, id: MemoryId) {
        let Some(names) = self.sessions.get_mut(&session) else { return };
        let Some(ids) = names.get_mut(name.as_str()) else { return };
        ids.retain(|other| *other != id);
        if ids.is_empty() {
            names.remove(name.as_str());
        }
        if names.is_empty() {
            self.sessions.remove(&session);
        }
    }

    fn ids(&self, session: Number) -> Vec<MemoryId> {
        self.sessions.get(&session).into_iter().flat_map(BTreeMap::values).flatten().copied().collect()
    }
}

/// The name that a memory without a speaker begins with.
fn leading(memory: &Memory) -> Option<Label> {
    if memory.origin.speaker.is_some() || memory.origin.session.is_none() {
        return None;
    }
    leading_name(memory.content.as_str()).and_then(|(name, _)| Label::try_new(name).ok())
}

impl NamespaceIndex {
    /// Takes note of a new memory's leading name; the speakers who said one more for it.
    pub(super) fn add_prefix(&mut self, memory: &Memory, place: &Place) -> Vec<Number> {
        let session = self.slots.owner(place.units[0].slot).session;
        let (Some(session), Some(name)) = (session, leading(memory)) else { return vec![] };
        let spoken = self.prefixes.spoken(session);
        let others = self.prefixes.ids(session);
        self.prefixes.add(session, &name, memory.id);
        match (spoken, self.prefixes.spoken(session)) {
            (true, true) => self.give_speaker(memory, place).into_iter().collect(),
            (false, true) => {
                let mut speakers: Vec<Number> = others.into_iter().filter_map(|id| self.reread(id, true)).collect();
                speakers.extend(self.give_speaker(memory, place));
                speakers
            }
            _ => vec![],
        }
    }

    /// Forgets the leading name of a memory that is gone; the speakers who said one less for it.
    pub(super) fn remove_prefix(&mut self, memory: &Memory, session: Option<Number>) -> Vec<Number> {
        let (Some(session), Some(name)) = (session, leading(memory)) else { return vec![] };
        let spoken = self.prefixes.spoken(session);
        self.prefixes.remove(session, &name, memory.id);
        if !spoken {
            return vec![];
        }
        let number = self.owners.speakers.labels().find(&name);
        self.owners.speakers.remove(&name);
        let mut speakers: Vec<Number> = number.into_iter().collect();
        if !self.prefixes.spoken(session) {
            speakers.extend(self.prefixes.ids(session).into_iter().filter_map(|id| self.reread(id, false)));
        }
        speakers
    }

    /// Reads a memory again, with its leading name as its speaker or without; the speaker.
    fn reread(&mut self, id: MemoryId, spoken: bool) -> Option<Number> {
        let place = self.slots.find(id)?.clone();
        let memory = self.slots.memory(place.units[0].slot)?.clone();
        place.units.iter().for_each(|unit| self.read_out(&memory, unit.slot));
        let speaker = if spoken {
            self.give_speaker(&memory, &place)
        } else {
            let name = leading(&memory)?;
            let number = self.owners.speakers.labels().find(&name);
            self.owners.speakers.remove(&name);
            place.units.iter().for_each(|unit| self.slots.set_speaker(unit.slot, None));
            number
        };
        place.units.iter().for_each(|unit| self.read_in(&memory, unit.slot));
        self.settle_around(place.units.iter().map(|unit| unit.slot).collect());
        speaker
    }

    fn give_speaker(&mut self, memory: &Memory, place: &Place) -> Option<Number> {
        let number = self.owners.speakers.add(&leading(memory)?);
        place.units.iter().for_each(|unit| self.slots.set_speaker(unit.slot, Some(number)));
        Some(number)
    }
}
