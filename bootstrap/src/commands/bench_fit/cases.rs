//! The questions with their candidates: what weights are tried on.

use domain::recall::term::{Signals, Weights};

use crate::commands::bench_quality::corpus::{Corpus, questions};
use crate::commands::bench_quality::metrics::Scores;
use crate::commands::bench_quality::ranking::ranks;
use crate::commands::bench_quality::subject::{Answered, Stored};

/// A question with the signals of its candidates.
pub(super) struct Case {
    /// The place of its corpus.
    pub corpus: usize,
    /// What is asked.
    pub query: String,
    /// Whether nothing answers it.
    pub adversarial: bool,
    /// The candidates' signals; of equals the earlier stands first.
    pub signals: Vec<Signals>,
    /// Places of the gold texts among the candidates; `None`: not among them.
    pub gold: Vec<Option<usize>>,
}

/// One case for each question; the answers are in the order of the questions.
pub(super) fn cases(corpora: &[Corpus], stored: &[Stored], answers: Vec<Answered>) -> Vec<Case> {
    let mut cases = Vec::with_capacity(answers.len());
    for ((corpus, question), answered) in questions(corpora).into_iter().zip(answers) {
        let ranks = ranks(question, &stored[corpus].first, &answered.ranking);
        cases.push(Case {
            corpus,
            query: question.query.clone(),
            adversarial: question.adversarial,
            signals: answered.signals,
            gold: ranks.into_iter().map(|(_, rank)| rank.map(|rank| rank - 1)).collect(),
        });
    }
    cases
}

impl Case {
    /// The weighted sums of the candidates.
    pub(super) fn sums(&self, weights: &Weights) -> Vec<f32> {
        self.signals.iter().map(|signals| signals.dot(weights)).collect()
    }

    /// The measures if the candidates are ordered by these sums; `None` for a question without gold.
    pub(super) fn scores(&self, sums: &[f32]) -> Option<Scores> {
        let before = |at: usize| (0..sums.len()).filter(|&one| (-sums[one], one) < (-sums[at], at)).count();
        let ranks: Vec<Option<usize>> = self.gold.iter().map(|gold| gold.map(|at| before(at) + 1)).collect();
        (!ranks.is_empty()).then(|| Scores::of(&ranks))
    }

    /// The candidates' places, the highest sums first.
    pub(super) fn order(&self, sums: &[f32]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..sums.len()).collect();
        order.sort_by(|a, b| sums[*b].total_cmp(&sums[*a]));
        order
    }
}
