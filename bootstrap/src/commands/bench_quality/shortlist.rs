//! What the second stage's shortlist loses: the same questions again, asked for so many memories that several times as many
//! get all signals.

use std::sync::Arc;

use anyhow::Result;

use super::corpus::Corpus;
use super::measured::Measured;
use super::subject::{Answered, Stored, Subject, Wanted};

/// As many memories as an answer may have.
const MOST: usize = 100;
/// The first places are compared.
const FIRST: usize = 10;

/// A comparison of two runs over the same questions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shortlist {
    /// Questions asked.
    pub questions: usize,
    /// Of them, those whose first ten are the same memories in the same order.
    pub same: usize,
    /// recall@10 over all questions, less that of the wider search.
    pub recall_at_10: f64,
}

impl Shortlist {
    /// Asks again and compares.
    pub(crate) async fn of(
        subject: &Subject,
        corpora: &[Corpus],
        stored: &Arc<Vec<Stored>>,
        answers: &[Answered],
    ) -> Result<Self> {
        let wide = subject.recall(corpora, stored, Wanted { k: MOST, signals: false }).await?;
        let first = |answered: &Answered| answered.ranking.iter().take(FIRST).copied().collect::<Vec<_>>();
        let same = answers.iter().zip(&wide).filter(|(a, b)| first(a) == first(b)).count();
        let recall = |answers: &[Answered]| {
            let scores = Measured::of_answers(corpora, stored, answers).scores;
            scores.iter().map(|scores| scores.recall_at_10).sum::<f64>() / scores.len().max(1) as f64
        };
        Ok(Self { questions: answers.len(), same, recall_at_10: recall(answers) - recall(&wide) })
    }
}
