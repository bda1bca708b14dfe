//! From raw signals to a score: a weighted sum, its points named, brought to 0 to 1.

use crate::recall::term::{Signals, Term, Weights};

/// The log-odds of a memory without any signal: fitted, with [`SLOPE`], on whether each of the ten best memories for the
/// questions of development conversations (LoCoMo, categories 1 to 4, and questions of other conversations) is one that
/// answers.
pub const OFFSET: f32 = -7.10;
/// Log-odds gained by each point of the weighted sum.
pub const SLOPE: f32 = 3.15;

/// The weights where nobody has set others; chosen on development conversations (LoCoMo, conv-26, conv-41 and conv-43), and
/// for `Dated` and those behind `Session` on data sets written for the purpose (`tests/system/quality`). `Session` is the
/// largest that costs questions asked in another session nothing beyond chance (`somabrain bench sessions`).
pub fn default_weights() -> Weights {
    Weights::default()
        .with(Term::Lexical, 0.45)
        .with(Term::Semantic, 0.90)
        .with(Term::Wordwise, 1.10)
        .with(Term::Conversation, 0.70)
        .with(Term::Speaker, 0.45)
        .with(Term::Date, 0.65)
        .with(Term::Dated, 0.20)
        .with(Term::Kind, 0.25)
        .with(Term::Question, -0.12)
        .with(Term::Capitals, 0.08)
        .with(Term::FirstPerson, 0.08)
        .with(Term::TimeExpression, 0.09)
        .with(Term::Centrality, -0.30)
        .with(Term::Session, 0.15)
        .with(Term::Recency, 0.40)
        .with(Term::Importance, 0.20)
        .with(Term::Link, 1.00)
}

/// The score of a weighted sum: logistic(OFFSET + SLOPE · raw), 0 to 1, the same for every call and so comparable.
pub fn score(raw: f32) -> f32 {
    logistic(OFFSET + SLOPE * raw)
}

/// From log-odds to a probability, 0 to 1.
pub fn logistic(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// One line of an explanation: signal × weight = points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The term.
    pub term: Term,
    /// Its raw signal.
    pub signal: f32,
    /// What it counts.
    pub weight: f32,
    /// What it gave.
    pub points: f32,
}

/// Where a score comes from: one line a term.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    lines: Vec<Line>,
}

impl Explanation {
    /// The explanation of these signals under these weights.
    pub fn new(signals: &Signals, weights: &Weights) -> Self {
        let line = |term| {
            let (signal, weight) = (signals.get(term), weights.get(term));
            Line { term, signal, weight, points: signal * weight }
        };
        Self { lines: Term::ALL.into_iter().map(line).collect() }
    }

    /// One line a term, in the order of [`Term::ALL`].
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The sum of the points: the weighted sum of the signals.
    pub fn raw(&self) -> f32 {
        self.lines.iter().map(|line| line.points).sum()
    }

    /// The score, 0 to 1.
    pub fn score(&self) -> f32 {
        score(self.raw())
    }
}
