//! The engine of a memory service: what it is told is on disk, in whatever order it comes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use application::ports::error::PortErrorKind;
use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::link::{Link, Relation};
use domain::memory::{Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use somabrain_sqlite::{Config, Engine, EngineConfig, OpenError, Sqlite};
use tempfile::TempDir;
use uuid::Uuid;

use crate::builders::{cue, encoding, id, key, label, memory, open, remember, tenant};
use crate::erasure::holding;
use crate::group_commit::futures;

async fn engine(folder: &Path) -> Engine {
    Engine::open(EngineConfig::new(folder, Uuid::from_u128(1))).await.unwrap()
}

fn put(first: i64, seq: i64, memory: Memory) -> Entry {
    Entry { seq: Seq(seq), act: Act::Put { first: Seq(first), memory: Arc::new(memory) } }
}

fn gone(seq: i64, number: u128) -> Entry {
    Entry { seq: Seq(seq), act: Act::Erase { namespace: Namespace::default(), id: id(number) } }
}

fn tagged(number: u128, content: &str, tag: &str) -> Memory {
    Memory { tags: vec![label(tag)], ..memory(number, content) }
}

async fn apply(engine: &Engine, entries: &[Entry]) {
    engine.apply(&tenant(), entries).await.unwrap();
}

/// What is found for "fox" with the places of the last changes, by id.
async fn foxes(engine: &Engine) -> Vec<(Arc<Memory>, Seq)> {
    let candidates = engine.search(&cue("fox")).await.unwrap().found.candidates;
    let mut found: Vec<_> = candidates.into_iter().map(|found| (found.memory, found.seq)).collect();
    found.sort_by_key(|(memory, _)| memory.id);
    found
}

#[tokio::test]
async fn what_was_applied_outlives_the_process() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let mut linked = memory(2, "another fox");
    linked.links = vec![Link { to: id(1), relation: Relation::Related }];
    linked.encoding = Some(encoding(7));
    apply(&told, &[put(1, 1, memory(1, "a red fox")), put(2, 2, linked.clone())]).await;
    apply(&told, &[put(1, 5, tagged(1, "a red fox", "new"))]).await;
    let before = foxes(&told).await;
    drop(told);

    let again = engine(folder.path()).await;

    let expected = [(tagged(1, "a red fox", "new"), Seq(5)), (linked, Seq(2))];
    assert_eq!(before, expected.map(|(memory, seq)| (Arc::new(memory), seq)));
    assert_eq!(foxes(&again).await, before);
    assert_eq!(again.position(&tenant()).await.unwrap(), Seq(5));
    assert_eq!(again.statistics().memories, 2);
}

#[tokio::test]
async fn what_was_applied_before_a_crash_is_there() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    apply(&told, &[put(1, 1, memory(1, "a red fox"))]).await;
    let crashed = TempDir::new().unwrap();
    for name in ["somabrain.db", "somabrain.db-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }

    assert_eq!(foxes(&engine(crashed.path()).await).await.len(), 1);
}

#[tokio::test]
async fn an_older_entry_changes_nothing_in_the_same_batch_later_and_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let (old, new) = (put(1, 1, memory(1, "a red fox")), put(1, 3, tagged(1, "a red fox", "new")));
    apply(&told, &[new.clone(), old.clone(), new.clone()]).await;
    apply(&told, std::slice::from_ref(&old)).await;
    assert_eq!(foxes(&told).await, [(Arc::new(tagged(1, "a red fox", "new")), Seq(3))]);
    drop(told);

    let again = engine(folder.path()).await;
    apply(&again, &[old, new]).await;

    assert_eq!(foxes(&again).await, [(Arc::new(tagged(1, "a red fox", "new")), Seq(3))]);
}

#[tokio::test]
async fn what_is_erased_stays_so_whatever_comes_and_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let old = put(1, 1, memory(1, "a red fox"));
    apply(&told, &[old.clone(), gone(2, 1), old.clone()]).await;
    apply(&told, std::slice::from_ref(&old)).await;
    assert_eq!(foxes(&told).await, []);
    drop(told);

    let again = engine(folder.path()).await;
    apply(&again, &[old, gone(2, 1)]).await;

    assert_eq!(foxes(&again).await, []);
    assert_eq!(again.statistics().memories, 0);
}

