//! Feedback: what callers say of a recall's memories moves the weights of the score, a little each time.
//!
//! RankNet (Burges et al. 2005, "Learning to Rank using Gradient Descent"): for a pair in which the first should stand
//! above the second the loss is ln(1 + exp(-slope · margin)), margin = weights · (better - worse); a step goes along
//! slope · (1 - logistic(slope · margin)) · (better - worse), so that a pair that stands as it should teaches little. Where
//! only one kind is named, the other side of a pair is what was passed over (Joachims 2002, "Optimizing Search Engines
//! using Clickthrough Data"): a useful memory should have stood above those before it that nobody named, and those after a
//! useless one above that.
//!
//! Nothing runs away: each weight moves by at most 2 % of its default's size a step, stays within half of that size of its
//! default, and so keeps its sign.

use crate::recall::fuse::SLOPE;
use crate::recall::term::{PerTerm, Signals, Term, Weights};

/// What a step moves a weight by, per gradient, as a share of the weight's size: a pair of equal scores whose signals are a
/// quarter apart moves it as far as one step may.
const RATE: f32 = 0.05;
/// The same where one side of each pair was only passed over.
const IMPLICIT_RATE: f32 = RATE / 4.0;
/// The most that one step moves a weight, as a share of its size.
pub const LARGEST_STEP: f32 = 0.02;
/// The most that all steps together move a weight, as a share of its size.
pub const FURTHEST: f32 = 0.5;
/// The size of a weight whose default is 0.
const SIZE_OF_NONE: f32 = 0.5;
/// Steps are whole multiples of this, so that sums of them are exact and a step taken back leaves nothing behind.
const GRAIN: f32 = 1.0 / 1_048_576.0;

/// What a caller says of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It helped to answer.
    Useful,
    /// It did not.
    Useless,
}

/// One memory of a recall, with what was said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Its raw signals.
    pub signals: Signals,
    /// What was said of it, if anything was.
    pub verdict: Option<Verdict>,
}

/// How far each weight moves for what was said of a recall's memories, which are `ranked` as they were answered, the best
/// first. `sum` is the sum of all steps before. Nothing moves where no memory can be set against another.
pub fn step(defaults: &Weights, sum: &PerTerm, ranked: &[Judged]) -> PerTerm {
    let (pairs, rate) = pairs(ranked);
    let gradient = gradient(&taught(defaults, sum), &pairs);
    let mut step = PerTerm::default();
    for term in Term::ALL {
        let size = size(defaults.get(term));
        let (most, furthest) = (LARGEST_STEP * size, FURTHEST * size);
        let wanted = finite(rate * size * gradient.get(term)).clamp(-most, most);
        let from = finite(sum.get(term)).clamp(-furthest, furthest);
        let to = (from + wanted).clamp(-furthest, furthest);
        step.set(term, ((to - from) / GRAIN).trunc() * GRAIN);
    }
    step
}

/// The weights after steps of that sum: each within half of its default's size of it.
pub fn taught(defaults: &Weights, sum: &PerTerm) -> Weights {
    let mut weights = *defaults;
    for term in Term::ALL {
        let furthest = FURTHEST * size(defaults.get(term));
        weights.set(term, defaults.get(term) + finite(sum.get(term)).clamp(-furthest, furthest));
    }
    weights
}

/// A memory that should stand above another.
type Pair<'a> = (&'a Signals, &'a Signals);

fn pairs(ranked: &[Judged]) -> (Vec<Pair<'_>>, f32) {
    let of = |verdict| ranked.iter().enumerate().filter(move |(_, one)| one.verdict == verdict);
    let is_there = |verdict| of(Some(verdict)).next().is_some();
    let both = is_there(Verdict::Useful) && is_there(Verdict::Useless);
    let (better, worse) = match (both, is_there(Verdict::Useful)) {
        (true, _) => (Some(Verdict::Useful), Some(Verdict::Useless)),
        (false, true) => (Some(Verdict::Useful), None),
        (false, false) => (None, Some(Verdict::Useless)),
    };
    let all = of(better).flat_map(|(below, good)| {
        of(worse).filter(move |(above, _)| both || *above < below).map(move |(_, bad)| (&good.signals, &bad.signals))
    });
    (all.collect(), if both { RATE } else { IMPLICIT_RATE })
}

/// The mean over the pairs; 0 without any.
fn gradient(weights: &Weights, pairs: &[Pair<'_>]) -> PerTerm {
    let mut gradient = PerTerm::default();
    for (better, worse) in pairs {
        let apart = better.minus(worse);
        let pull = SLOPE / (1.0 + (SLOPE * weights.dot(&apart)).exp());
        for term in Term::ALL {
            gradient.set(term, gradient.get(term) + pull * apart.get(term) / pairs.len() as f32);
        }
    }
    gradient
}

/// What a weight's steps are measured by.
fn size(default: f32) -> f32 {
    if default == 0.0 { SIZE_OF_NONE } else { default.abs() }
}

fn finite(number: f32) -> f32 {
    if number.is_finite() { number } else { 0.0 }
}
