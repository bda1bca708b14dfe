//! The first stage: signals of every unit for one question, as plain numbers. The walk over all units is most of a search's
//! time where the vectors are few, so its steps are always inlined.

use crate::index::labels::Number;
use crate::index::lexical::Lexical;
use crate::index::slots::Slots;
use crate::recall::term::{Term, Weights};
use crate::recall::{date, speaker};
use crate::text::dates::SaidDate;

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
    pub(super) speaker: f32,
    pub(super) date: f32,
}

impl Strengths {
    /// The signals of the unit in a slot.
    #[inline(always)]
    pub(super) fn of(&self, slot: u32, slots: &Slots) -> Strength {
        let (semantic, raw) = (self.semantic[slot as usize], self.lexical.raw[slot as usize]);
        let day = || slots.day(slot).map_or(0.0, |day| date::signal(&self.dates, day));
        let speaker = || if self.names(slot, slots) { speaker::signal(raw, semantic, 0.0) } else { 0.0 };
        Strength {
            semantic,
            lexical: self.lexical.signal(slot),
            speaker: if self.named.is_empty() { 0.0 } else { speaker() },
            date: if self.dates.is_empty() { 0.0 } else { day() },
        }
    }

    /// Whether the question names the one who said the unit in a slot.
    pub(super) fn names(&self, slot: u32, slots: &Slots) -> bool {
        slots.owner(slot).speaker.is_some_and(|speaker| self.named.binary_search(&speaker).is_ok())
    }
}

impl Strength {
    /// Whether any signal is above 0.
    #[inline(always)]
    pub(super) fn is_some(self) -> bool {
        self.semantic.max(self.lexical).max(self.speaker).max(self.date) > 0.0
    }

    /// The weighted sum.
    #[inline(always)]
    pub(super) fn weighed(self, weights: &Weights) -> f32 {
        weights.get(Term::Semantic) * self.semantic
            + weights.get(Term::Lexical) * self.lexical
            + weights.get(Term::Speaker) * self.speaker
            + weights.get(Term::Date) * self.date
    }
}