#[tokio::test]
async fn an_erasure_that_comes_before_its_memory_holds() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    apply(&told, &[gone(2, 1)]).await;
    drop(told);
    let again = engine(folder.path()).await;

    apply(&again, &[put(1, 1, memory(1, "a red fox"))]).await;

    assert_eq!(foxes(&again).await, []);
    assert_eq!(again.position(&tenant()).await.unwrap(), Seq(2));
}

#[tokio::test]
async fn the_position_is_that_of_the_last_entry_whatever_it_was() {
    let entries: [&[Entry]; 3] = [
        &[put(1, 1, memory(1, "a red fox")), gone(9, 1)],
        &[put(1, 1, memory(1, "a red fox")), gone(2, 1), gone(9, 1)],
        &[gone(2, 1), put(9, 9, memory(1, "a red fox"))],
    ];
    for entries in entries {
        let folder = TempDir::new().unwrap();
        let told = engine(folder.path()).await;
        apply(&told, entries).await;
        assert_eq!(told.position(&tenant()).await.unwrap(), Seq(9));
        drop(told);

        let again = engine(folder.path()).await;

        assert_eq!(again.position(&tenant()).await.unwrap(), Seq(9), "{entries:?}");
        assert_eq!(again.position(&Tenant::try_new("other").unwrap()).await.unwrap(), Seq(0));
    }
}

#[tokio::test]
async fn nothing_of_an_erased_memory_is_left_however_its_entries_came() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let words = |n: i64| if n % 3 == 0 { "xylophone-secret" } else { "ordinary" };
    let said = |n: i64, times| memory(n as u128, &format!("{n} {}", format!("{} ", words(n)).repeat(times)));
    // 211 is a generator of the residues of 401: every place once, far from the one before.
    for n in (1..=400i64).scan(1, |n, _| Some(std::mem::replace(n, *n * 211 % 401))) {
        apply(&told, &[put(n, n, said(n, n as usize % 40 + 1))]).await;
    }
    for part in (1..=400i64).collect::<Vec<_>>().chunks(20) {
        let longer = part.iter().map(|&n| put(n, 400 + n, said(n, n as usize % 70 + 1)));
        apply(&told, &longer.collect::<Vec<_>>()).await;
        let shorter = part.iter().map(|&n| put(n, 800 + n, said(n, 2)));
        apply(&told, &shorter.collect::<Vec<_>>()).await;
    }
    assert!(!holding(folder.path(), "xylophone-secret").is_empty());

    let erased: Vec<Entry> = (1..=400).filter(|n| n % 3 == 0).map(|n| gone(2000, n as u128)).collect();
    apply(&told, &erased).await;
    told.compact().await.unwrap();

    assert_eq!(told.statistics().memories, 267);
    assert_eq!(holding(folder.path(), "xylophone-secret"), Vec::<String>::new());
    assert!(!holding(folder.path(), "ordinary").is_empty());
}

#[tokio::test]
async fn a_place_given_twice_keeps_both_memories() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let other = Tenant::try_new("other").unwrap();
    let theirs = Memory { tenant: other.clone(), ..memory(1, "their fox") };
    apply(&told, &[put(1, 1, memory(1, "a red fox")), put(1, 4, memory(2, "a new fox"))]).await;
    told.apply(&other, &[put(1, 1, theirs)]).await.unwrap();
    drop(told);

    let again = engine(folder.path()).await;

    assert_eq!(foxes(&again).await.iter().map(|(_, seq)| seq.0).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(again.statistics().memories, 3);
    assert_eq!(again.position(&other).await.unwrap(), Seq(1));
}

#[tokio::test]
async fn an_entry_of_another_tenant_applies_nothing_of_its_batch() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    let theirs = Memory { tenant: Tenant::try_new("other").unwrap(), ..memory(2, "their fox") };

    let error = told.apply(&tenant(), &[put(1, 1, memory(1, "a red fox")), put(2, 2, theirs)]).await.unwrap_err();

    assert_eq!(error.kind, PortErrorKind::Internal);
    assert_eq!(told.statistics().memories, 0);
    assert_eq!(told.position(&tenant()).await.unwrap(), Seq(0));
}

