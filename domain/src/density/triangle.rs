//! Arithmetic on the packed lower triangle of a symmetric matrix: row 0, row 1, …; row `i` holds columns 0 to `i`.
//!
//! Sums run in eight fixed lanes, so that every machine adds in the same order and finds the same bits.

use multiversion::multiversion;

const LANES: usize = 8;

/// Numbers in the triangle of a `d` × `d` matrix.
pub(super) fn size(d: usize) -> usize {
    d * (d + 1) / 2
}

/// Place of the diagonal entry of row `i`.
pub(super) fn diagonal(i: usize) -> usize {
    size(i) + i
}

/// I/d.
pub(super) fn mixed(d: usize) -> Vec<f64> {
    let mut packed = vec![0.0; size(d)];
    add_mixed(&mut packed, d, 1.0);
    packed
}

/// Adds `weight` · I/d.
pub(super) fn add_mixed(packed: &mut [f64], d: usize, weight: f64) {
    for i in 0..d {
        packed[diagonal(i)] += weight / d as f64;
    }
}

/// Sum of the diagonal.
pub(super) fn trace(packed: &[f64], d: usize) -> f64 {
    (0..d).map(|i| packed[diagonal(i)]).sum()
}

/// `keep · A + weight · v vᵀ`, in place.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn observe(packed: &mut [f64], keep: f64, weight: f64, v: &[f64]) {
    let mut rest = packed;
    for (i, &x) in v.iter().enumerate() {
        let (row, later) = rest.split_at_mut(i + 1);
        let pull = weight * x;
        for (entry, &y) in row.iter_mut().zip(&v[..=i]) {
            *entry = keep * *entry + pull * y;
        }
        rest = later;
    }
}

/// `keep · A + B`, in place.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn blend(packed: &mut [f64], keep: f64, other: &[f64]) {
    for (entry, &y) in packed.iter_mut().zip(other) {
        *entry = keep * *entry + y;
    }
}

/// `factor · A`, in place.
pub(super) fn scale(packed: &mut [f64], factor: f64) {
    for entry in packed {
        *entry *= factor;
    }
}

/// `vᵀ A v`.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn quadratic(packed: &[f64], v: &[f64]) -> f64 {
    let mut rest = packed;
    let mut sum = 0.0;
    for (i, &x) in v.iter().enumerate() {
        let (row, later) = rest.split_at(i + 1);
        sum += x * (2.0 * lanes(row, v) - row[i] * x);
        rest = later;
    }
    sum
}

/// `A v`.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn multiply(packed: &[f64], v: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; v.len()];
    let mut rest = packed;
    for (i, &x) in v.iter().enumerate() {
        let (row, later) = rest.split_at(i + 1);
        let (above, at) = product.split_at_mut(i);
        at[0] = lanes(row, v);
        for (entry, &y) in above.iter_mut().zip(row) {
            *entry += y * x;
        }
        rest = later;
    }
    product
}

/// Sum of the products, as far as the shorter reaches.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    lanes(a, b)
}

/// `a += factor · b`, in place.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    for (x, &y) in a.iter_mut().zip(b) {
        *x += factor * y;
    }
}

#[inline(always)]
fn lanes(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, b) = (&a[..length], &b[..length]);
    let (whole, rest) = a.as_chunks::<LANES>();
    let (others, other_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (x, y) in whole.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let tail: f64 = rest.iter().zip(other_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + tail
}
