//! The questions whose gold texts do not all come among the first ten.

use std::sync::Arc;

use anyhow::Result;

use super::corpus::{Corpus, questions};
use super::ranking::ranks;
use super::subject::{Stored, Subject, Wanted};

/// How deep a gold text is looked for.
pub(crate) const DEEPEST: usize = 100;

/// A question that misses gold texts.
pub(crate) struct Miss {
    /// The question's place among all, in the order of [`questions`].
    pub question: usize,
    /// The gold texts in the order of the corpus, each with its rank from 1; `None`: not among the first [`DEEPEST`].
    pub gold: Vec<(usize, Option<usize>)>,
    /// The texts that came first instead.
    pub instead: Vec<usize>,
}

/// Looks for misses, those that find least first; of equals those that come first in the files. Also those that an
/// adversarial question is near to.
pub(crate) async fn find(subject: &Subject, corpora: &[Corpus], stored: &Arc<Vec<Stored>>) -> Result<Vec<Miss>> {
    let answers = subject.recall(corpora, stored, Wanted { k: DEEPEST, signals: false }).await?;
    let mut misses = Vec::new();
    for (at, ((place, question), answered)) in questions(corpora).into_iter().zip(&answers).enumerate() {
        let first = &stored[place].first;
        let gold = ranks(question, first, &answered.ranking);
        if gold.iter().any(|(_, rank)| rank.is_none_or(|rank| rank > 10)) {
            let instead = answered.ranking.iter().flatten().take(3).copied().collect();
            misses.push(Miss { question: at, gold, instead });
        }
    }
    misses.sort_by(|a, b| a.recall().total_cmp(&b.recall()));
    Ok(misses)
}

impl Miss {
    /// Share of the gold texts among the first ten.
    pub(crate) fn recall(&self) -> f64 {
        let found = self.gold.iter().filter(|(_, rank)| rank.is_some_and(|rank| rank <= 10)).count();
        found as f64 / self.gold.len() as f64
    }
}
