//! The second stage: all signals of the few units that may answer.

use crate::encoding::Encoding;
use crate::index::NamespaceIndex;
use crate::index::fetch::{look_at, look_at_rows};
use crate::index::mean::Sum;
use crate::index::question::Question;
use crate::index::slots::Facts;
use crate::index::strength::Strengths;
use crate::index::wordwise::Wordwise;
use crate::recall::cue::Cue;
use crate::recall::term::{Signals, Term};
use crate::recall::{dated, kind, prior, recency, speaker};

/// The importance of a memory of which nobody said how much it matters.
const USUAL: f32 = 0.5;

/// Up to so many passages each counts as a memory of its own.
const FULL_TRAITS: f32 = 2.0;

/// What the second stage computes once for all its units.
pub(super) struct Refinement<'a> {
    plain: Plain<'a>,
    wordwise: Option<Wordwise>,
    sums: Vec<Sum>,
}

impl<'a> Refinement<'a> {
    /// For these units, which may be given in any order.
    pub(super) fn of(plain: Plain<'a>, units: &[u32]) -> Self {
        let Plain { index, question, .. } = plain;
        let wordwise = index.lens.table.as_ref().map(|table| {
            Wordwise::of(table, &question.pieces, question.words.len(), units, &index.slots, &index.context)
        });
        let sums = question.encodings.iter().filter_map(|(query, _)| index.means.sum(query)).collect();
        look_at_rows(units.iter().filter_map(|unit| index.slots.own(*unit)).map(Encoding::row));
        Self { plain, wordwise, sums }
    }

    /// All signals of the unit in a slot, working memory's and links' apart.
    pub(super) fn signals(&self, slot: u32) -> Signals {
        let Plain { index, question, strengths, .. } = self.plain;
        let wordwise = self.wordwise.as_ref().map_or(0.0, |all| all.signal(slot, &index.context)) * question.latin;
        let mut signals =
            self.plain.signals(slot).with(Term::Wordwise, wordwise).with(Term::Centrality, self.centrality(slot));
        if strengths.names(slot, &index.slots) {
            let (raw, semantic) = (strengths.lexical.raw[slot as usize], signals.get(Term::Semantic));
            signals.set(Term::Speaker, speaker::signal(raw, semantic, wordwise));
        }
        signals
    }

    fn centrality(&self, slot: u32) -> f32 {
        let likeness = |own: &Encoding| self.sums.iter().find_map(|sum| sum.likeness(own));
        self.plain.index.slots.own(slot).and_then(likeness).unwrap_or(0.0) * self.plain.question.latin
    }
}

/// What is known of a unit without comparing it any further.
#[derive(Clone, Copy)]
pub(super) struct Plain<'a> {
    pub(super) index: &'a NamespaceIndex,
    pub(super) cue: &'a Cue,
    pub(super) question: &'a Question,
    pub(super) strengths: &'a Strengths,
}

impl Plain<'_> {
    /// The signals of all units, and those of what this one is by itself.
    fn signals(&self, slot: u32) -> Signals {
        let strength = self.strengths.of(slot, &self.index.slots);
        let session = self.index.slots.owner(slot).session;
        let signals = Signals::default()
            .with(Term::Lexical, strength.lexical)
            .with(Term::Semantic, strength.semantic)
            .with(Term::Conversation, self.strengths.lexical.of_session(session))
            .with(Term::Date, strength.date);
        self.by_itself(slot, signals)
    }

    /// Looks at what some units are by themselves.
    pub(super) fn look_at(&self, units: impl Iterator<Item = u32>) {
        look_at(units.map(|slot| self.index.slots.read[slot as usize].traits.capitals));
    }

    /// What it counts that a unit is what it is by itself.
    pub(super) fn points_by_itself(&self, slot: u32) -> f32 {
        self.by_itself(slot, Signals::default()).dot(&self.cue.weights)
    }

    fn by_itself(&self, slot: u32, signals: Signals) -> Signals {
        let facts = self.index.slots.facts(slot);
        let signals = signals
            .with(Term::Dated, self.dated(slot))
            .with(Term::Recency, self.recency(facts))
            .with(Term::Importance, facts.importance - USUAL);
        self.with_traits(slot, facts, signals)
    }

    fn dated(&self, slot: u32) -> f32 {
        dated::signal(&self.question.dates, &self.index.slots.read[slot as usize].dates)
    }

    fn recency(&self, facts: &Facts) -> f32 {
        if self.question.present { recency::signal(facts.happened, self.cue.at) } else { 0.0 }
    }

    /// What a unit is by itself counts where something is asked.
    fn with_traits(&self, slot: u32, facts: &Facts, signals: Signals) -> Signals {
        let Some(asked) = &self.question.asked else { return signals };
        let traits = &self.index.slots.read[slot as usize].traits;
        // a passage of many is chosen for its likeness to the query, and some passage of a long text has every trait
        let share = (FULL_TRAITS / facts.units as f32).min(1.0);
        signals
            .with(Term::Kind, share * kind::signal(asked, traits))
            .with(Term::Question, share * prior::question(traits))
            .with(Term::Capitals, share * prior::capitals(traits))
            .with(Term::FirstPerson, share * prior::first_person(traits))
            .with(Term::TimeExpression, share * prior::time_expression(traits))
    }
}
