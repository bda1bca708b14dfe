//! Whether a difference is more than chance: the paired bootstrap (Efron, Tibshirani 1993) over questions.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// How the questions are drawn again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resampling {
    /// How often, 1 or more.
    pub times: usize,
    /// The seed of the draws.
    pub seed: u64,
}

/// A mean difference and where 95 of 100 resampled means lie.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Difference {
    /// Mean over the questions.
    pub mean: f64,
    /// The 2.5th percentile of the resampled means.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

impl Difference {
    /// The mean of `differences`, one a question; zeros where there is none.
    pub(crate) fn of(differences: &[f64], resampling: Resampling) -> Self {
        if differences.is_empty() {
            return Self::default();
        }
        let count = differences.len();
        let mut random = SmallRng::seed_from_u64(resampling.seed);
        let mut draw = || (0..count).map(|_| differences[random.random_range(0..count)]).sum::<f64>() / count as f64;
        let mut means: Vec<f64> = (0..resampling.times).map(|_| draw()).collect();
        means.sort_by(f64::total_cmp);
        let at = |share: f64| means[(share * (means.len() - 1) as f64).round() as usize];
        Self { mean: differences.iter().sum::<f64>() / count as f64, low: at(0.025), high: at(0.975) }
    }

    /// As points of percent with the interval in brackets.
    pub(crate) fn in_percent(&self) -> String {
        format!("{:+.1} [{:+.1}, {:+.1}]", 100.0 * self.mean, 100.0 * self.low, 100.0 * self.high)
    }

    /// Whether it is above 0 beyond chance.
    pub(crate) fn is_gain(&self) -> bool {
        self.low > 0.0
    }

    /// Whether it is below 0 beyond chance.
    pub(crate) fn is_loss(&self) -> bool {
        self.high < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESAMPLING: Resampling = Resampling { times: 1000, seed: 1 };

    #[test]
    fn the_interval_of_a_plain_sample_is_that_of_its_standard_error() {
        // 100 values of ±1, mean .2: the standard error is √(1 − .04)/10 = .098
        let sample: Vec<f64> = (0..100).map(|at| if at < 60 { 1.0 } else { -1.0 }).collect();
        let difference = Difference::of(&sample, RESAMPLING);
        assert!((difference.mean - 0.2).abs() < 1e-12);
        assert!((difference.low - (0.2 - 1.96 * 0.098)).abs() < 0.04, "{difference:?}");
        assert!((difference.high - (0.2 + 1.96 * 0.098)).abs() < 0.04, "{difference:?}");
        assert_eq!(difference, Difference::of(&sample, RESAMPLING), "the same seed draws the same");
    }

    #[test]
    fn what_differs_always_in_one_direction_is_beyond_chance() {
        assert!(Difference::of(&[0.1; 20], RESAMPLING).is_gain());
        assert!(Difference::of(&[-0.1; 20], RESAMPLING).is_loss());
        assert_eq!(Difference::of(&[], RESAMPLING), Difference::default());
    }
}
