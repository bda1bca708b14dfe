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

    /// The direction of the mean of an encoding's kind, of length 1; empty where there is none.
    pub(super) fn direction(&self, encoder: &EncoderId, dims: usize) -> Vec<f32> {
        let mean = self.0.iter().find(|mean| mean.encoder == *encoder && mean.sum.len() == dims);
        let sum: Vec<f64> = mean.map_or(vec![], |mean| mean.sum.iter().map(|&x| x as f64).collect());
        let norm = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm > 0.0 { sum.iter().map(|x| (x / norm) as f32).collect() } else { vec![] }
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

impl Mean {
    fn count(&mut self, encoding: &Encoding, sign: i64) {
        let scale = f64::from(encoding.scale()) * UNIT;
        for (sum, &x) in self.sum.iter_mut().zip(encoding.row()) {
            *sum += sign * (f64::from(x) * scale).round() as i64;
        }
    }
}
