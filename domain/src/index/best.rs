//! The best of many: a bounded heap that asks the expensive question only of what would enter.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::memory::Seq;

/// A slot, its score and what orders equals: the later first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) score: f32,
    pub(super) seq: Seq,
    pub(super) slot: u32,
}

/// The best so far, at most `limit`.
#[derive(Debug)]
pub(super) struct Best {
    limit: usize,
    heap: BinaryHeap<Reverse<Ranked>>,
    floor: f32,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::new(), floor: f32::NEG_INFINITY }
    }

    /// What scores less than this does not enter.
    #[inline]
    pub(super) fn floor(&self) -> f32 {
        self.floor
    }

    /// Takes `ranked` if it is among the best and `admitted`, which is asked last.
    #[inline]
    pub(super) fn offer(&mut self, ranked: Ranked, admitted: impl FnOnce() -> bool) {
        let full = self.heap.len() >= self.limit;
        if full && self.heap.peek().is_none_or(|Reverse(worst)| ranked <= *worst) || !admitted() {
            return;
        }
        if full {
            self.heap.pop();
        }
        self.heap.push(Reverse(ranked));
        if self.heap.len() == self.limit {
            self.floor = self.heap.peek().map_or(self.floor, |Reverse(worst)| worst.score);
        }
    }

    /// The best, best first.
    pub(super) fn into_order(self) -> Vec<Ranked> {
        let mut order: Vec<Ranked> = self.heap.into_iter().map(|Reverse(ranked)| ranked).collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        order
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
