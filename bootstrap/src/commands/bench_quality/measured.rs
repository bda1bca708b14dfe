//! How the searches did on each question, and the comparison of two.

use super::bm25::Bm25;
use super::corpus::{Corpus, questions};
use super::groups::Group;
use super::metrics::Scores;
use super::ranking::{Ranking, ranks};
use super::resample::{Difference, Resampling};
use super::subject::{Answered, Stored};
use super::vector::Vectors;
use domain::encoding::table::Table;

/// How many places of a ranking are measured.
pub(crate) const K: usize = 20;

/// One search and its measures, one a question.
pub(crate) struct Measured {
    /// The search's name.
    pub system: &'static str,
    /// Its measures in the order of [`questions`].
    pub scores: Vec<Scores>,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its value.
    pub of: fn(&Scores) -> f64,
}

/// What comparisons are about: what is found, and how high it stands.
pub(crate) const COMPARED: [Metric; 2] = [
    Metric { name: "recall_at_10", of: |scores| scores.recall_at_10 },
    Metric { name: "ndcg_at_10", of: |scores| scores.ndcg_at_10 },
];

impl Measured {
    /// The subject's own answers.
    pub(crate) fn of_answers(corpora: &[Corpus], stored: &[Stored], answers: &[Answered]) -> Self {
        let rankings = answers.iter().map(|answered| answered.ranking.clone());
        Self::new("somabrain", corpora, stored, rankings)
    }

    /// Plain BM25.
    pub(crate) fn of_bm25(corpora: &[Corpus], stored: &[Stored]) -> Self {
        let indexes: Vec<Bm25> = corpora.iter().map(|corpus| Bm25::new(&spoken(corpus))).collect();
        let rankings = questions(corpora).into_iter().map(|(place, question)| indexes[place].rank(&question.query, K));
        Self::new("bm25", corpora, stored, rankings)
    }

    /// The vector alone.
    pub(crate) fn of_vector(corpora: &[Corpus], stored: &[Stored], table: &Table) -> Self {
        let encoded = |corpus: &Corpus| corpus.items.iter().map(|item| item.content.clone()).collect::<Vec<_>>();
        let texts: Vec<Vec<String>> = corpora.iter().map(encoded).collect();
        let indexes: Vec<Vectors<'_>> =
            texts.iter().map(|texts| Vectors::new(table, texts.iter().map(String::as_str))).collect();
        let rankings = questions(corpora).into_iter().map(|(place, question)| indexes[place].rank(&question.query, K));
        Self::new("vector", corpora, stored, rankings)
    }

    /// Texts that are stored as one count as that one, for every search alike.
    fn new(
        system: &'static str,
        corpora: &[Corpus],
        stored: &[Stored],
        rankings: impl Iterator<Item = Ranking>,
    ) -> Self {
        let score = |((place, question), mut ranking): ((usize, &super::corpus::Question), Ranking)| {
            let first = &stored[place].first;
            ranking.iter_mut().flatten().for_each(|place| *place = first[*place]);
            let ranks: Vec<_> = ranks(question, first, &ranking).into_iter().map(|(_, rank)| rank).collect();
            Scores::of(&ranks)
        };
        Self { system, scores: questions(corpora).into_iter().zip(rankings).map(score).collect() }
    }

    /// The means of a group.
    pub(crate) fn mean(&self, group: &Group) -> Scores {
        Scores::mean(group.members.iter().map(|at| &self.scores[*at]))
    }

    /// How much more this has than another of a measure, over a group.
    pub(crate) fn beyond(&self, other: &Self, metric: Metric, group: &Group, resampling: Resampling) -> Difference {
        let beyond = |at: &usize| (metric.of)(&self.scores[*at]) - (metric.of)(&other.scores[*at]);
        Difference::of(&group.members.iter().map(beyond).collect::<Vec<_>>(), resampling)
    }
}

fn spoken(corpus: &Corpus) -> Vec<String> {
    corpus.items.iter().map(super::corpus::Item::spoken).collect()
}
