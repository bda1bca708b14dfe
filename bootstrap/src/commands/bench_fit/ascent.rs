//! Coordinate ascent: one weight at a time is moved to where the measures of the training questions are best.
//!
//! The measures are steps, not slopes, so wide and narrow moves are tried, until a round over all weights finds none.
//! A ridge pulls towards the start, so that a weight moves only for what is worth it; a weight never changes its sign.

use domain::recall::term::{Term, Weights};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::cases::Case;

/// Moves up and down, as shares of a weight's own size.
const STEPS: [f32; 12] = [-1.0, -0.5, -0.25, -0.1, -0.05, -0.02, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0];
/// What a weight's size counts as, at least.
const SMALLEST: f32 = 0.1;
/// The largest weight.
const LARGEST: f32 = 3.0;

/// How weights are fitted.
pub(super) struct Ascent {
    /// Where it begins, and what the ridge pulls to.
    pub start: Weights,
    /// The terms whose weights move.
    pub terms: Vec<Term>,
    /// What moving a weight by its own size costs.
    pub ridge: f64,
    /// What an adversarial question counts.
    pub adversarial: f64,
    /// Most rounds over all terms.
    pub rounds: usize,
    /// Seed of the order of the terms.
    pub seed: u64,
}

/// The terms that are on, or named, and whose signals tell candidates of any question apart.
pub(super) fn fitted_terms(start: &Weights, train: &[&Case], also: &[Term]) -> Vec<Term> {
    let differs = |term: Term| {
        train.iter().any(|case| {
            let first = case.signals.first().map(|signals| signals.get(term));
            case.signals.iter().any(|signals| Some(signals.get(term)) != first)
        })
    };
    Term::ALL
        .into_iter()
        .filter(|term| start.get(*term) != 0.0 || also.contains(term))
        .filter(|term| differs(*term))
        .collect()
}

/// The best weights found.
pub(super) fn ascend(ascent: &Ascent, train: &[&Case]) -> Weights {
    let mut random = SmallRng::seed_from_u64(ascent.seed);
    let mut climber = Climber { ascent, train, weights: ascent.start };
    let mut terms = ascent.terms.clone();
    for _ in 0..ascent.rounds {
        terms.shuffle(&mut random);
        if terms.iter().filter(|term| climber.climb(**term)).count() == 0 {
            break;
        }
    }
    climber.weights
}

/// Where the ascent is.
struct Climber<'a> {
    ascent: &'a Ascent,
    train: &'a [&'a Case],
    weights: Weights,
}

impl Climber<'_> {
    /// Moves one weight to where it is best; says whether that is elsewhere.
    fn climb(&mut self, term: Term) -> bool {
        let (start, now) = (self.ascent.start.get(term), self.weights.get(term));
        let (least, most) = if start < 0.0 { (-LARGEST, 0.0) } else { (0.0, LARGEST) };
        let mut best = self.worth(&self.weights) + 1e-9;
        for step in STEPS {
            let there = (now + step * start.abs().max(SMALLEST)).clamp(least, most);
            let moved = self.weights.with(term, there);
            let worth = self.worth(&moved);
            if worth > best {
                (best, self.weights) = (worth, moved);
            }
        }
        self.weights.get(term) != now
    }

    /// Mean of recall@10 + nDCG@10, the adversarial questions at their share, less what the ridge takes.
    fn worth(&self, weights: &Weights) -> f64 {
        let (mut value, mut count) = (0.0, 0.0);
        for case in self.train {
            let share = if case.adversarial { self.ascent.adversarial } else { 1.0 };
            if let Some(scores) = case.scores(&case.sums(weights)) {
                value += share * (scores.recall_at_10 + scores.ndcg_at_10);
                count += share;
            }
        }
        value / f64::max(count, f64::MIN_POSITIVE) - self.pull(weights)
    }

    /// What the ridge takes from it.
    fn pull(&self, weights: &Weights) -> f64 {
        let moved = |term: &Term| {
            let start = self.ascent.start.get(*term);
            f64::from((weights.get(*term) - start) / start.abs().max(SMALLEST)).powi(2)
        };
        self.ascent.ridge * self.ascent.terms.iter().map(moved).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use domain::recall::term::Signals;

    use super::*;

    fn ascent(ridge: f64) -> Ascent {
        let start = Weights::default().with(Term::Lexical, 1.0).with(Term::Question, -0.5);
        Ascent { start, terms: vec![Term::Lexical, Term::Question], ridge, adversarial: 0.0, rounds: 50, seed: 1 }
    }

    /// Ten wrong texts by words alone; the gold one would be first but for a question mark.
    fn case() -> Case {
        let wrong = Signals::default().with(Term::Lexical, 0.5);
        let gold = Signals::default().with(Term::Lexical, 0.6).with(Term::Question, 1.0);
        let signals = [vec![wrong; 10], vec![gold]].concat();
        Case { corpus: 0, query: String::new(), adversarial: false, signals, gold: vec![Some(10)] }
    }

    #[test]
    fn a_weight_moves_to_where_the_gold_text_is_found_and_keeps_its_sign() {
        let case = case();
        let fitted = ascend(&ascent(0.0001), &[&case]);
        assert_eq!(case.scores(&case.sums(&fitted)).map(|scores| scores.recall_at_10), Some(1.0));
        assert!(fitted.get(Term::Question) <= 0.0 && fitted.get(Term::Lexical) > 0.0);
    }

    #[test]
    fn a_strong_ridge_keeps_the_weights_where_they_were() {
        let case = case();
        assert_eq!(ascend(&ascent(1000.0), &[&case]), ascent(0.0).start);
    }
}
