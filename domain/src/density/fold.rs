//! A run of observations as one pair (keep, gain), which composes.

use super::triangle;
use crate::memory::Importance;

/// How far one observation moves the matrix: `(1/2 + importance) / 64`, so 1/128 to 3/128.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Weight(f64);

impl Weight {
    /// The weight of a memory that matters this much.
    pub fn of(importance: Importance) -> Self {
        Self((0.5 + importance.get()) / 64.0)
    }

    /// The share of the new matrix that is the observation, 1/128 to 3/128.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// What a run of observations does to any matrix: `rho` becomes `keep · rho + gain`.
///
/// `keep` is the product of `1 - a`; `gain` is positive semi-definite with trace `1 - keep` (to rounding).
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    dim: usize,
    keep: f64,
    gain: Vec<f64>,
    observations: u64,
}

impl Fold {
    /// No observation yet, in `d` dimensions; 0 is taken as 1.
    pub fn new(d: usize) -> Self {
        let dim = d.max(1);
        Self { dim, keep: 1.0, gain: vec![0.0; triangle::size(dim)], observations: 0 }
    }

    /// Adds one memory.
    ///
    /// Only the direction of `v` counts. `None`, and a vector that has no direction here (zero, not finite, another
    /// number of dimensions), is observed as I/d, so that observations always equal memories.
    pub fn observe(&mut self, v: Option<&[f64]>, weight: Weight) {
        let share = weight.get();
        let square = v.map_or(0.0, |v| triangle::dot(v, v));
        match v {
            Some(v) if v.len() == self.dim && square.is_normal() => {
                triangle::observe(&mut self.gain, 1.0 - share, share / square, v);
            }
            _ => {
                triangle::scale(&mut self.gain, 1.0 - share);
                triangle::add_mixed(&mut self.gain, self.dim, share);
            }
        }
        self.keep *= 1.0 - share;
        self.observations += 1;
    }

    /// This run and then a later one: `(k1, G1)` then `(k2, G2)` is `(k1 k2, k2 G1 + G2)`.
    ///
    /// A later run of another number of dimensions counts as so many observations of I/d.
    pub fn then(&self, later: &Self) -> Self {
        let mut gain = self.gain.clone();
        later.apply(&mut gain, self.dim);
        Self {
            dim: self.dim,
            keep: self.keep * later.keep,
            gain,
            observations: self.observations.saturating_add(later.observations),
        }
    }

    /// Whether nothing was observed.
    pub fn is_empty(&self) -> bool {
        self.observations == 0
    }

    /// Memories observed.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// Dimensions, 1 or more.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The share of the matrix before that is kept, 0 to 1.
    pub fn keep(&self) -> f64 {
        self.keep
    }

    /// What is added: a packed lower triangle.
    pub fn gain(&self) -> &[f64] {
        &self.gain
    }

    /// `keep · packed + gain` in place, `packed` being of `dim` dimensions.
    pub(super) fn apply(&self, packed: &mut [f64], dim: usize) {
        if dim == self.dim {
            triangle::blend(packed, self.keep, &self.gain);
        } else {
            triangle::scale(packed, self.keep);
            triangle::add_mixed(packed, dim, 1.0 - self.keep);
        }
    }
}
