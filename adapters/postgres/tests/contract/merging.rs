//! Density matrices of several replicas.

use std::collections::HashMap;
use std::sync::Arc;

use application::ports::density::DensityStore;
use application::ports::ledger::Ledger;
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Importance, Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use futures_util::future::join_all;
use somabrain_postgres::Postgres;

use crate::concurrency::{memory, remembering};
use crate::database::Database;
use crate::sql::{number, numbers};

pub(crate) const DIMENSIONS: usize = 64;

pub(crate) fn acme() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

/// A memory with a direction and an importance of its own.
pub(crate) fn observed(number: u128) -> Memory {
    let vector: Vec<f32> = (0..DIMENSIONS).map(|at| ((number as f32 + 1.0) * (at as f32 + 0.5)).sin()).collect();
    Memory {
        encoding: Some(Encoding::from_vector(EncoderId::new("trial-64"), &vector).unwrap()),
        importance: Importance::try_new((number % 5) as f64 / 4.0).unwrap(),
        ..memory(number, &format!("entry {number}"))
    }
}

/// 2026 and so many seconds.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus_seconds(seconds)
}

pub(crate) fn observe(fold: &mut Fold, memory: &Memory) {
    let vector = memory.encoding.as_ref().map(Encoding::vector);
    fold.observe(vector.as_deref(), Weight::of(memory.importance));
}

pub(crate) async fn store(replica: &Postgres, memories: Vec<Memory>) -> (Fold, Vec<(Seq, Arc<Memory>)>) {
    let written = replica.remember(remembering(memories, true)).await.unwrap();
    let mut fold = Fold::new(DIMENSIONS);
    written.answer.iter().for_each(|one| observe(&mut fold, &one.memory));
    (fold, written.answer.into_iter().map(|one| (one.seq, one.memory)).collect())
}

/// Stores memories and merges them; where they have which place.
async fn write(replica: &Postgres, memories: Vec<Memory>) -> Vec<(Seq, Arc<Memory>)> {
    let (fold, stored) = store(replica, memories).await;
    let places: Vec<Seq> = stored.iter().map(|(seq, _)| *seq).collect();
    replica.merge(&acme(), &Namespace::default(), &fold, &places, second(0)).await.unwrap();
    stored
}

/// Which is written beside the memories: version by version, and in each by position.
#[tokio::test]
async fn replicas_at_once_make_the_matrix_of_one_after_the_other() {
    let database = Database::new().await;
    let replicas = [database.postgres().await, database.postgres().await, database.postgres().await];
    let writers = (0..32u128).map(|writer| {
        let replica = &replicas[writer as usize % 3];
        async move {
            let mut stored = Vec::new();
            for turn in 0..3 {
                let first = writer * 100 + turn * 10;
                stored.extend(write(replica, (first + 1..=first + 4).map(observed).collect()).await);
            }
            stored
        }
    });
    let stored: HashMap<i64, Arc<Memory>> =
        join_all(writers).await.into_iter().flatten().map(|(seq, memory)| (seq.0, memory)).collect();
    let order = numbers(&database, "seq FROM observations ORDER BY version, position").await;
    assert_eq!(order.len(), 32 * 3 * 4);
    let mut fold = Fold::new(DIMENSIONS);
    order.iter().for_each(|seq| observe(&mut fold, &stored[seq]));
    let expected = DensityMatrix::maximally_mixed(DIMENSIONS).after(&fold);
    let found = database.postgres().await.matrix(&acme(), &Namespace::default()).await.unwrap();
    assert_eq!(found.observations(), number(&database, "count(*) FROM memories").await.unsigned_abs());
    let apart = found.packed().iter().zip(expected.packed()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-9, "{apart}");
    assert_eq!(number(&database, "version FROM density").await, 32 * 3);
    assert_eq!(number(&database, "count(*) FROM density_snapshots").await, 1, "one an hour");
}

/// Nor with another replica's view: whoever merges reads what is there.
#[tokio::test]
async fn a_merge_never_builds_on_an_old_view() {
    let database = Database::new().await;
    let (one, other) = (database.postgres().await, database.postgres().await);
    for number in 1..=6 {
        write(if number % 2 == 0 { &one } else { &other }, vec![observed(number)]).await;
    }
    let found = database.postgres().await.matrix(&acme(), &Namespace::default()).await.unwrap();
    assert_eq!(found.observations(), 6);
}

/// Though its version is one that was seen before the erasure.
#[tokio::test]
async fn a_namespace_that_another_replica_erased_begins_anew() {
    use application::ports::ledger::{Erasing, Selection};
    let database = Database::new().await;
    let (one, other) = (database.postgres().await, database.postgres().await);
    write(&one, vec![observed(1), observed(2)]).await;
    let note = remembering(Vec::new(), true).note;
    let erasing = Erasing { tenant: acme(), selection: Selection::Namespace(Namespace::default()), note };
    other.erase(erasing).await.unwrap();
    write(&one, vec![observed(3)]).await;
    let found = one.matrix(&acme(), &Namespace::default()).await.unwrap();
    assert_eq!(found.observations(), 1);
}
