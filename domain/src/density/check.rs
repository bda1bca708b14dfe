//! The three laws, checked and, where the breach is small, mended.

use faer::{Mat, Side};
use thiserror::Error;

use super::matrix::DensityMatrix;
use super::triangle;

/// How far the trace may be from one.
pub const TRACE_TOLERANCE: f64 = 1e-9;
/// How far below zero the least eigenvalue may lie.
pub const PSD_TOLERANCE: f64 = 1e-10;
/// How far trace and least eigenvalue may be off for [`repair`] to mend them.
pub const REPAIRABLE: f64 = 1e-6;
/// Beyond this an entry is damage; the entries of a density matrix lie in -1 to 1.
const ENTRY_LIMIT: f64 = 1e100;

/// Which law a matrix breaks. Symmetry holds by its form: only one triangle is kept.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvariantViolation {
    /// Not `d (d + 1) / 2` numbers, or no dimension at all.
    #[error("breaks the shape invariant: {found} numbers are no triangle of {dim} dimensions")]
    Shape {
        /// Dimensions asked for.
        dim: usize,
        /// Numbers found.
        found: usize,
    },
    /// An entry that is not a number or out of all bounds.
    #[error("breaks the finiteness invariant: entry {0} is no finite number")]
    Entry(usize),
    /// The trace is not one.
    #[error("breaks the trace invariant: the trace is {0}, must be 1 within 1e-9")]
    Trace(f64),
    /// Not positive semi-definite.
    #[error("breaks the psd invariant: the least eigenvalue is {0:e}, must be at least -1e-10")]
    NotPositive(f64),
    /// The eigenvalues could not be computed.
    #[error("breaks the psd invariant: its eigenvalues do not converge")]
    NoSpectrum,
}

/// Every law that the triangle `packed` of `d` dimensions breaks; none for a density matrix.
///
/// Positive semi-definiteness is shown by a Cholesky factorisation of `rho + 1e-10 I` (about 1 ms at 256
/// dimensions); eigenvalues are computed only where that fails, to carry the number.
pub fn check(d: usize, packed: &[f64]) -> Vec<InvariantViolation> {
    if let Some(damage) = damage(d, packed) {
        return vec![damage];
    }
    let mut broken = Vec::new();
    let trace = triangle::trace(packed, d);
    if (trace - 1.0).abs() > TRACE_TOLERANCE {
        broken.push(InvariantViolation::Trace(trace));
    }
    if shifted(d, packed, PSD_TOLERANCE).llt(Side::Lower).is_err() {
        match least_eigenvalue(d, packed) {
            Ok(least) if least >= -PSD_TOLERANCE => {}
            Ok(least) => broken.push(InvariantViolation::NotPositive(least)),
            Err(violation) => broken.push(violation),
        }
    }
    broken
}

/// A triangle that went through [`repair`].
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// The valid matrix.
    pub matrix: DensityMatrix,
    /// The laws that were broken before; none if nothing was changed.
    pub broken: Vec<InvariantViolation>,
}

/// Takes a triangle whose trace and least eigenvalue are off by at most [`REPAIRABLE`], mended by projection: negative
/// eigenvalues become zero and the trace is brought back to one. Anything worse is refused with all laws that it breaks.
pub fn repair(d: usize, packed: Vec<f64>, observations: u64) -> Result<Repaired, Vec<InvariantViolation>> {
    let broken = check(d, &packed);
    if broken.is_empty() {
        return Ok(Repaired { matrix: DensityMatrix::of_valid(d, packed, observations), broken });
    }
    if !broken.iter().all(is_small) {
        return Err(broken);
    }
    let mended = mended(d, packed, &broken).and_then(|packed| DensityMatrix::from_packed(d, packed, observations));
    mended.map(|matrix| Repaired { matrix, broken }).map_err(|violation| vec![violation])
}

/// [`repair`] for a matrix that was computed from others, which is left as it is where it breaks no law.
pub fn verify(matrix: DensityMatrix) -> Result<Repaired, Vec<InvariantViolation>> {
    if check(matrix.dim(), matrix.packed()).is_empty() {
        return Ok(Repaired { matrix, broken: Vec::new() });
    }
    repair(matrix.dim(), matrix.packed().to_vec(), matrix.observations())
}

fn is_small(violation: &InvariantViolation) -> bool {
    match *violation {
        InvariantViolation::Trace(trace) => (trace - 1.0).abs() <= REPAIRABLE,
        InvariantViolation::NotPositive(least) => least >= -REPAIRABLE,
        InvariantViolation::Shape { .. } | InvariantViolation::Entry(_) | InvariantViolation::NoSpectrum => false,
    }
}

fn mended(d: usize, packed: Vec<f64>, broken: &[InvariantViolation]) -> Result<Vec<f64>, InvariantViolation> {
    let negative = broken.iter().any(|violation| matches!(violation, InvariantViolation::NotPositive(_)));
    let mut packed = if negative { without_negative(d, &packed)? } else { packed };
    let trace = triangle::trace(&packed, d);
    triangle::scale(&mut packed, 1.0 / trace);
    Ok(packed)
}

fn damage(d: usize, packed: &[f64]) -> Option<InvariantViolation> {
    // Multiplied wide: a dimension read from damaged storage must not overflow.
    if d == 0 || packed.len() as u128 != d as u128 * (d as u128 + 1) / 2 {
        return Some(InvariantViolation::Shape { dim: d, found: packed.len() });
    }
    packed.iter().position(|x| x.is_nan() || x.abs() > ENTRY_LIMIT).map(InvariantViolation::Entry)
}

fn least_eigenvalue(d: usize, packed: &[f64]) -> Result<f64, InvariantViolation> {
    let values =
        shifted(d, packed, 0.0).self_adjoint_eigenvalues(Side::Lower).map_err(|_| InvariantViolation::NoSpectrum)?;
    Ok(values.into_iter().fold(f64::INFINITY, f64::min))
}

fn without_negative(d: usize, packed: &[f64]) -> Result<Vec<f64>, InvariantViolation> {
    let full = shifted(d, packed, 0.0);
    let decomposed = full.self_adjoint_eigen(Side::Lower).map_err(|_| InvariantViolation::NoSpectrum)?;
    let (values, vectors) = (decomposed.S().column_vector(), decomposed.U());
    let mut clipped = vec![0.0; packed.len()];
    for at in 0..d {
        let vector: Vec<f64> = vectors.col(at).iter().copied().collect();
        triangle::observe(&mut clipped, 1.0, values[at].max(0.0), &vector);
    }
    Ok(clipped)
}

/// The lower half of `A + shift · I` as a full matrix.
pub(super) fn shifted(d: usize, packed: &[f64], shift: f64) -> Mat<f64> {
    Mat::from_fn(d, d, |row, column| match row.cmp(&column) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => packed[triangle::diagonal(row)] + shift,
        std::cmp::Ordering::Greater => packed[triangle::size(row) + column],
    })
}
