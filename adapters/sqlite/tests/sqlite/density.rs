//! Density matrices: nothing counts twice, nothing is lost.

use application::ports::density::DensityStore;
use application::ports::error::PortErrorKind;
use application::ports::ledger::Selection;
use domain::density::fold::{Fold, Weight};
use domain::memory::{Importance, Seq};
use domain::tenant::Namespace;
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
