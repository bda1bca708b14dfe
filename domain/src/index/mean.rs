//! The mean of a namespace's vectors: what all say.

use crate::encoding::{EncoderId, Encoding};

/// One component's part of a unit vector, as a whole number: sums are the same in any order, and exact when taken back.
const UNIT: f64 = (1u64 << 32) as f64;

/// The sums of the unit vectors, one an encoder.
#[derive(Debug, Default)]
pub(super) struct Means(Vec<Mean>);

#[derive(Debug)]
struct Mean {
    encoder: EncoderId,
    sum: Vec<i64>,
}

impl Means {
    pub(super) fn add(&mut self, encoding: &Encoding) {
        self.of(encoding).count(encoding, 1);
    }

    pub(super) fn remove(&mut self, encoding: &Encoding) {
        self.of(encoding).count(encoding, -1);
    }

    /// The sum of the unit vectors of a query's kind; none where there is none.
    pub(super) fn sum(&self, query: &Encoding) -> Option<Sum> {
        let mean =
            self.0.iter().find(|mean| mean.encoder == *query.encoder() && mean.sum.len() == query.row().len())?;
        let sum: Vec<f32> = mean.sum.iter().map(|&x| (x as f64 / UNIT) as f32).collect();
        let square = sum.iter().map(|x| x * x).sum();
        Some(Sum { encoder: mean.encoder.clone(), sum, square })
    }

    fn of(&mut self, encoding: &Encoding) -> &mut Mean {
        let (encoder, dims) = (encoding.encoder(), encoding.row().len());
        let at = self.0.iter().position(|mean| mean.encoder == *encoder && mean.sum.len() == dims);
        let at = at.unwrap_or_else(|| {
            self.0.push(Mean { encoder: encoder.clone(), sum: vec![0; dims] });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

/// A sum of unit vectors.
#[derive(Debug)]
pub(super) struct Sum {
    encoder: EncoderId,
    sum: Vec<f32>,
    square: f32,
}

impl Sum {
    /// Cosine of one of the vectors with the mean of the others, 0 to 1; `None` where it is none of them.
    pub(super) fn likeness(&self, one: &Encoding) -> Option<f32> {
        if self.encoder != *one.encoder() || self.sum.len() != one.row().len() {
            return None;
        }
        let dot = dot(&self.sum, one.row()) * one.scale();
        let others = (self.square - 2.0 * dot + 1.0).max(0.0).sqrt();
        Some(if others > 1e-3 { ((dot - 1.0) / others).clamp(0.0, 1.0) } else { 0.0 })
    }
}

/// Summed in lanes, so that a step is one wide multiply-add.
fn dot(sum: &[f32], row: &[i8]) -> f32 {
    const LANES: usize = 16;
    let (sums, sum_rest) = sum.as_chunks::<LANES>();
    let (rows, row_rest) = row.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for (sum, row) in sums.iter().zip(rows) {
        lanes = std::array::from_fn(|lane| lanes[lane] + sum[lane] * f32::from(row[lane]));
    }
    let rest = sum_rest.iter().zip(row_rest).map(|(a, &b)| a * f32::from(b)).sum::<f32>();
    lanes.iter().sum::<f32>() + rest
}

impl Mean {
    fn count(&mut self, encoding: &Encoding, sign: i64) {
        let scale = f64::from(encoding.scale()) * UNIT;
        for (sum, &x) in self.sum.iter_mut().zip(encoding.row()) {
            *sum += sign * (f64::from(x) * scale).round() as i64;
        }
    }
}
