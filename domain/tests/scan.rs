//! The scan of int8 rows gives the same whole numbers whatever instructions it is made of.

use domain::encoding::Encoding;
use domain::encoding::dots::{COMPARISONS, VERSIONS, padded, widened};
use proptest::collection::vec;
use proptest::prelude::*;

/// What each row's dot product is, in numbers that are wide enough for anything.
fn exact(query: &[i8], rows: &[Vec<i8>]) -> Vec<i64> {
    let dot = |row: &Vec<i8>| query.iter().zip(row).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
    rows.iter().map(dot).collect()
}

/// The same by every version of the scan, over rows filled up to whole blocks.
fn scanned(query: &[i8], rows: &[Vec<i8>]) -> Vec<Vec<i64>> {
    let mut all = vec![];
    for row in rows {
        all.extend_from_slice(row);
        all.resize(all.len().next_multiple_of(padded(query.len())), 0);
    }
    let scan = |version: &domain::encoding::dots::Scan| {
        let mut products = vec![i32::MIN; rows.len()];
        version(&widened(query), &all, &mut products);
        products.into_iter().map(i64::from).collect()
    };
    VERSIONS.iter().map(scan).collect()
}

/// The same by every version of the comparison, the query as the row and the rows as queries.
fn compared(query: &[i8], rows: &[Vec<i8>]) -> Vec<Vec<i64>> {
    let queries: Vec<i16> = rows.iter().flat_map(|row| widened(row)).collect();
    let compare = |version: &domain::encoding::dots::Comparison| {
        let (mut room, mut products) = (vec![0; padded(query.len())], vec![i32::MIN; rows.len()]);
        version(&queries, query, &mut room, &mut products);
        products.into_iter().map(i64::from).collect()
    };
    COMPARISONS.iter().map(compare).collect()
}

fn component() -> impl Strategy<Value = i8> {
    prop_oneof![3 => any::<i8>(), 1 => Just(i8::MIN), 1 => Just(i8::MAX), 1 => Just(0)]
}

fn query_and_rows() -> impl Strategy<Value = (Vec<i8>, Vec<Vec<i8>>)> {
    let dims = prop_oneof![1usize..=130, 1usize..=Encoding::LIMIT];
    dims.prop_flat_map(|dims| (vec(component(), dims), vec(vec(component(), dims), 0..6)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_version_of_the_scan_is_exact((query, rows) in query_and_rows()) {
        let exact = exact(&query, &rows);
        let versions = [scanned(&query, &rows), compared(&query, &rows)].concat();
        for (version, products) in versions.into_iter().enumerate() {
            prop_assert_eq!(&products, &exact, "version {} at {} dimensions", version, query.len());
        }
    }
}

#[test]
fn the_longest_and_largest_rows_do_not_overflow() {
    for (a, b) in [(-128, -128), (-128, 127), (127, 127), (127, -128)] {
        for dims in [1, 63, 64, 65, 4_095, Encoding::LIMIT] {
            let (query, rows) = (vec![a; dims], vec![vec![b; dims]; 3]);
            let exact = vec![dims as i64 * i64::from(a) * i64::from(b); 3];
            let versions = [scanned(&query, &rows), compared(&query, &rows)].concat();
            assert!(versions.iter().all(|products| *products == exact), "{a} times {b}, {dims} times");
        }
    }
}

#[test]
fn no_row_reads_into_the_next() {
    let mut rows = vec![vec![0i8; 65]; 5];
    rows[2] = vec![1; 65];
    assert!(scanned(&[1; 65], &rows).iter().all(|scanned| scanned == &[0, 0, 65, 0, 0]));
}

#[test]
fn a_query_without_components_asks_nothing() {
    assert!(scanned(&[], &[]).iter().all(Vec::is_empty));
}
