//! Density matrices: nothing counts twice, nothing is lost.

use application::ports::density::DensityStore;
use application::ports::error::PortErrorKind;
use application::ports::ledger::Selection;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::memory::{Importance, Memory, Seq};
use domain::tenant::Namespace;
use somabrain_sqlite::Sqlite;
use tempfile::TempDir;

use crate::builders::{at, encoding, erase, memory, namespace, open, remember, tenant};

fn fold(numbers: impl IntoIterator<Item = u128>) -> Fold {
    let mut fold = Fold::new(256);
    for number in numbers {
        fold.observe(Some(&encoding(number).vector()), Weight::of(Importance::default()));
    }
    fold
}

#[tokio::test]
async fn merged_folds_survive_a_restart_and_are_no_longer_waiting() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=5).map(|n| memory(n, &format!("memory {n}")))).await;
    let default = Namespace::default();

    sqlite.merge(&tenant(), &default, &fold(1..=2), &[Seq(1), Seq(2)], at(0)).await.unwrap();
    sqlite.merge(&tenant(), &default, &fold(3..=3), &[Seq(3)], at(0)).await.unwrap();
    let before = sqlite.matrix(&tenant(), &default).await.unwrap();
    drop(sqlite);
    let sqlite = open(folder.path()).await;

    assert_eq!(sqlite.matrix(&tenant(), &default).await.unwrap(), before);
    assert_eq!(before.observations(), 3);
    let waiting = sqlite.unmerged(at(1_000_000), 10).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.seq).collect::<Vec<_>>(), [Seq(4), Seq(5)]);
}

#[tokio::test]
async fn a_place_merged_before_or_unknown_or_elsewhere_is_a_conflict_that_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first"), memory(2, "second")]).await;
    let default = Namespace::default();
    sqlite.merge(&tenant(), &default, &fold([1]), &[Seq(1)], at(0)).await.unwrap();

    let merged = sqlite.merge(&tenant(), &default, &fold([2, 1]), &[Seq(2), Seq(1)], at(0)).await.unwrap_err();
    let unknown = sqlite.merge(&tenant(), &default, &fold([9]), &[Seq(9)], at(0)).await.unwrap_err();
    let elsewhere = sqlite.merge(&tenant(), &namespace("other"), &fold([2]), &[Seq(2)], at(0)).await.unwrap_err();

    for error in [merged, unknown, elsewhere] {
        assert_eq!(error.kind, PortErrorKind::Conflict);
    }
    assert_eq!(sqlite.matrix(&tenant(), &default).await.unwrap().observations(), 1);
    assert_eq!(sqlite.unmerged(at(1_000_000), 10).await.unwrap().len(), 1);
}

fn room(number: u128) -> Namespace {
    namespace(&format!("room-{number}"))
}

async fn merge_rooms(sqlite: &Sqlite, numbers: std::ops::RangeInclusive<u128>) {
    let within = |number: u128| Memory { namespace: room(number), ..memory(number, &format!("memory {number}")) };
    remember(sqlite, numbers.clone().map(within)).await;
    for number in numbers {
        sqlite.merge(&tenant(), &room(number), &fold([number]), &[Seq(number as i64)], at(0)).await.unwrap();
    }
}

/// More of them than are kept.
#[tokio::test]
async fn matrices_that_are_no_longer_in_memory_are_read_from_disk() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    merge_rooms(&sqlite, 1..=150).await;
    let expected = |number: u128| DensityMatrix::maximally_mixed(256).after(&fold([number]));
    for number in (1..=150).chain(1..=150) {
        assert_eq!(*sqlite.matrix(&tenant(), &room(number)).await.unwrap(), expected(number), "{number}");
    }
    assert_eq!(sqlite.matrix(&tenant(), &room(151)).await.unwrap().observations(), 0);
}

/// Damage behind our back is met where a matrix is read from disk, and nowhere else.
#[tokio::test]
async fn the_128_matrices_used_last_are_in_memory_and_no_others() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    merge_rooms(&sqlite, 1..=129).await;
    sqlite.matrix(&tenant(), &room(2)).await.unwrap();
    merge_rooms(&sqlite, 130..=130).await;
    let file = folder.path().join("somabrain.db");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute("UPDATE density SET checksum = zeroblob(32)").unwrap();

    for number in [2, 4, 129, 130] {
        sqlite.matrix(&tenant(), &room(number)).await.unwrap();
    }
    assert_eq!(sqlite.breaches(), []);
    for number in [1, 3] {
        assert_eq!(sqlite.matrix(&tenant(), &room(number)).await.unwrap().observations(), 1, "as its snapshot is");
    }
    let met: Vec<Namespace> = sqlite.breaches().into_iter().map(|breach| breach.namespace).collect();
    assert_eq!(met, [room(1), room(3)]);
}

#[tokio::test]
async fn erasing_a_namespace_drops_its_matrix() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first")]).await;
    let default = Namespace::default();
    sqlite.merge(&tenant(), &default, &fold([1]), &[Seq(1)], at(0)).await.unwrap();

    erase(&sqlite, Selection::Namespace(default.clone())).await;

    assert_eq!(sqlite.matrix(&tenant(), &default).await.unwrap().observations(), 0);
    assert!(sqlite.unmerged(at(1_000_000), 10).await.unwrap().is_empty());
}
