//! The largest eigenvalue by Lanczos' iteration with full reorthogonalisation (Golub & Van Loan, Matrix Computations,
//! chapter 10): some dozens of products with a vector instead of a whole spectrum.
//!
//! The start is a fixed vector, so that equal matrices have equal answers wherever they come from.

use super::triangle;

/// Most steps; the spectra of stored memories need 15 to 30.
const STEPS: usize = 64;
/// Relative growth of the answer within [`PACE`] steps at which it counts as found.
const SETTLED: f64 = 1e-12;
/// Steps between two looks at the answer.
const PACE: usize = 4;

/// The largest eigenvalue of the symmetric matrix `packed`, to about 1e-9 of itself, from below.
pub(super) fn largest(packed: &[f64], d: usize) -> f64 {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let mut direction = start(d);
    let mut found = f64::NEG_INFINITY;
    for step in 1..=STEPS.min(d) {
        let mut next = triangle::multiply(packed, &direction);
        diagonal.push(triangle::dot(&next, &direction));
        basis.push(direction);
        for known in &basis {
            let part = triangle::dot(known, &next);
            triangle::add(&mut next, -part, known);
        }
        let length = triangle::dot(&next, &next).sqrt();
        // A length at the level of rounding: the directions met so far are closed under the matrix.
        let closed = length <= 1e-14 * diagonal[0].abs().max(f64::MIN_POSITIVE);
        if closed || step % PACE == 0 {
            let before = std::mem::replace(&mut found, top(&diagonal, &beside));
            if closed || found - before <= SETTLED * found.abs() {
                return found;
            }
        }
        triangle::scale(&mut next, 1.0 / length);
        beside.push(length);
        direction = next;
    }
    beside.truncate(diagonal.len() - 1);
    top(&diagonal, &beside)
}

/// A unit vector without structure of its own (SplitMix64), so that no direction is missed.
fn start(d: usize) -> Vec<f64> {
    let mut state = 0u64;
    let mut vector: Vec<f64> = (0..d)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let share = ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
            if share < 0.5 { share - 1.0 } else { share }
        })
        .collect();
    let length = triangle::dot(&vector, &vector).sqrt();
    triangle::scale(&mut vector, 1.0 / length);
    vector
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection on Sturm's count.
fn top(diagonal: &[f64], beside: &[f64]) -> f64 {
    let reach = |i: usize| {
        let before = i.checked_sub(1).map_or(0.0, |at| beside[at].abs());
        diagonal[i] + before + beside.get(i).map_or(0.0, |x| x.abs())
    };
    let mut low = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut high = (0..diagonal.len()).map(reach).fold(low, f64::max);
    for _ in 0..128 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if any_above(diagonal, beside, middle) { low = middle } else { high = middle }
    }
    high
}

/// Whether an eigenvalue is larger than `x`: a pivot of T - xI is positive.
fn any_above(diagonal: &[f64], beside: &[f64], x: f64) -> bool {
    let mut pivot = diagonal[0] - x;
    for (entry, side) in diagonal[1..].iter().zip(beside) {
        if pivot > 0.0 {
            return true;
        }
        let divisor = if pivot == 0.0 { -f64::MIN_POSITIVE } else { pivot };
        pivot = entry - x - side * side / divisor;
    }
    pivot > 0.0
}
