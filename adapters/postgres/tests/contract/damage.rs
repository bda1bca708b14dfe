//! Density matrices that are damaged in the database: found, told, mended or replaced by whichever replica meets them.

use application::ports::density::{Breach, DensityStore, Remedy, Renewed, Snapshot};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary};
use diesel_async::RunQueryDsl;
use domain::density::check::{InvariantViolation, check};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::Namespace;
use somabrain_postgres::Postgres;
use somabrain_record::matrix::Columns;

use crate::database::Database;
use crate::merging::{DIMENSIONS, acme, observe, observed, second, store};
use crate::sql::{number, run};

/// The first memory is in a snapshot, the second was merged later, the third not yet; their places.
async fn filled(database: &Database) -> Vec<Seq> {
    let replica = database.postgres().await;
    let mut places = Vec::new();
    for (memory, seconds) in [(1, Some(0)), (2, Some(10)), (3, None)] {
        let (fold, stored) = store(&replica, vec![observed(memory)]).await;
        places.push(stored[0].0);
        if let Some(seconds) = seconds {
            merge(&replica, &fold, &[stored[0].0], seconds).await;
        }
    }
    places
}

async fn merge(replica: &Postgres, fold: &Fold, places: &[Seq], seconds: i64) {
    replica.merge(&acme(), &Namespace::default(), fold, places, second(seconds)).await.unwrap();
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

/// Changes the numbers of a table's one row, and its checksum with them.
async fn rewrite(database: &Database, table: &str, change: impl Fn(&mut Vec<f64>)) {
    let mut connection = database.connection().await;
    let row = diesel::sql_query(format!("SELECT observations, version, packed FROM {table}"));
    let Stored { observations, version, packed } = row.get_result(&mut connection).await.unwrap();
    let mut numbers: Vec<f64> = packed.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    change(&mut numbers);
    let packed: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let dimensions = DIMENSIONS as i64;
    let columns = Columns { tenant: "acme", namespace: "default", dimensions, observations, version, packed: &packed };
    let update = diesel::sql_query(format!("UPDATE {table} SET packed = $1, checksum = $2"));
    let update = update.bind::<Binary, _>(&packed).bind::<Binary, _>(columns.checksum());
    assert_eq!(update.execute(&mut connection).await.unwrap(), 1);
}

/// What becomes of the numbers of a matrix.
type Damage = fn(&mut Vec<f64>);
/// Whether a breach says so.
type IsTold = fn(&[InvariantViolation]) -> bool;

/// Two directions become one and its opposite: an eigenvalue of about -1/2, the trace as it was.
const ENTANGLE: Damage = |numbers| numbers[1] = 0.5;

async fn matrix(replica: &Postgres) -> DensityMatrix {
    DensityMatrix::clone(&*replica.matrix(&acme(), &Namespace::default()).await.unwrap())
}

async fn waiting(database: &Database) -> i64 {
    number(database, "count(*) FROM observations WHERE version IS NULL AND position IS NULL").await
}

/// The snapshot of the first memory.
fn replaced(unmerged: u64) -> Remedy {
    let snapshot = Some(Snapshot { taken: second(0), observations: 1 });
    Remedy::Replaced(Renewed { snapshot, unmerged })
}

/// Everything is folded again, by whichever replica.
async fn is_whole(replica: &Postgres) {
    let unmerged = replica.unmerged(second(1_000_000_000), 10).await.unwrap();
    let mut fold = Fold::new(DIMENSIONS);
    let places: Vec<Seq> = unmerged.iter().map(|one| one.seq).collect();
    let first = 4 - places.len() as u128;
    (first..=3).for_each(|memory| observe(&mut fold, &observed(memory)));
    merge(replica, &fold, &places, 7_200).await;
    let mut whole = Fold::new(DIMENSIONS);
    (1..=3).for_each(|memory| observe(&mut whole, &observed(memory)));
    let (found, expected) = (matrix(replica).await, DensityMatrix::maximally_mixed(DIMENSIONS).after(&whole));
    let apart = found.packed().iter().zip(expected.packed()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-12, "{apart}");
    assert_eq!((found.observations(), check(DIMENSIONS, found.packed())), (3, vec![]));
}

#[tokio::test]
async fn what_is_no_matrix_is_replaced_by_its_last_snapshot_when_it_is_read() {
    let damages: [(Damage, IsTold); 4] = [
        (|numbers| numbers[7] = f64::NAN, |broken| *broken == [InvariantViolation::Entry(7)]),
        (|numbers| numbers[0] += 0.1, |broken| matches!(broken, [InvariantViolation::Trace(trace)] if *trace > 1.09)),
        (ENTANGLE, |broken| matches!(broken, [InvariantViolation::NotPositive(least)] if *least < -0.4)),
        (|numbers| numbers.truncate(100), |broken| *broken == [InvariantViolation::Shape { dim: 64, found: 100 }]),
    ];
    for (change, is_told) in damages {
        let database = Database::new().await;
        filled(&database).await;
        rewrite(&database, "density", change).await;
        let (replica, other) = (database.postgres().await, database.postgres().await);
        assert_eq!(matrix(&replica).await.observations(), 1);
        let breaches = replica.breaches();
        let [Breach { broken, remedy, .. }] = &breaches[..] else { panic!("one breach: {breaches:?}") };
        assert!(is_told(broken), "{broken:?}");
        assert_eq!((*remedy, waiting(&database).await), (replaced(1), 2));
        assert_eq!((replica.breaches(), other.breaches()), (vec![], vec![]), "told once");
        is_whole(&other).await;
        assert_eq!(other.breaches(), []);
    }
}

#[tokio::test]
async fn what_does_not_fit_its_checksum_is_replaced() {
    let database = Database::new().await;
    filled(&database).await;
    run(&database, "UPDATE density SET version = 40").await;
    let replica = database.postgres().await;
    assert_eq!(matrix(&replica).await.observations(), 1);
    let breaches = replica.breaches();
    assert!(matches!(&breaches[..], [Breach { broken, .. }] if broken.is_empty()), "{breaches:?}");
    is_whole(&replica).await;
}

#[tokio::test]
async fn a_matrix_whose_row_is_lost_is_replaced() {
    let database = Database::new().await;
    filled(&database).await;
    run(&database, "DELETE FROM density").await;
    let replica = database.postgres().await;
    assert_eq!(matrix(&replica).await.observations(), 1);
    let breaches = replica.breaches();
    let lost = InvariantViolation::Shape { dim: DIMENSIONS, found: 0 };
    assert!(matches!(&breaches[..], [Breach { broken, .. }] if *broken == [lost]), "{breaches:?}");
    is_whole(&replica).await;
}

#[tokio::test]
async fn a_small_breach_is_mended_and_written_back() {
    let database = Database::new().await;
    filled(&database).await;
    rewrite(&database, "density", |numbers| numbers[0] += 1e-7).await;
    let replica = database.postgres().await;
    let mended = matrix(&replica).await;
    assert_eq!((mended.observations(), check(DIMENSIONS, mended.packed())), (2, vec![]));
    let breaches = replica.breaches();
    assert!(matches!(&breaches[..], [Breach { remedy: Remedy::Mended, .. }]), "{breaches:?}");
    let other = database.postgres().await;
    assert_eq!((matrix(&other).await, other.breaches(), waiting(&database).await), (mended, vec![], 1));
}

#[tokio::test]
async fn without_a_sound_snapshot_the_matrix_begins_anew() {
    let database = Database::new().await;
    filled(&database).await;
    rewrite(&database, "density", ENTANGLE).await;
    rewrite(&database, "density_snapshots", |numbers| numbers[0] = f64::NAN).await;
    let replica = database.postgres().await;
    assert_eq!(matrix(&replica).await, DensityMatrix::maximally_mixed(DIMENSIONS));
    let remedies: Vec<Remedy> = replica.breaches().into_iter().map(|breach| breach.remedy).collect();
    assert_eq!(remedies, [Remedy::Replaced(Renewed { snapshot: None, unmerged: 2 })]);
    assert_eq!(waiting(&database).await, 3);
    is_whole(&replica).await;
}

/// Whatever the replica knows of it: a merge builds on what is stored.
#[tokio::test]
async fn a_matrix_damaged_under_a_running_replica_is_replaced_by_the_next_merge() {
    let database = Database::new().await;
    let places = filled(&database).await;
    let replica = database.postgres().await;
    assert_eq!(matrix(&replica).await.observations(), 2);
    run(&database, "UPDATE density SET packed = overlay(packed PLACING '\\x7fff' FROM 7)").await;
    let mut fold = Fold::new(DIMENSIONS);
    observe(&mut fold, &observed(3));
    merge(&replica, &fold, &places[2..], 20).await;
    let remedies: Vec<Remedy> = replica.breaches().into_iter().map(|breach| breach.remedy).collect();
    assert_eq!((remedies, waiting(&database).await), (vec![replaced(1)], 1));
    assert_eq!(matrix(&replica).await.observations(), 2);
}
