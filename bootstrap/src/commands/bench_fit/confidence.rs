//! The scale of the score and the confidence: what makes it likely that a text answers, and that any does.

use domain::index::Reading;
use domain::recall::confidence::Evidence;
use domain::recall::term::{Signals, Term, Weights};
use domain::text::words::words;

use super::cases::Case;
use super::logistic::{fit, probability};
use crate::commands::bench_quality::abstention::auc;

/// The ridge of both regressions: enough to stay finite, too little to matter.
const RIDGE: f64 = 1e-3;

/// What the confidence that any text answers depends on, each with its name. An explanation does not say how many speakers
/// a question names: one, where some candidates are of a named speaker and others are not.
fn features(query: &str, weights: &Weights, best: &[(f32, Signals)]) -> Vec<(&'static str, f64)> {
    let seen: Vec<(Signals, bool)> =
        best.iter().map(|(_, signals)| (*signals, signals.get(Term::Speaker) > 0.0)).collect();
    let reading = Reading { words: words(query).len(), named: 1 };
    let evidence = Evidence::seen(&seen, &reading, weights);
    Evidence::NAMES.into_iter().zip(evidence.values().map(f64::from)).collect()
}

/// The fitted scale of the score: log-odds that one of the ten best is gold are `offset + slope · sum`.
pub(super) fn scale(cases: &[&Case], weights: &Weights) -> [f64; 2] {
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    for case in cases.iter().filter(|case| !case.adversarial) {
        let sums = case.sums(weights);
        for at in case.order(&sums).into_iter().take(10) {
            rows.push(vec![f64::from(sums[at])]);
            labels.push(case.gold.contains(&Some(at)));
        }
    }
    let fitted = fit(&rows, &labels, RIDGE);
    [fitted[0], fitted.get(1).copied().unwrap_or_default()]
}

/// The fitted confidence.
pub(super) struct Confidence {
    /// Names of the features.
    pub names: Vec<&'static str>,
    /// The intercept, then a coefficient a feature.
    pub coefficients: Vec<f64>,
}

impl Confidence {
    /// Fits whether a question can be answered; `None` where there are not both kinds of question.
    pub(super) fn fit(cases: &[&Case], weights: &Weights) -> Option<Self> {
        let labels: Vec<bool> = cases.iter().map(|case| !case.adversarial).collect();
        if !labels.contains(&true) || !labels.contains(&false) {
            return None;
        }
        let names = row(cases[0], weights).into_iter().map(|(name, _)| name).collect();
        Some(Self { names, coefficients: fit(&values(cases, weights), &labels, RIDGE) })
    }

    /// Chance that a question with an answer gets a higher confidence than one without.
    pub(super) fn auc(&self, cases: &[&Case], weights: &Weights) -> f64 {
        let likely = values(cases, weights);
        let likely = likely.iter().map(|row| probability(&self.coefficients, row)).zip(cases);
        let (with, without): (Vec<_>, Vec<_>) = likely.partition(|(_, case)| !case.adversarial);
        let of = |all: Vec<(f64, &&Case)>| all.into_iter().map(|(likely, _)| likely).collect::<Vec<f64>>();
        auc(&of(with), &of(without))
    }
}

fn row(case: &Case, weights: &Weights) -> Vec<(&'static str, f64)> {
    let sums = case.sums(weights);
    let best: Vec<(f32, Signals)> = case.order(&sums).into_iter().map(|at| (sums[at], case.signals[at])).collect();
    features(&case.query, weights, &best)
}

fn values(cases: &[&Case], weights: &Weights) -> Vec<Vec<f64>> {
    cases.iter().map(|case| row(case, weights).into_iter().map(|(_, value)| value).collect()).collect()
}
