//! Density matrices that are damaged in the file: found, told, mended or replaced; everything else answers.

use std::path::Path;

use application::ports::density::{Breach, DensityStore, Remedy, Renewed, Resetting, Restoring, Snapshot};
use application::ports::long_term::LongTermMemory;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use domain::audit::Published;
use domain::density::check::{InvariantViolation, check};
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::memory::{Importance, Seq};
use domain::tenant::Namespace;
use somabrain_record::matrix::Columns;
use somabrain_sqlite::{Sqlite, verify_audit};
use tempfile::TempDir;

use crate::builders::{at, cue, encoding, key, memory, note, open, remember, tenant};

const HOUR: i64 = 3600;

fn fold(numbers: impl IntoIterator<Item = u128>) -> Fold {
    let mut fold = Fold::new(256);
    for number in numbers {
        fold.observe(Some(&encoding(number).vector()), Weight::of(Importance::default()));
    }
    fold
}

/// Memory 1 is in the snapshot of hour 0, memory 2 in that of hour 1; memory 3 was merged later, memory 4 not yet.
async fn filled() -> TempDir {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=4).map(|number| memory(number, &format!("memory {number}")))).await;
    for (number, seconds) in [(1, 0), (2, HOUR), (3, HOUR + 10)] {
        merge(&sqlite, [number], seconds).await;
    }
    folder
}

async fn merge(sqlite: &Sqlite, numbers: impl IntoIterator<Item = u128> + Clone, seconds: i64) {
    let places: Vec<Seq> = numbers.clone().into_iter().map(|number| Seq(number as i64)).collect();
    sqlite.merge(&tenant(), &Namespace::default(), &fold(numbers), &places, at(seconds)).await.unwrap();
}

async fn matrix(sqlite: &Sqlite) -> DensityMatrix {
    DensityMatrix::clone(&*sqlite.matrix(&tenant(), &Namespace::default()).await.unwrap())
}

async fn unmerged(sqlite: &Sqlite) -> Vec<i64> {
    sqlite.unmerged(at(1_000_000), 10).await.unwrap().iter().map(|one| one.seq.0).collect()
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = BigInt)]
    observations: i64,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Binary)]
    packed: Vec<u8>,
}

fn connection(folder: &Path) -> SqliteConnection {
    SqliteConnection::establish(folder.join("somabrain.db").to_str().unwrap()).unwrap()
}

/// Changes the numbers of rows that `where` names, and their checksums with them.
fn rewrite(folder: &Path, table: &str, of: &str, change: impl Fn(&mut Vec<f64>)) {
    let mut connection = connection(folder);
    let rows = diesel::sql_query(format!("SELECT observations, version, packed FROM {table} WHERE {of}"));
    let rows: Vec<Stored> = rows.load(&mut connection).unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let mut numbers: Vec<f64> =
            row.packed.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        change(&mut numbers);
        let packed: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let Stored { observations, version, .. } = row;
        let columns =
            Columns { tenant: "acme", namespace: "default", dimensions: 256, observations, version, packed: &packed };
        let update = format!("UPDATE {table} SET packed = ?, checksum = ? WHERE version = ? AND ({of})");
        let update = diesel::sql_query(update).bind::<Binary, _>(&packed).bind::<Binary, _>(columns.checksum());
        assert_eq!(update.bind::<BigInt, _>(version).execute(&mut connection).unwrap(), 1);
    }
}

fn damage(folder: &Path, change: impl Fn(&mut Vec<f64>)) {
    rewrite(folder, "density", "1", change);
}

/// What becomes of the numbers of a matrix.
type Damage = fn(&mut Vec<f64>);
/// Whether a breach says so.
type IsTold = fn(&[InvariantViolation]) -> bool;

/// Two directions become one and its opposite: an eigenvalue of about -1/2, the trace as it was.
const ENTANGLE: Damage = |numbers| numbers[1] = 0.5;

fn breach(broken: &[InvariantViolation], remedy: Remedy) -> Breach {
    Breach { tenant: tenant(), namespace: Namespace::default(), broken: broken.to_vec(), remedy }
}

fn replaced(taken: i64, observations: u64, unmerged: u64) -> Remedy {
    let snapshot = Some(Snapshot { taken: at(taken), observations });
    Remedy::Replaced(Renewed { snapshot, unmerged })
}

