//! Density matrices as rows: what was written comes back; anything else is refused with what is wrong.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use domain::density::check::InvariantViolation;
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::memory::Importance;
use somabrain_record::matrix::{Columns, packed};

fn matrix() -> DensityMatrix {
    let mut fold = Fold::new(3);
    fold.observe(Some(&[1.0, 2.0, 3.0]), Weight::of(Importance::default()));
    DensityMatrix::maximally_mixed(3).after(&fold)
}

fn columns(packed: &[u8]) -> Columns<'_> {
    Columns { tenant: "acme", namespace: "default", dimensions: 3, observations: 1, version: 7, packed }
}

/// The same with one number changed.
fn with(at: usize, number: f64) -> Vec<u8> {
    let mut changed = packed(&matrix());
    changed[8 * at..8 * (at + 1)].copy_from_slice(&number.to_le_bytes());
    changed
}

/// What a row breaks that was written like this.
fn written(packed: &[u8]) -> Vec<InvariantViolation> {
    let columns = columns(packed);
    columns.read(&columns.checksum()).unwrap_err()
}

#[test]
fn a_matrix_comes_back_to_the_last_bit() {
    let packed = packed(&matrix());
    let read = columns(&packed).read(&columns(&packed).checksum()).unwrap();
    assert_eq!((read.matrix, read.broken), (matrix(), vec![]));
}

#[test]
fn every_column_is_under_the_checksum() {
    let packed = packed(&matrix());
    let whole = columns(&packed);
    let changed = [
        Columns { tenant: "globex", ..whole },
        Columns { namespace: "notes", ..whole },
        Columns { observations: 2, ..whole },
        Columns { version: 8, ..whole },
    ];
    for columns in changed {
        assert_eq!(columns.read(&whole.checksum()).unwrap_err(), [], "{columns:?}");
    }
    let wider = Columns { dimensions: 4, ..whole };
    assert_eq!(wider.read(&whole.checksum()).unwrap_err(), [InvariantViolation::Shape { dim: 4, found: 6 }]);
}

#[test]
fn a_changed_number_is_refused_with_the_law_that_it_breaks_if_any() {
    let sum = columns(&packed(&matrix())).checksum();
    let (slight, heavy) = (with(1, 1e-3), with(0, 0.5));
    assert_eq!(columns(&slight).read(&sum).unwrap_err(), []);
    assert!(matches!(columns(&heavy).read(&sum).unwrap_err()[..], [InvariantViolation::Trace(_)]));
}

#[test]
fn what_was_written_and_is_no_matrix_is_refused_with_every_law_that_it_breaks() {
    assert_eq!(written(&with(2, f64::NAN)), [InvariantViolation::Entry(2)]);
    assert!(matches!(written(&with(1, 0.9))[..], [InvariantViolation::NotPositive(_)]));
    let both = written(&with(0, -0.5));
    assert!(matches!(both[..], [InvariantViolation::Trace(_), InvariantViolation::NotPositive(_)]), "{both:?}");
    let whole = packed(&matrix());
    assert_eq!(written(&whole[..40]), [InvariantViolation::Shape { dim: 3, found: 5 }]);
    assert_eq!(written(&[&whole[..], &[0]].concat()), []);
    let negative = Columns { dimensions: -3, ..columns(&whole) };
    assert_eq!(negative.read(&negative.checksum()).unwrap_err(), [InvariantViolation::Shape { dim: 0, found: 6 }]);
}

#[test]
fn a_small_breach_is_mended_and_named() {
    let first = matrix().packed()[0];
    let bytes = with(0, first + 1e-8);
    let read = columns(&bytes).read(&columns(&bytes).checksum()).unwrap();
    assert!(matches!(read.broken[..], [InvariantViolation::Trace(_)]));
    assert!((read.matrix.packed()[0] - first).abs() < 1e-8);
}