#[tokio::test]
async fn applying_nothing_succeeds_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    apply(&told, &[]).await;
    assert_eq!(told.position(&tenant()).await.unwrap(), Seq(0));
}

#[tokio::test]
async fn batches_at_once_are_all_applied() {
    let folder = TempDir::new().unwrap();
    let told = Arc::new(engine(folder.path()).await);
    let batches = (0..16i64).map(|batch| {
        let told = told.clone();
        let places = (1..=20).map(move |n| batch * 20 + n);
        let puts = places.map(|n| put(n, n, memory(n as u128, &format!("fox {n}"))));
        let erasure = (batch % 2 == 0).then(|| gone(1000 + batch, (batch * 20 + 1) as u128));
        let entries: Vec<Entry> = puts.chain(erasure).collect();
        async move { apply(&told, &entries).await }
    });
    futures(batches).await;

    assert_eq!(told.statistics().memories, 312);
    assert_eq!(told.position(&tenant()).await.unwrap(), Seq(1014));
}

#[tokio::test]
async fn a_ledger_writes_nothing_for_entries_of_its_own() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let stored = remember(&sqlite, [memory(1, "a red fox")]).await;
    let entry = Entry { seq: stored[0].seq, act: Act::Put { first: stored[0].seq, memory: stored[0].memory.clone() } };
    let log = || fs::metadata(folder.path().join("somabrain.db-wal")).unwrap().len();
    let before = log();

    sqlite.apply(&tenant(), &[entry]).await.unwrap();

    assert_eq!(log(), before);
}

#[tokio::test]
async fn a_ledger_keeps_entries_of_another_beside_its_own() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "a red fox")]).await;
    sqlite.apply(&tenant(), &[put(7, 7, memory(2, "another fox"))]).await.unwrap();
    drop(sqlite);

    let sqlite = open(folder.path()).await;

    assert_eq!(sqlite.search(&cue("fox")).await.unwrap().found.candidates.len(), 2);
    assert_eq!(remember(&sqlite, [memory(3, "a third fox")]).await[0].seq, Seq(8));
}

#[tokio::test]
async fn a_ledger_is_not_opened_as_an_engine_nor_an_engine_as_a_ledger() {
    let (ledger, told) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    remember(&open(ledger.path()).await, [memory(1, "a red fox")]).await;
    apply(&engine(told.path()).await, &[put(1, 1, memory(1, "a red fox"))]).await;

    let refused = Engine::open(EngineConfig::new(ledger.path(), Uuid::from_u128(1))).await.err().unwrap();
    let words = "is a ledger, not a memory service's long-term memory: choose another data folder";
    assert!(refused.to_string().contains(words), "{refused}");
    let refused = Sqlite::open(Config::new(told.path(), key())).await.err().unwrap();
    assert!(matches!(refused, OpenError::Purpose { .. }), "{refused:?}");

    open(ledger.path()).await;
    engine(told.path()).await;
}

#[tokio::test]
async fn an_engine_that_was_cleared_knows_nothing_and_can_be_told_of_another_past() {
    let folder = TempDir::new().unwrap();
    let told = engine(folder.path()).await;
    apply(&told, &[put(1, 8, memory(1, "a red fox")), gone(9, 2)]).await;
    told.clear().await.unwrap();
    assert_eq!((foxes(&told).await, told.position(&tenant()).await.unwrap()), (Vec::new(), Seq(0)));
    drop(told);

    let again = engine(folder.path()).await;
    assert_eq!(again.statistics().memories, 0, "neither after a restart");
    apply(&again, &[put(2, 2, memory(2, "another fox"))]).await;
    assert_eq!(foxes(&again).await.len(), 1, "an older place than before, and an id that was erased");
    assert!(holding(folder.path(), "red fox").is_empty(), "nothing of it is left on disk");
}