fn apart(a: &DensityMatrix, b: &DensityMatrix) -> f64 {
    a.packed().iter().zip(b.packed()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// What there must be once everything is folded again.
async fn is_whole(sqlite: &Sqlite) {
    is_the_fold_of(sqlite, [1, 2, 3, 4]).await;
}

/// In that order.
async fn is_the_fold_of(sqlite: &Sqlite, numbers: [u128; 4]) {
    let waiting = unmerged(sqlite).await;
    merge(sqlite, waiting.iter().map(|seq| *seq as u128).collect::<Vec<_>>(), 3 * HOUR).await;
    let found = matrix(sqlite).await;
    let expected = DensityMatrix::maximally_mixed(256).after(&fold(numbers));
    assert_eq!((found.observations(), unmerged(sqlite).await), (4, vec![]));
    assert!(apart(&found, &expected) < 1e-12);
    assert_eq!(check(256, found.packed()), []);
}

#[tokio::test]
async fn what_is_no_matrix_is_replaced_by_its_last_snapshot_at_the_start() {
    let damages: [(Damage, IsTold); 4] = [
        (|numbers| numbers[7] = f64::NAN, |broken| *broken == [InvariantViolation::Entry(7)]),
        (|numbers| numbers[0] += 0.1, |broken| matches!(broken, [InvariantViolation::Trace(trace)] if *trace > 1.09)),
        (ENTANGLE, |broken| matches!(broken, [InvariantViolation::NotPositive(least)] if *least < -0.4)),
        (|numbers| numbers.truncate(100), |broken| *broken == [InvariantViolation::Shape { dim: 256, found: 100 }]),
    ];
    for (change, is_told) in damages {
        let folder = filled().await;
        damage(folder.path(), change);

        let sqlite = open(folder.path()).await;

        let breaches = sqlite.breaches();
        let [Breach { broken, remedy, .. }] = &breaches[..] else { panic!("one breach: {breaches:?}") };
        assert!(is_told(broken), "{broken:?}");
        assert_eq!(*remedy, replaced(HOUR, 2, 1));
        assert_eq!(sqlite.breaches(), [], "told once");
        assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (2, vec![3, 4]));
        assert_eq!(sqlite.search(&cue("memory 3")).await.unwrap().found.candidates.len(), 4);
        is_whole(&sqlite).await;
        drop(sqlite);
        let again = open(folder.path()).await;
        assert_eq!((again.breaches(), matrix(&again).await.observations()), (vec![], 4));
    }
}

/// Though its numbers may make a matrix: nobody wrote them.
#[tokio::test]
async fn what_does_not_fit_its_checksum_is_replaced() {
    let folder = filled().await;
    let packed = "UPDATE density SET observations = 40";
    diesel::sql_query(packed).execute(&mut connection(folder.path())).unwrap();

    let sqlite = open(folder.path()).await;

    assert_eq!(sqlite.breaches(), [breach(&[], replaced(HOUR, 2, 1))]);
    is_whole(&sqlite).await;
}

#[tokio::test]
async fn a_matrix_whose_row_is_lost_is_replaced() {
    let folder = filled().await;
    diesel::sql_query("DELETE FROM density").execute(&mut connection(folder.path())).unwrap();

    let sqlite = open(folder.path()).await;

    let lost = InvariantViolation::Shape { dim: 256, found: 0 };
    assert_eq!(sqlite.breaches(), [breach(&[lost], replaced(HOUR, 2, 1))]);
    is_whole(&sqlite).await;
}

#[tokio::test]
async fn a_small_breach_is_mended_and_written_back() {
    let folder = filled().await;
    damage(folder.path(), |numbers| numbers[0] += 1e-7);

    let sqlite = open(folder.path()).await;

    let breaches = sqlite.breaches();
    let [Breach { broken, remedy: Remedy::Mended, .. }] = &breaches[..] else { panic!("one, mended: {breaches:?}") };
    assert!(matches!(broken[..], [InvariantViolation::Trace(_)]));
    let mended = matrix(&sqlite).await;
    assert_eq!((mended.observations(), check(256, mended.packed())), (3, vec![]));
    assert_eq!(unmerged(&sqlite).await, [4]);
    drop(sqlite);
    let again = open(folder.path()).await;
    assert_eq!((again.breaches(), matrix(&again).await), (vec![], mended));
}

#[tokio::test]
async fn a_damaged_snapshot_is_passed_over_for_an_earlier_one() {
    let folder = filled().await;
    damage(folder.path(), ENTANGLE);
    rewrite(folder.path(), "density_snapshots", "observations = 2", ENTANGLE);

    let sqlite = open(folder.path()).await;

    let remedies: Vec<Remedy> = sqlite.breaches().into_iter().map(|breach| breach.remedy).collect();
    assert_eq!(remedies, [replaced(0, 1, 2)]);
    assert_eq!(unmerged(&sqlite).await, [2, 3, 4]);
    is_whole(&sqlite).await;
}

#[tokio::test]
async fn without_a_sound_snapshot_the_matrix_begins_anew() {
    let folder = filled().await;
    damage(folder.path(), |numbers| numbers[0] = f64::INFINITY);
    rewrite(folder.path(), "density_snapshots", "1", |numbers| numbers[0] = 7.0);

    let sqlite = open(folder.path()).await;

    let anew = Remedy::Replaced(Renewed { snapshot: None, unmerged: 3 });
    assert_eq!(sqlite.breaches(), [breach(&[InvariantViolation::Entry(0)], anew)]);
    assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (0, vec![1, 2, 3, 4]));
    is_whole(&sqlite).await;
}

