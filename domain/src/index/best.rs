//! The best of many, of which the expensive question is asked only where one may be among them.

use std::cmp::Ordering;

use crate::memory::Seq;

/// A slot, its score and what orders equals: the later first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) score: f32,
    pub(super) seq: Seq,
    pub(super) slot: u32,
}

/// The best so far: twice the `limit` are taken before half of them are dropped, so that one costs the same whatever the limit.
#[derive(Debug)]
pub(super) struct Best {
    limit: usize,
    taken: Vec<Ranked>,
    /// The last of the best when some were dropped last.
    least: Option<Ranked>,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, taken: Vec::with_capacity(2 * limit), least: None }
    }

    /// What scores less than this is not among the best.
    #[inline]
    pub(super) fn floor(&self) -> f32 {
        self.least.map_or(f32::NEG_INFINITY, |least| least.score)
    }

    /// Whether as many as the limit were taken.
    pub(super) fn is_full(&self) -> bool {
        self.taken.len() >= self.limit
    }

    /// Takes `ranked` if it may be among the best and is `admitted`, which is asked last.
    #[inline]
    pub(super) fn offer(&mut self, ranked: Ranked, admitted: impl FnOnce() -> bool) {
        if self.least.is_some_and(|least| ranked <= least) || !admitted() {
            return;
        }
        self.taken.push(ranked);
        if self.taken.len() == 2 * self.limit {
            self.drop_all_but_the_best();
            self.least = self.taken.last().copied();
        }
    }

    /// The best, in no particular order.
    pub(super) fn into_vec(mut self) -> Vec<Ranked> {
        self.drop_all_but_the_best();
        self.taken
    }

    /// The last of those that stay is the least.
    fn drop_all_but_the_best(&mut self) {
        if self.limit < self.taken.len() {
            self.taken.select_nth_unstable_by(self.limit.max(1) - 1, |a, b| b.cmp(a));
            self.taken.truncate(self.limit);
        }
    }
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.seq.cmp(&other.seq)).then(other.slot.cmp(&self.slot))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
