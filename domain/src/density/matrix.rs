//! The matrix itself, always valid.

use super::check::{InvariantViolation, check};
use super::fold::Fold;
use super::{lanczos, triangle};

/// A `d` × `d` matrix of what has been remembered: symmetric, positive semi-definite, trace one, always.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityMatrix {
    dim: usize,
    packed: Vec<f64>,
    observations: u64,
    largest: f64,
}

impl DensityMatrix {
    /// I/d: nothing is remembered yet. A dimension of 0 is taken as 1.
    pub fn maximally_mixed(d: usize) -> Self {
        let dim = d.max(1);
        Self { dim, packed: triangle::mixed(dim), observations: 0, largest: 1.0 / dim as f64 }
    }

    /// Takes a stored triangle (row 0, row 1, …) of `d` dimensions; it is input and all laws are checked, about 1 ms
    /// at 256 dimensions. The first law broken is the error; [`check`] names them all.
    pub fn from_packed(d: usize, packed: Vec<f64>, observations: u64) -> Result<Self, InvariantViolation> {
        match check(d, &packed).into_iter().next() {
            Some(violation) => Err(violation),
            None => Ok(Self::of_valid(d, packed, observations)),
        }
    }

    /// Dimensions, 1 or more.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many memories have been observed.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// The lower triangle: row 0, row 1, …; row `i` has columns 0 to `i`; `d (d + 1) / 2` numbers.
    pub fn packed(&self) -> &[f64] {
        &self.packed
    }

    /// The sum of the diagonal: 1, to 1e-9.
    pub fn trace(&self) -> f64 {
        triangle::trace(&self.packed, self.dim)
    }

    /// The largest eigenvalue, 1/d to 1.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// The matrix after a run of observations: `keep · rho + gain`, its trace brought back to one against drift.
    ///
    /// A run of another number of dimensions counts as so many observations of I/d.
    pub fn after(&self, fold: &Fold) -> Self {
        if fold.is_empty() {
            return self.clone();
        }
        let mut packed = self.packed.clone();
        fold.apply(&mut packed, self.dim);
        let trace = triangle::trace(&packed, self.dim);
        triangle::scale(&mut packed, 1.0 / trace);
        Self::of_valid(self.dim, packed, self.observations.saturating_add(fold.observations()))
    }

    /// `vᵀ rho v`: how much of what is remembered lies in the direction of the unit vector `v`, 0 to 1.
    /// A vector of another number of dimensions has nothing in common: 0.
    pub fn quadratic(&self, v: &[f64]) -> f64 {
        if v.len() == self.dim { triangle::quadratic(&self.packed, v) } else { 0.0 }
    }

    /// How new the direction of `v` is, 0 to 1: `1 - vᵀ rho v / (‖v‖² · largest eigenvalue)`.
    ///
    /// 1 where nothing has been observed, and for a vector without direction here (zero, not finite, another number of
    /// dimensions).
    pub fn novelty(&self, v: &[f64]) -> f64 {
        let square = triangle::dot(v, v);
        if self.observations == 0 || v.len() != self.dim || !square.is_normal() {
            return 1.0;
        }
        (1.0 - self.quadratic(v) / (square * self.largest)).clamp(0.0, 1.0)
    }

    /// The caller has seen that the laws hold.
    pub(super) fn of_valid(dim: usize, packed: Vec<f64>, observations: u64) -> Self {
        let largest = lanczos::largest(&packed, dim);
        Self { dim, packed, observations, largest }
    }
}
