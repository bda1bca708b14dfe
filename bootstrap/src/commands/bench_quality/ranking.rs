//! What a search answered to a question, whichever search it was.

use super::corpus::Question;

/// Places of the corpus's texts, the best first; `None` is something that is no text of the corpus.
pub(crate) type Ranking = Vec<Option<usize>>;

/// The gold texts of a question, each once, with their ranks from 1; `None`: it is not in the ranking. `first` says for
/// each text the place of the one that is stored for it.
pub(crate) fn ranks(question: &Question, first: &[usize], ranking: &[Option<usize>]) -> Vec<(usize, Option<usize>)> {
    let mut gold: Vec<usize> = question.gold.iter().map(|place| first[*place]).collect();
    gold.sort_unstable();
    gold.dedup();
    let rank = |gold: &usize| ranking.iter().position(|place| *place == Some(*gold)).map(|at| at + 1);
    gold.iter().map(|gold| (*gold, rank(gold))).collect()
}
