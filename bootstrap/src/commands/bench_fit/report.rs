//! What was fitted: settings to paste, and what they are worth on the questions fitted on and on the others.

use domain::recall::term::Weights;
use serde_json::{Value, json};

use super::ascent::Ascent;
use super::cases::Case;
use super::confidence::{Confidence, scale};
use crate::commands::bench_quality::metrics::Scores;
use crate::settings::names::{variable, weight_key};

/// What was fitted.
pub(super) struct Report<'a> {
    ascent: &'a Ascent,
    weights: Weights,
    scale: [f64; 2],
    confidence: Option<Confidence>,
    /// Name, and the questions.
    groups: Vec<(&'static str, Vec<&'a Case>)>,
}

impl<'a> Report<'a> {
    /// Fits scale and confidence to the training questions under the fitted weights.
    pub(super) fn new(ascent: &'a Ascent, weights: Weights, train: &[&'a Case], others: &[&'a Case]) -> Self {
        let pick = |cases: &[&'a Case], adversarial: bool| -> Vec<&'a Case> {
            cases.iter().filter(|case| case.adversarial == adversarial).copied().collect()
        };
        let mut groups = vec![
            ("fitted on", pick(train, false)),
            ("fitted on, adversarial", pick(train, true)),
            ("others", pick(others, false)),
            ("others, adversarial", pick(others, true)),
        ];
        groups.retain(|(_, cases)| !cases.is_empty());
        let weights = rounded(weights, ascent);
        let (scale, confidence) = (scale(train, &weights), Confidence::fit(train, &weights));
        Self { ascent, weights, scale, confidence, groups }
    }

    /// Prints settings, and what they are worth as comments, so that the whole can be pasted.
    pub(super) fn print(&self) {
        for line in self.settings() {
            println!("{line}");
        }
        let [offset, slope] = self.scale;
        println!("# score = logistic(offset + slope · sum): offset {offset:.3}, slope {slope:.3}");
        if let Some(confidence) = &self.confidence {
            print!("# confidence = logistic({:.3}", confidence.coefficients[0]);
            for (name, coefficient) in confidence.names.iter().zip(&confidence.coefficients[1..]) {
                print!(" {coefficient:+.3} {name}");
            }
            println!(")");
            for (name, auc) in self.areas(confidence) {
                println!("# AUC of the confidence, {name}: {auc:.3}");
            }
        }
        println!("# {:24} {:>5} {:>17} {:>17}   (recall@10/nDCG@10)", "questions", "n", "before", "after");
        for (name, cases) in &self.groups {
            let [before, after] = [&self.ascent.start, &self.weights].map(|weights| {
                let scores = mean(cases, weights);
                format!("{:.1}/{:.1}", 100.0 * scores.recall_at_10, 100.0 * scores.ndcg_at_10)
            });
            println!("# {name:24} {:>5} {before:>17} {after:>17}", cases.len());
        }
    }

    /// Prints one JSON document.
    pub(super) fn print_json(&self) {
        let weights = self.ascent.terms.iter().map(|term| (term.as_str().to_string(), json!(self.weights.get(*term))));
        let measured = |cases: &[&Case], weights: &Weights| -> Value {
            mean(cases, weights).fields().iter().map(|(name, value)| (name.to_string(), json!(value))).collect()
        };
        let groups = self.groups.iter().map(|(name, cases)| {
            json!({
                "name": name, "questions": cases.len(),
                "before": measured(cases, &self.ascent.start), "after": measured(cases, &self.weights),
            })
        });
        let [offset, slope] = self.scale;
        let confidence = self.confidence.as_ref().map(|confidence| {
            let names = confidence.names.iter().map(ToString::to_string);
            let features: Value = names.zip(confidence.coefficients[1..].iter().map(|one| json!(one))).collect();
            let areas: Value = self.areas(confidence).map(|(name, auc)| (name.to_string(), json!(auc))).collect();
            json!({"intercept": confidence.coefficients[0], "features": features, "auc": areas})
        });
        let document = json!({
            "weights": weights.collect::<Value>(), "settings": self.settings(),
            "score": {"offset": offset, "slope": slope}, "confidence": confidence,
            "groups": groups.collect::<Vec<_>>(),
        });
        println!("{document}");
    }

    fn settings(&self) -> Vec<String> {
        let line = |term| format!("{}={}", variable(&weight_key(term)), self.weights.get(term));
        self.ascent.terms.iter().map(|term| line(*term)).collect()
    }

    /// How well the confidence tells, for those fitted on and the others.
    fn areas<'b>(&'b self, confidence: &'b Confidence) -> impl Iterator<Item = (&'static str, f64)> + 'b {
        self.groups.windows(2).filter(|pair| pair[1].0.starts_with(pair[0].0)).map(|pair| {
            let both = [pair[0].1.as_slice(), pair[1].1.as_slice()].concat();
            (pair[0].0, confidence.auc(&both, &self.weights))
        })
    }
}

fn mean(cases: &[&Case], weights: &Weights) -> Scores {
    let scores: Vec<Scores> = cases.iter().filter_map(|case| case.scores(&case.sums(weights))).collect();
    Scores::mean(scores.iter())
}

/// To three decimals, as they are pasted.
fn rounded(mut weights: Weights, ascent: &Ascent) -> Weights {
    for term in &ascent.terms {
        weights.set(*term, (weights.get(*term) * 1000.0).round() / 1000.0);
    }
    weights
}
