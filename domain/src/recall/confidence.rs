//! How likely it is that any memory answers: a logistic regression on what a search found.
//!
//! Fitted on questions of development conversations (LoCoMo, conv-26, conv-41 and conv-43) that some memory answers, on
//! those that none does (category 5: the other one said it), on questions of other conversations, and on both kinds in
//! namespaces of a few turns. `somabrain bench fit` fits the same form to the questions that it is given.

use crate::index::{Candidate, Reading};
use crate::recall::term::{Signals, Term, Weights};
use crate::recall::{fuse, speaker};

/// What the confidence of an answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// The best weighted sum.
    pub top: f32,
    /// The best weighted sum of words, meaning and single words alone.
    pub plain: f32,
    /// Where the query names one speaker: the best weighted sum (that of the speaker term apart) of what that one said,
    /// less the best of what others said; 0 where not both are among the candidates.
    pub ahead: f32,
    /// Content words of the query.
    pub words: f32,
    /// The best weighted sum less the tenth.
    pub gap: f32,
}

/// Which of the answers counts as the tenth.
const TENTH: usize = 10;

impl Evidence {
    /// What the values are called, in their order.
    pub const NAMES: [&str; 5] = ["top", "plain", "ahead", "words", "gap"];

    /// The evidence of a search's candidates under these weights.
    pub fn of(candidates: &[Candidate], reading: &Reading, weights: &Weights) -> Self {
        let seen: Vec<(Signals, bool)> = candidates.iter().map(|one| (one.signals, one.named)).collect();
        Self::seen(&seen, reading, weights)
    }

    /// The same from each candidate's signals and whether the query names the one who said it.
    pub fn seen(seen: &[(Signals, bool)], reading: &Reading, weights: &Weights) -> Self {
        // what is new is no likelier to answer than what was new once
        let weights = &weights.with(Term::Recency, 0.0);
        let mut sums: Vec<f32> = seen.iter().map(|(signals, _)| signals.dot(weights)).collect();
        sums.sort_unstable_by(|a, b| b.total_cmp(a));
        let Some(&top) = sums.first() else {
            return Self { words: reading.words as f32, ..Self::default() };
        };
        let tenth = sums[(TENTH - 1).min(sums.len() - 1)];
        let plain = Weights::default()
            .with(Term::Lexical, weights.get(Term::Lexical))
            .with(Term::Semantic, weights.get(Term::Semantic))
            .with(Term::Wordwise, weights.get(Term::Wordwise));
        Self {
            top,
            plain: seen.iter().map(|(signals, _)| signals.dot(&plain)).fold(0.0, f32::max),
            ahead: ahead(seen, reading, weights),
            words: reading.words as f32,
            gap: top - tenth,
        }
    }

    /// The values in the order of [`Self::NAMES`].
    pub fn values(&self) -> [f32; 5] {
        [self.top, self.plain, self.ahead, self.words, self.gap]
    }
}

fn ahead(seen: &[(Signals, bool)], reading: &Reading, weights: &Weights) -> f32 {
    if reading.named != 1 {
        return 0.0;
    }
    speaker::ahead(seen.iter().map(|(signals, named)| (signals, *named)), weights).unwrap_or(0.0)
}

/// The log-odds at no evidence, and what each value of [`Evidence`] adds to them.
pub const OFFSET: f32 = -4.00;
/// What each value counts, in the order of [`Evidence::NAMES`].
pub const SLOPES: [f32; 5] = [3.50, -0.68, 3.80, -0.27, 0.46];

/// The probability that one of the candidates answers, 0 to 1; 0 where there is none.
pub fn confidence(evidence: &Evidence) -> f32 {
    if evidence.top <= 0.0 {
        return 0.0;
    }
    let sum: f32 = SLOPES.iter().zip(evidence.values()).map(|(slope, value)| slope * value).sum();
    fuse::logistic(OFFSET + sum)
}
