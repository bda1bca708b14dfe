//! Doing the same twice.

use std::sync::Arc;

use application::ports::ledger::{Ledger, LedgerError, Refusal, Selection};
use tempfile::TempDir;

use crate::builders::{answer, erase, id, label, list, memory, note, open, remember, remembering, with_key};

#[tokio::test]
async fn a_key_answers_what_was_answered_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first")]).await;
    let act = with_key(remembering([memory(2, "first"), memory(3, "second")]), "k", 1);
    let answered = sqlite.remember(act).await.map(answer).unwrap();
    drop(sqlite);
    let sqlite = open(folder.path()).await;

    // The service has made new ids for the repeated request.
    let again = with_key(remembering([memory(12, "first"), memory(13, "second")]), "k", 1);
    let replayed = sqlite.remember(again).await.map(answer).unwrap();

    assert!(replayed.iter().all(|stored| stored.replayed) && !answered.iter().any(|stored| stored.replayed));
    let plain = |stored: &application::ports::ledger::Stored| (stored.memory.id, stored.seq, stored.duplicate);
    assert_eq!(replayed.iter().map(plain).collect::<Vec<_>>(), answered.iter().map(plain).collect::<Vec<_>>());
    assert_eq!(list(&sqlite).await.memories.len(), 2);
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_until_a_day_has_passed() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    sqlite.remember(with_key(remembering([memory(1, "first")]), "k", 1)).await.map(answer).unwrap();

    let mut late = with_key(remembering([memory(2, "second")]), "k", 2);
    let refused = sqlite.remember(late.clone()).await.map(answer);
    late.note = note(24 * 3600);
    let stored = sqlite.remember(late).await.map(answer).unwrap();

    assert!(matches!(refused, Err(LedgerError::Refused(Refusal::KeyReused))));
    assert!(!stored[0].replayed);
}

#[tokio::test]
async fn a_key_whose_memory_was_erased_answers_that() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    sqlite.remember(with_key(remembering([memory(1, "first")]), "k", 1)).await.map(answer).unwrap();
    erase(&sqlite, Selection::Id(id(1))).await;

    let again = sqlite.remember(with_key(remembering([memory(2, "first")]), "k", 1)).await.map(answer);

    assert!(matches!(again, Err(LedgerError::Refused(Refusal::Erased(erased))) if erased == id(1)));
}

#[tokio::test]
async fn two_at_once_with_one_key_store_once() {
    let folder = TempDir::new().unwrap();
    let sqlite = Arc::new(open(folder.path()).await);

    let act = |n| sqlite.remember(with_key(remembering([memory(n, "first")]), "k", 1));
    let (one, two) = tokio::join!(act(1), act(2));

    assert_eq!(one.unwrap().answer[0].memory.id, two.unwrap().answer[0].memory.id);
}

#[tokio::test]
async fn the_same_said_by_another_speaker_is_no_duplicate() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let mut other = memory(2, "yes");
    other.origin.speaker = Some(label("ben"));

    let stored = remember(&sqlite, [memory(1, "yes"), other, memory(3, "yes")]).await;

    assert_eq!(stored.iter().map(|stored| stored.duplicate).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(stored[2].memory.id, id(1));
}