/// The next merge meets it.
#[tokio::test]
async fn a_matrix_damaged_under_a_running_service_is_replaced_by_the_next_merge() {
    let folder = filled().await;
    let sqlite = open(folder.path()).await;
    damage(folder.path(), ENTANGLE);

    merge(&sqlite, [4], HOUR + 20).await;

    let remedies: Vec<Remedy> = sqlite.breaches().into_iter().map(|breach| breach.remedy).collect();
    assert_eq!(remedies, [replaced(HOUR, 2, 1)]);
    assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (3, vec![3]));
    is_the_fold_of(&sqlite, [1, 2, 4, 3]).await;
}

/// Who asks meets it, where it is not in memory.
#[tokio::test]
async fn a_matrix_damaged_under_a_running_service_is_replaced_when_it_is_asked_for() {
    let folder = filled().await;
    let sqlite = open(folder.path()).await;
    damage(folder.path(), ENTANGLE);

    assert_eq!(matrix(&sqlite).await.observations(), 2);

    let remedies: Vec<Remedy> = sqlite.breaches().into_iter().map(|breach| breach.remedy).collect();
    assert_eq!((remedies, unmerged(&sqlite).await), (vec![replaced(HOUR, 2, 1)], vec![3, 4]));
    is_whole(&sqlite).await;
}

#[tokio::test]
async fn a_damaged_snapshot_alone_does_no_harm_and_cannot_be_restored() {
    let folder = filled().await;
    rewrite(folder.path(), "density_snapshots", "1", ENTANGLE);
    let sqlite = open(folder.path()).await;
    let restoring = Restoring { tenant: tenant(), namespace: Namespace::default(), at: None, note: note(0) };

    assert_eq!(sqlite.restore(restoring).await.unwrap(), None);

    assert_eq!((sqlite.breaches(), matrix(&sqlite).await.observations()), (vec![], 3));
}

#[tokio::test]
async fn what_operators_do_is_in_the_audit_chain_and_survives_a_restart() {
    let folder = filled().await;
    let sqlite = open(folder.path()).await;
    let (tenant, namespace) = (tenant(), Namespace::default());
    let restoring = Restoring { tenant: tenant.clone(), namespace: namespace.clone(), at: Some(at(0)), note: note(0) };

    sqlite.restore(restoring).await.unwrap().unwrap();
    drop(sqlite);
    let sqlite = open(folder.path()).await;
    assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (1, vec![2, 3, 4]));
    sqlite.reset(Resetting { tenant: tenant.clone(), namespace, note: note(0) }).await.unwrap();
    drop(sqlite);

    assert_eq!(verify_audit(folder.path(), &key(), &Published::new()).unwrap().tenants(), [(tenant, 3)]);
    let sqlite = open(folder.path()).await;
    assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (0, vec![1, 2, 3, 4]));
    is_whole(&sqlite).await;
}

/// Schema 3 knew of a memory only whether it was merged: by its migration the present version has seen all of them.
#[tokio::test]
async fn a_database_of_schema_3_is_migrated_and_counts_nothing_twice() {
    let folder = filled().await;
    let back = "DROP TABLE merged; DROP TABLE audit_beginnings; PRAGMA user_version = 3;
                DELETE FROM __diesel_schema_migrations WHERE version > '00000000000003';";
    diesel::connection::SimpleConnection::batch_execute(&mut connection(folder.path()), back).unwrap();

    let sqlite = open(folder.path()).await;

    assert_eq!(sqlite.snapshots(&tenant(), &Namespace::default()).await.unwrap(), [], "they were of earlier versions");
    assert_eq!((matrix(&sqlite).await.observations(), unmerged(&sqlite).await), (3, vec![4]));
    let resetting = Resetting { tenant: tenant(), namespace: Namespace::default(), note: note(0) };
    assert_eq!(sqlite.reset(resetting).await.unwrap().unmerged, 3);
    is_whole(&sqlite).await;
}
