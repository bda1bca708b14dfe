//! The first stage: signals of every unit for one question, as plain numbers. The walk over all units is most of a search's
//! time where the vectors are few, so sums are made in plain loops, and what few questions have only where they have it.
//! What comparing word by word will add is not known here, but what it adds on average is.

use crate::index::labels::Number;
use crate::index::lexical::{CAP, Lexical};
use crate::index::slots::Slots;
use crate::recall::term::{Term, Weights};
use crate::recall::{date, speaker};
use crate::text::dates::SaidDate;

/// What the signal `wordwise` has, on average over the hundred best texts of development conversations, for each point of
/// `lexical` and of `semantic`: least squares on LoCoMo's conv-26, 41 and 43.
const WORDWISE_OF_LEXICAL: f32 = 0.35;
/// The same for each point of `semantic`.
const WORDWISE_OF_SEMANTIC: f32 = 0.27;

/// What a question finds in all units, one value a slot, 0 where a slot is free.
pub(super) struct Strengths {
    pub(super) lexical: Lexical,
    pub(super) semantic: Vec<f32>,
    /// The speakers whom the question names, ascending.
    pub(super) named: Vec<Number>,
    /// The dates that it names.
    pub(super) dates: Vec<SaidDate>,
}

/// The signals of one unit that are computed for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    pub(super) semantic: f32,
    pub(super) lexical: f32,
    pub(super) date: f32,
}

impl Strengths {
    /// The signals of the unit in a slot.
    pub(super) fn of(&self, slot: u32, slots: &Slots) -> Strength {
        Strength {
            semantic: self.semantic[slot as usize],
            lexical: self.lexical.signal(slot),
            date: if self.dates.is_empty() { 0.0 } else { self.date(slot, slots) },
        }
    }

    /// Whether the question names the one who said the unit in a slot.
    pub(super) fn names(&self, slot: u32, slots: &Slots) -> bool {
        self.has_named(slots.owner(slot).speaker)
    }

    fn has_named(&self, speaker: Option<Number>) -> bool {
        // few are named at once
        speaker.is_some_and(|speaker| self.named.contains(&speaker))
    }

    /// The weighted sum of every unit: what the first stage orders by.
    pub(super) fn sums(&self, weights: &Weights, slots: &Slots) -> Vec<f32> {
        let wordwise = weights.get(Term::Wordwise);
        let lexical = (weights.get(Term::Lexical) + wordwise * WORDWISE_OF_LEXICAL) * self.lexical.stretch;
        let semantic = weights.get(Term::Semantic) + wordwise * WORDWISE_OF_SEMANTIC;
        let both = self.lexical.raw.iter().zip(&self.semantic);
        let mut sums: Vec<f32> = both.map(|(raw, meaning)| lexical * raw.min(CAP) + semantic * meaning).collect();
        let conversation = weights.get(Term::Conversation);
        if self.named.is_empty() {
            self.add_conversations(conversation, slots, &mut sums);
        } else {
            self.add_conversations_and_speakers(conversation, weights.get(Term::Speaker), slots, &mut sums);
        }
        if !self.dates.is_empty() {
            self.add_dates(weights.get(Term::Date), slots, &mut sums);
        }
        sums
    }

    fn add_conversations(&self, weight: f32, slots: &Slots, sums: &mut [f32]) {
        for (owner, sum) in slots.owners().iter().zip(sums) {
            *sum += weight * self.lexical.of_session(owner.session);
        }
    }

    fn add_conversations_and_speakers(&self, conversation: f32, speaker: f32, slots: &Slots, sums: &mut [f32]) {
        let strengths = self.lexical.raw.iter().zip(&self.semantic);
        for ((owner, sum), (&raw, &semantic)) in slots.owners().iter().zip(sums).zip(strengths) {
            *sum += conversation * self.lexical.of_session(owner.session);
            if self.has_named(owner.speaker) {
                let lexical = self.lexical.stretched(raw);
                let wordwise = WORDWISE_OF_LEXICAL * lexical + WORDWISE_OF_SEMANTIC * semantic;
                *sum += speaker * speaker::signal(raw, semantic, wordwise);
            }
        }
    }

    fn add_dates(&self, weight: f32, slots: &Slots, sums: &mut [f32]) {
        // turns of a session share their day
        let mut last = (None, 0.0);
        for (slot, sum) in (0..).zip(sums) {
            let day = slots.day(slot);
            if day != last.0 {
                last = (day, weight * self.date(slot, slots));
            }
            *sum += last.1;
        }
    }

    fn date(&self, slot: u32, slots: &Slots) -> f32 {
        slots.day(slot).map_or(0.0, |day| date::signal(&self.dates, day))
    }
}

impl Strength {
    /// Whether any signal is above 0.
    pub(super) fn is_some(self) -> bool {
        self.semantic.max(self.lexical).max(self.date) > 0.0
    }
}
