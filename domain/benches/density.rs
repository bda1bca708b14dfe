//! What one memory and one merge cost at 256 dimensions.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::density::check::check;
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::density::spectrum::Spectrum;
use domain::memory::Importance;

const D: usize = 256;

fn vector(seed: usize) -> Vec<f64> {
    (0..D).map(|i| ((seed * 7919 + i * 104_729) as f64).sin() / (1.0 + (i % 16) as f64)).collect()
}

fn density(c: &mut Criterion) {
    let weight = Weight::of(Importance::default());
    let mut fold = Fold::new(D);
    for seed in 0..200 {
        fold.observe(Some(&vector(seed)), weight);
    }
    let rho = DensityMatrix::maximally_mixed(D).after(&fold);
    let v = vector(1000);
    let mut growing = fold.clone();
    c.bench_function("observe", |b| b.iter(|| growing.observe(Some(&v), weight)));
    c.bench_function("novelty", |b| b.iter(|| rho.novelty(&v)));
    c.bench_function("merge folds", |b| b.iter(|| fold.then(&fold)));
    c.bench_function("after", |b| b.iter(|| rho.after(&fold)));
    c.bench_function("check", |b| b.iter(|| check(D, rho.packed())));
    c.bench_function("spectrum", |b| b.iter(|| Spectrum::of(&rho)));
}

criterion_group!(benches, density);
criterion_main!(benches);
