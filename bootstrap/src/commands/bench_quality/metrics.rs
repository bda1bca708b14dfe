//! The measures of a ranking: recall, hits, reciprocal rank, discounted gain.

/// The measures of one question, or their means over several; each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Scores {
    /// Share of the gold texts that are first.
    pub recall_at_1: f64,
    /// Share of the gold texts among the first five.
    pub recall_at_5: f64,
    /// Share of the gold texts among the first ten.
    pub recall_at_10: f64,
    /// Share of the gold texts among the first twenty.
    pub recall_at_20: f64,
    /// Whether any gold text is among the first ten.
    pub hit_at_10: f64,
    /// 1 / rank of the first gold text if that is at most 10, else 0.
    pub mrr_at_10: f64,
    /// Binary discounted gain of the first ten (1 / log2(1 + rank) for each gold text) over the highest there could be.
    pub ndcg_at_10: f64,
}

impl Scores {
    /// The measures of one question from the ranks of its gold texts, from 1, `None` where it is not found.
    pub(crate) fn of(ranks: &[Option<usize>]) -> Self {
        let within = |k: usize| ranks.iter().flatten().filter(|rank| **rank <= k).count() as f64 / ranks.len() as f64;
        let first = ranks.iter().flatten().min().filter(|rank| **rank <= 10);
        Self {
            recall_at_1: within(1),
            recall_at_5: within(5),
            recall_at_10: within(10),
            recall_at_20: within(20),
            hit_at_10: if first.is_some() { 1.0 } else { 0.0 },
            mrr_at_10: first.map_or(0.0, |rank| 1.0 / *rank as f64),
            ndcg_at_10: ndcg_at_10(ranks),
        }
    }

    /// The means; zeros where there is nothing.
    pub(crate) fn mean<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let (mut sum, mut count) = (Self::default(), 0.0);
        for one in all {
            count += 1.0;
            for (field, value) in sum.fields_mut().into_iter().zip(one.fields()) {
                *field += value.1;
            }
        }
        sum.fields_mut().into_iter().filter(|_| count > 0.0).for_each(|field| *field /= count);
        sum
    }

    /// Every measure with its name.
    pub(crate) fn fields(&self) -> [(&'static str, f64); 7] {
        [
            ("recall_at_1", self.recall_at_1),
            ("recall_at_5", self.recall_at_5),
            ("recall_at_10", self.recall_at_10),
            ("recall_at_20", self.recall_at_20),
            ("hit_at_10", self.hit_at_10),
            ("mrr_at_10", self.mrr_at_10),
            ("ndcg_at_10", self.ndcg_at_10),
        ]
    }

    fn fields_mut(&mut self) -> [&mut f64; 7] {
        [
            &mut self.recall_at_1,
            &mut self.recall_at_5,
            &mut self.recall_at_10,
            &mut self.recall_at_20,
            &mut self.hit_at_10,
            &mut self.mrr_at_10,
            &mut self.ndcg_at_10,
        ]
    }
}

/// Binary nDCG of the first ten.
pub(crate) fn ndcg_at_10(ranks: &[Option<usize>]) -> f64 {
    let gain = |rank: usize| 1.0 / ((rank + 1) as f64).log2();
    let ideal: f64 = (1..=ranks.len().min(10)).map(gain).sum();
    let found: f64 = ranks.iter().flatten().filter(|rank| **rank <= 10).map(|rank| gain(*rank)).sum();
    if ideal > 0.0 { found / ideal } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_measures_of_a_question_are_those_computed_by_hand() {
        // gold at 2 and 7, one at 15, one not found
        let scores = Scores::of(&[Some(7), Some(2), None, Some(15)]);
        assert!(
            near(scores.recall_at_1, 0.0)
                && near(scores.recall_at_5, 0.25)
                && near(scores.recall_at_10, 0.5)
                && near(scores.recall_at_20, 0.75)
        );
        assert!(near(scores.hit_at_10, 1.0) && near(scores.mrr_at_10, 0.5));
        // (1/log2 3 + 1/log2 8) / (1 + 1/log2 3 + 1/2 + 1/log2 5)
        assert!(near(scores.ndcg_at_10, (0.630_929_753_571_457_4 + 1.0 / 3.0) / 2.561_606_311_644_851));
    }

    #[test]
    fn a_perfect_ranking_has_ones_and_one_that_finds_nothing_zeros() {
        let perfect = Scores::of(&[Some(1)]);
        assert!(perfect.fields().iter().all(|(_, value)| near(*value, 1.0)));
        assert_eq!(Scores::of(&[None, Some(21)]), Scores::default());
    }

    #[test]
    fn more_gold_than_places_can_still_be_perfect() {
        let ranks: Vec<Option<usize>> = (1..=12).map(Some).collect();
        assert!(near(Scores::of(&ranks).ndcg_at_10, 1.0) && near(Scores::of(&ranks).recall_at_10, 10.0 / 12.0));
    }

    #[test]
    fn means_are_over_questions_and_of_nothing_zero() {
        let mean = Scores::mean([Scores::of(&[Some(1)]), Scores::of(&[None])].iter());
        assert!(near(mean.recall_at_10, 0.5) && near(mean.ndcg_at_10, 0.5));
        assert_eq!(Scores::mean([].iter()), Scores::default());
    }
}
