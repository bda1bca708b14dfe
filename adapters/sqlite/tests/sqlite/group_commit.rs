//! Acts in one transaction: each for itself, all on disk when answered.

use std::sync::Arc;

use application::ports::error::PortErrorKind;
use application::ports::ledger::{Ledger, LedgerError, NewMemory, PastPage, Refusal, Remembering};
use application::ports::long_term::LongTermMemory;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use domain::memory::Seq;
use tempfile::TempDir;

use crate::builders::{answer, cue, id, list, memory, namespace, open, read, remember, remembering};

fn own(number: u128, content: &str) -> Remembering {
    let mut act = remembering([]);
    act.memories = vec![NewMemory { memory: Arc::new(memory(number, content)), own_id: true }];
    act
}

#[tokio::test]
async fn sixty_four_waiting_writers_are_all_stored_in_one_order() {
    let folder = TempDir::new().unwrap();
    let sqlite = Arc::new(open(folder.path()).await);

    let writers =
        (1..=64u128).map(|n| {
            let sqlite = sqlite.clone();
            async move {
                sqlite.remember(remembering([memory(n, &format!("memory {n}"))])).await.map(answer).unwrap()[0].seq
            }
        });
    let mut seqs: Vec<Seq> = futures(writers).await;

    seqs.sort();
    assert_eq!(seqs, (1..=64).map(Seq).collect::<Vec<_>>());
    assert_eq!(list(&sqlite).await.memories.len(), 64);
}

#[tokio::test]
async fn a_refused_act_leaves_the_others_of_its_group_alone() {
    let folder = TempDir::new().unwrap();
    let sqlite = Arc::new(open(folder.path()).await);
    sqlite.remember(own(1, "first")).await.map(answer).unwrap();

    let (taken, stored) = tokio::join!(sqlite.remember(own(1, "other")), sqlite.remember(own(2, "second")));

    assert!(matches!(taken, Err(LedgerError::Refused(Refusal::IdTaken(taken))) if taken == id(1)));
    assert!(!stored.unwrap().answer[0].duplicate);
    assert_eq!(read(&sqlite, 1).await.unwrap().content.as_str(), "first");
}

#[tokio::test]
async fn a_batch_with_one_unknown_target_stores_nothing() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let mut wrong = memory(2, "second");
    wrong.supersedes = vec![id(99)];

    let refused = sqlite.remember(remembering([memory(1, "first"), wrong])).await.map(answer);

    assert!(matches!(refused, Err(LedgerError::Refused(Refusal::UnknownSuperseded(_)))));
    assert!(list(&sqlite).await.memories.is_empty());
    assert!(sqlite.search(&cue("first")).await.unwrap().found.candidates.is_empty());
}

#[tokio::test]
async fn what_supersedes_ends_the_earlier_memory_in_the_same_act() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let mut second = memory(2, "she lives in Bern");
    second.supersedes = vec![id(1)];
    second.times.valid = crate::builders::at(50);
    second.namespace = namespace("other");

    remember(&sqlite, [memory(1, "she lives in Basel"), second]).await;

    let old = read(&sqlite, 1).await.unwrap();
    assert_eq!((old.times.invalid, old.version), (Some(crate::builders::at(50)), 2));
    let versions =
        sqlite.versions(&crate::builders::tenant(), id(1), PastPage { after: 0, limit: 9 }).await.unwrap().versions;
    assert_eq!(
        versions.iter().map(|version| version.memory.times.invalid.is_some()).collect::<Vec<_>>(),
        [false, true]
    );
    let found = sqlite.search(&cue("Basel")).await.unwrap().found.candidates;
    assert_eq!(found[0].memory, old);
}

#[tokio::test]
async fn a_write_that_the_database_cannot_do_changes_nothing_and_the_next_one_works() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let file = folder.path().join("somabrain.db");
    let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let failed = sqlite.remember(remembering([memory(1, "first")])).await.map(answer);

    assert!(matches!(failed, Err(LedgerError::Port(error)) if error.kind == PortErrorKind::Unavailable));
    assert!(list(&sqlite).await.memories.is_empty());
    other.batch_execute("ROLLBACK").unwrap();
    assert!(!remember(&sqlite, [memory(1, "first")]).await[0].duplicate);
    assert!(sqlite.probe().await.is_ok());
}

/// All at once.
pub(crate) async fn futures<T: Send + 'static>(
    all: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut set: tokio::task::JoinSet<T> = all.collect();
    let mut done = Vec::new();
    while let Some(one) = set.join_next().await {
        done.push(one.unwrap());
    }
    done
}
