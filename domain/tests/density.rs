//! The laws of the density matrix: symmetric, positive semi-definite, trace one, whatever happens.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use domain::density::check::{InvariantViolation, REPAIRABLE, check, repair, verify};
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::density::spectrum::{Spectrum, dominant};
use domain::memory::Importance;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// One memory: its vector, if it has one, and how much it matters.
type Observed = (Option<Vec<f64>>, f64);

fn weight(importance: f64) -> Weight {
    Weight::of(Importance::try_new(importance).unwrap())
}

fn fold_of(d: usize, observed: &[Observed]) -> Fold {
    let mut fold = Fold::new(d);
    for (vector, importance) in observed {
        fold.observe(vector.as_deref(), weight(*importance));
    }
    fold
}

fn runs(d: usize) -> impl Strategy<Value = Vec<Vec<Observed>>> {
    let observed = (weighted(0.9, vec(-1.0..1.0, d)), 0.0..=1.0);
    vec(vec(observed, 0..12), 1..8)
}

fn axis(d: usize, at: usize) -> Vec<f64> {
    (0..d).map(|i| f64::from(u8::from(i == at))).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_interleaving_of_runs_keeps_the_laws_and_counts_every_memory(runs in runs(9)) {
        let mut rho = DensityMatrix::maximally_mixed(9);
        for run in &runs {
            rho = rho.after(&fold_of(9, run));
            prop_assert_eq!(check(9, rho.packed()), vec![]);
        }
        prop_assert_eq!(rho.observations(), runs.iter().map(|run| run.len() as u64).sum::<u64>());
    }

    #[test]
    fn folds_in_any_grouping_equal_the_sequential_fold(runs in runs(7), cut in 0usize..8) {
        let folds: Vec<Fold> = runs.iter().map(|run| fold_of(7, run)).collect();
        let cut = cut.min(folds.len());
        let joined = |part: &[Fold]| part.iter().fold(Fold::new(7), |all, next| all.then(next));
        let grouped = joined(&folds[..cut]).then(&joined(&folds[cut..]));
        let sequential = fold_of(7, &runs.concat());
        prop_assert!(apart(grouped.gain(), sequential.gain()) < 1e-12);
        prop_assert!((grouped.keep() - sequential.keep()).abs() < 1e-12);

        let start = DensityMatrix::maximally_mixed(7);
        let stepwise = folds.iter().fold(start.clone(), |rho, fold| rho.after(fold));
        prop_assert!(apart(stepwise.packed(), start.after(&grouped).packed()) < 1e-12);
    }

    /// Each replica folds its own runs and merges when it likes: which merge comes next is `turns`.
    #[test]
    fn replicas_that_merge_in_any_order_make_the_sequential_fold_in_merge_order(
        replicas in vec(runs(8), 1..4),
        turns in vec(0usize..4, 0..40),
    ) {
        let mut queues: Vec<_> = replicas.into_iter().map(|runs| runs.into_iter()).collect();
        let (mut merged, mut order) = (DensityMatrix::maximally_mixed(8), Vec::new());
        let rest = (0..queues.len()).cycle().take(8 * queues.len());
        for turn in turns.into_iter().chain(rest) {
            let replica = turn % queues.len();
            let Some(run) = queues[replica].next() else { continue };
            merged = merged.after(&fold_of(8, &run));
            prop_assert_eq!(check(8, merged.packed()), vec![]);
            order.extend(run);
        }
        let sequential = DensityMatrix::maximally_mixed(8).after(&fold_of(8, &order));
        prop_assert!(apart(merged.packed(), sequential.packed()) < 1e-12);
        prop_assert_eq!(merged.observations(), order.len() as u64);
    }

    /// One entry of a valid matrix becomes another: by little, by much, no number at all.
    #[test]
    fn a_corrupted_matrix_is_valid_mended_or_refused_with_the_law_that_it_breaks(
        runs in runs(6),
        at in 0usize..21,
        by in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -2.0..2.0, -1e-7..1e-7, Just(0.1), Just(-1e-3)],
    ) {
        let rho = runs.iter().fold(DensityMatrix::maximally_mixed(6), |rho, run| rho.after(&fold_of(6, run)));
        let mut packed = rho.packed().to_vec();
        packed[at] += by;
        let broken = check(6, &packed);
        match repair(6, packed, rho.observations()) {
            Ok(repaired) => {
                prop_assert_eq!(check(6, repaired.matrix.packed()), vec![]);
                prop_assert_eq!(repaired.broken, broken);
                prop_assert!(apart(repaired.matrix.packed(), rho.packed()) <= 3.0 * by.abs());
            }
            Err(refused) => {
                prop_assert!(!refused.is_empty());
                // Numbers that are none break all laws, and equal nothing.
                prop_assert_eq!(format!("{refused:?}"), format!("{broken:?}"));
            }
        }
    }

    #[test]
    fn the_gain_of_a_fold_has_the_trace_that_keep_leaves(run in vec((weighted(0.8, vec(-1.0..1.0, 5)), 0.0..=1.0), 0..200)) {
        let fold = fold_of(5, &run);
        let trace: f64 = (0..5).map(|i| fold.gain()[i * (i + 1) / 2 + i]).sum();
        prop_assert!((trace + fold.keep() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn novelty_lies_in_zero_to_one_and_knows_only_the_direction(runs in runs(6), v in vec(-1.0..1.0, 6), length in 0.01..100.0) {
        let rho = runs.iter().fold(DensityMatrix::maximally_mixed(6), |rho, run| rho.after(&fold_of(6, run)));
        let novelty = rho.novelty(&v);
        let longer: Vec<f64> = v.iter().map(|x| x * length).collect();
        prop_assert!((0.0..=1.0).contains(&novelty));
        prop_assert!((novelty - rho.novelty(&longer)).abs() < 1e-9);
    }

    #[test]
    fn the_largest_eigenvalue_is_that_of_the_whole_spectrum(runs in runs(24)) {
        let rho = runs.iter().fold(DensityMatrix::maximally_mixed(24), |rho, run| rho.after(&fold_of(24, run)));
        let largest = Spectrum::of(&rho).unwrap().values()[0];
        prop_assert!((rho.largest() - largest).abs() <= 1e-9 * largest, "{} is not {}", rho.largest(), largest);
    }

    #[test]
    fn a_stored_matrix_comes_back_the_same(runs in runs(6)) {
        let rho = runs.iter().fold(DensityMatrix::maximally_mixed(6), |rho, run| rho.after(&fold_of(6, run)));
        let again = DensityMatrix::from_packed(6, rho.packed().to_vec(), rho.observations()).unwrap();
        prop_assert_eq!(again, rho);
    }

    #[test]
    fn whatever_is_loaded_is_either_valid_or_refused(packed in vec(-2.0..2.0, 6)) {
        if let Ok(repaired) = repair(3, packed, 1) {
            prop_assert_eq!(check(3, repaired.matrix.packed()), vec![]);
        }
    }
}

#[test]
fn an_empty_matrix_finds_everything_new() {
    let rho = DensityMatrix::maximally_mixed(4);
    assert_eq!(rho.novelty(&axis(4, 2)), 1.0);
    assert_eq!(rho.quadratic(&axis(4, 2)), 0.25);
}

#[test]
fn what_was_seen_often_is_less_new_than_what_was_not() {
    let seen: Vec<Observed> = (0..50).map(|_| (Some(axis(4, 0)), 0.5)).collect();
    let rho = DensityMatrix::maximally_mixed(4).after(&fold_of(4, &seen));
    assert!(rho.novelty(&axis(4, 0)) < 1e-9);
    assert!(rho.novelty(&axis(4, 1)) > 0.7);
}

#[test]
fn what_has_no_direction_here_is_observed_as_the_mixed_state_and_is_new() {
    let odd = [None, Some(vec![0.0; 3]), Some(vec![f64::NAN; 3]), Some(vec![1.0; 2])];
    let run: Vec<Observed> = odd.iter().map(|v| (v.clone(), 1.0)).collect();
    let rho = DensityMatrix::maximally_mixed(3).after(&fold_of(3, &run));
    assert_eq!(rho.observations(), 4);
    assert!(apart(rho.packed(), DensityMatrix::maximally_mixed(3).packed()) < 1e-15);
    for v in odd.into_iter().flatten() {
        assert_eq!(rho.novelty(&v), 1.0);
    }
}

#[test]
fn a_fold_of_another_dimension_counts_without_a_direction() {
    let other = fold_of(2, &[(Some(vec![1.0, 0.0]), 0.5)]);
    let rho = DensityMatrix::maximally_mixed(3).after(&other);
    assert_eq!((rho.dim(), rho.observations()), (3, 1));
    assert_eq!(Fold::new(3).then(&other).observations(), 1);
    assert_eq!(check(3, rho.packed()), vec![]);
}

#[test]
fn a_dimension_of_nothing_is_taken_as_one() {
    assert_eq!(DensityMatrix::maximally_mixed(0).packed(), [1.0]);
    assert_eq!(Fold::new(0).dim(), 1);
}

#[test]
fn each_broken_law_is_named_with_its_number() {
    assert_eq!(check(2, &[0.5, 0.0]), vec![InvariantViolation::Shape { dim: 2, found: 2 }]);
    assert_eq!(check(0, &[]), vec![InvariantViolation::Shape { dim: 0, found: 0 }]);
    assert_eq!(check(usize::MAX, &[1.0]), vec![InvariantViolation::Shape { dim: usize::MAX, found: 1 }]);
    assert_eq!(check(2, &[0.5, f64::NAN, 0.5]), vec![InvariantViolation::Entry(1)]);
    assert_eq!(check(2, &[0.5, 1e300, 0.5]), vec![InvariantViolation::Entry(1)]);
    assert_eq!(check(2, &[0.5, 0.0, 0.75]), vec![InvariantViolation::Trace(1.25)]);
    let [InvariantViolation::NotPositive(least)] = check(2, &[0.5, 0.75, 0.5])[..] else { panic!("psd is broken") };
    assert!((least + 0.25).abs() < 1e-12);
}

#[test]
fn a_violation_says_trace_or_psd_and_invariant() {
    let trace = InvariantViolation::Trace(1.5).to_string();
    let psd = InvariantViolation::NotPositive(-0.25).to_string();
    assert!(trace.contains("trace") && trace.contains("invariant"), "{trace}");
    assert!(psd.contains("psd") && psd.contains("invariant"), "{psd}");
}

#[test]
fn a_small_breach_is_mended_by_projection() {
    let off = REPAIRABLE / 4.0;
    let repaired = repair(2, vec![1.0 + off, 0.0, -off], 7).unwrap();
    assert_eq!(repaired.matrix.observations(), 7);
    assert!(matches!(repaired.broken[..], [InvariantViolation::NotPositive(_)]));
    assert!(apart(repaired.matrix.packed(), &[1.0, 0.0, 0.0]) < 1e-12);

    let drifted = repair(2, vec![0.5 + off, 0.0, 0.5], 7).unwrap();
    assert!(matches!(drifted.broken[..], [InvariantViolation::Trace(_)]));
}

#[test]
fn a_valid_matrix_goes_through_repair_unchanged() {
    let packed = vec![0.25, 0.1, 0.75];
    let repaired = repair(2, packed.clone(), 3).unwrap();
    assert!(repaired.broken.is_empty());
    assert_eq!(repaired.matrix.packed(), packed);
    assert_eq!(verify(repaired.matrix.clone()).unwrap(), repaired);
}

#[test]
fn a_large_breach_is_refused() {
    let refused = |packed| repair(2, packed, 1).unwrap_err();
    assert!(matches!(refused(vec![1.0, 0.0, 0.5])[..], [InvariantViolation::Trace(_)]));
    assert!(matches!(refused(vec![1.1, 0.0, -0.1])[..], [InvariantViolation::NotPositive(_)]));
    let both = refused(vec![1.2, 0.0, -0.1]);
    assert!(matches!(both[..], [InvariantViolation::Trace(_), InvariantViolation::NotPositive(_)]), "{both:?}");
    assert!(DensityMatrix::from_packed(2, vec![1.0, 0.0, 0.5], 1).is_err());
}

#[test]
fn the_mixed_state_has_the_most_entropy_and_a_single_direction_none() {
    let mixed = Spectrum::of(&DensityMatrix::maximally_mixed(8)).unwrap();
    assert!((mixed.entropy() - 8f64.ln()).abs() < 1e-12);
    assert!((mixed.effective_rank() - 8.0).abs() < 1e-9);
    assert!((mixed.condition() - 1.0).abs() < 1e-9);

    let mut packed = vec![0.0; 6];
    packed[0] = 1.0;
    let pure = Spectrum::of(&DensityMatrix::from_packed(3, packed, 1).unwrap()).unwrap();
    assert!(pure.entropy() < 1e-12);
    assert_eq!(pure.condition(), f64::INFINITY);
    assert!(pure.least().abs() < 1e-12);
}

#[test]
fn the_dominant_direction_is_the_one_seen_most() {
    let mut seen: Vec<Observed> = (0..30).map(|_| (Some(vec![0.0, -1.0, -1.0]), 0.5)).collect();
    seen.extend((0..10).map(|_| (Some(vec![1.0, 0.0, 0.0]), 0.5)));
    let directions = dominant(&DensityMatrix::maximally_mixed(3).after(&fold_of(3, &seen)), 2).unwrap();
    let half = 0.5f64.sqrt();
    assert_eq!(directions.len(), 2);
    assert!(apart(&directions[0].vector, &[0.0, half, half]) < 1e-9);
    assert!(directions[0].share > directions[1].share);
}

#[test]
fn the_weight_grows_with_importance() {
    assert_eq!(weight(0.0).get(), 1.0 / 128.0);
    assert_eq!(weight(1.0).get(), 3.0 / 128.0);
}

/// A vector whose components decay like 1 / (1 + i)^slope, its signs scrambled by `seed`.
fn scrambled(d: usize, seed: usize, slope: i32) -> Vec<f64> {
    (0..d).map(|i| ((seed * 7919 + (i + 1) * 104_729) as f64).sin() / f64::from(1 + i as u32).powi(slope)).collect()
}

#[test]
fn the_largest_eigenvalue_is_found_at_full_size_for_flat_and_for_steep_spectra() {
    for (memories, slope) in [(1, 0), (5, 0), (300, 0), (300, 1), (300, 2)] {
        let seen: Vec<Observed> = (0..memories).map(|seed| (Some(scrambled(256, seed, slope)), 0.5)).collect();
        let rho = DensityMatrix::maximally_mixed(256).after(&fold_of(256, &seen));
        let largest = Spectrum::of(&rho).unwrap().values()[0];
        let off = (rho.largest() - largest).abs() / largest;
        assert!(off < 1e-9, "{memories} memories, slope {slope}: off by {off:e}");
    }
}
