//! The signals of every memory for one question, as plain numbers: the walk over all memories is most of a search's time
//! where the vectors are few, so its steps are always inlined.

use crate::index::labels::Number;
use crate::index::slots::Slots;
use crate::recall::term::{Signals, Term, Weights};
use crate::recall::{date, speaker};
use crate::text::dates::SaidDate;

/// What a question finds in all memories, one value a slot, 0 where a slot is free.
pub(super) struct Strengths {
    pub(super) lexical: Vec<f32>,
    pub(super) semantic: Vec<f32>,
    /// The speakers whom the question names, ascending.
    pub(super) named: Vec<Number>,
    /// The dates that it names.
    pub(super) dates: Vec<SaidDate>,
}

/// The signals of one memory. What costs more than these belongs to a second stage, for a shortlist only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    semantic: f32,
    lexical: f32,
    speaker: f32,
    date: f32,
}

impl Strengths {
    /// The signals of the memory in a slot.
    #[inline(always)]
    pub(super) fn of(&self, slot: u32, slots: &Slots) -> Strength {
        let (semantic, lexical) = (self.semantic[slot as usize], self.lexical[slot as usize]);
        let named = || slots.owner(slot).speaker.is_some_and(|speaker| self.named.binary_search(&speaker).is_ok());
        let day = || slots.day(slot).map_or(0.0, |day| date::signal(&self.dates, day));
        Strength {
            semantic,
            lexical,
            speaker: if self.named.is_empty() { 0.0 } else { speaker::signal(named(), lexical, semantic) },
            date: if self.dates.is_empty() { 0.0 } else { day() },
        }
    }
}

impl Strength {
    /// Whether any signal is above 0.
    #[inline(always)]
    pub(super) fn is_some(self) -> bool {
        self.semantic.max(self.lexical).max(self.speaker).max(self.date) > 0.0
    }

    /// The weighted sum, the same as that of [`Self::signals`].
    #[inline(always)]
    pub(super) fn weighed(self, weights: &Weights) -> f32 {
        weights.get(Term::Semantic) * self.semantic
            + weights.get(Term::Lexical) * self.lexical
            + weights.get(Term::Speaker) * self.speaker
            + weights.get(Term::Date) * self.date
    }

    /// The signals by term.
    pub(super) fn signals(self) -> Signals {
        Signals::default()
            .with(Term::Semantic, self.semantic)
            .with(Term::Lexical, self.lexical)
            .with(Term::Speaker, self.speaker)
            .with(Term::Date, self.date)
    }
}
