//! What was acknowledged is there after closing, crashing and rebuilding, to the last bit.

use std::fs;

use application::ports::ledger::{Amendment, Change, Ledger, Page, PastPage};
use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::link::{Link, Relation};
use domain::memory::{Cost, Importance, Kind, Memory, MemoryText, Procedure, Seq, Source};
use domain::metadata::{Metadata, Value};
use domain::recall::cue::Filter;
use tempfile::TempDir;

use crate::builders::{at, change, cue, id, label, list, memory, open, read, remember, tenant};

/// A memory with something in every field.
fn whole() -> Memory {
    let text = |text: &str| MemoryText::try_new(text).unwrap();
    let mut memory = memory(7, "brew coffee \u{1F375}\n\"quoted\"\t\u{0}");
    memory.kind = Kind::Procedural;
    memory.importance = Importance::try_new(0.1 + 0.2).unwrap();
    memory.origin.user = Some(label("u"));
    memory.origin.agent = Some(label("a"));
    memory.origin.session = Some(label("s"));
    memory.origin.speaker = Some(label("Zoë"));
    memory.origin.source = Source::Tool;
    memory.tags = vec![label("b"), label("a")];
    let list = vec![Value::Null, Value::Bool(true), Value::Float(-0.0), Value::Float(1.0), Value::Integer(1)];
    let inner = [("k\"".to_owned(), Value::List(list)), ("e".to_owned(), Value::Float(1e300 / 3.0))].into();
    let metadata = [
        ("big".to_owned(), Value::Integer(i128::MIN)),
        ("inner".to_owned(), Value::Object(inner)),
        ("text".to_owned(), Value::Text("1.5".into())),
    ];
    memory.metadata = Metadata::try_new(metadata.into()).unwrap();
    memory.times.occurred = Some(at(-86_400));
    memory.times.valid = at(-10);
    memory.times.invalid = Some(at(1_000_000));
    memory.times.expires = Some(at(2_000_000));
    memory.links =
        vec![Link { to: id(2), relation: Relation::Requires }, Link { to: id(1), relation: Relation::Causes }];
    memory.supersedes = vec![id(1)];
    let cost = Cost::try_new(0.7 * 3.0).unwrap();
    memory.procedure = Some(Procedure { preconditions: vec![text("water")], effects: vec![text("not thirst")], cost });
    memory.novelty = 1.0 / 3.0;
    memory.salience = 2.0 / 3.0;
    memory
}

#[tokio::test]
async fn every_field_comes_back_to_the_last_bit() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first"), memory(2, "second"), whole()]).await;
    drop(sqlite);

    let sqlite = open(folder.path()).await;

    assert_eq!(*read(&sqlite, 7).await.unwrap(), whole());
    let zero = read(&sqlite, 7).await.unwrap();
    let Some(Value::Object(inner)) = zero.metadata.get("inner") else { panic!("no object") };
    let Some(Value::List(list)) = inner.get("k\"") else { panic!("no list") };
    assert!(matches!(list[2], Value::Float(zero) if zero.is_sign_negative()));
}

#[tokio::test]
async fn versions_tell_what_was_when_and_by_whom_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first")]).await;
    let tags = Some(vec![label("x")]);
    change(&sqlite, 1, Change::Amend(Amendment { tags, ..Amendment::default() })).await.unwrap();
    drop(sqlite);
    let sqlite = open(folder.path()).await;

    let versions = sqlite.versions(&tenant(), id(1), PastPage { after: 0, limit: 9 }).await.unwrap().versions;

    let told: Vec<_> = versions.iter().map(|v| (v.memory.version, v.memory.tags.len(), v.since)).collect();
    assert_eq!(told, [(1, 0, at(0)), (2, 1, at(60))]);
    assert_eq!(versions[1].memory, read(&sqlite, 1).await.unwrap());
    assert_eq!(versions[1].subject, "ann");
}

#[tokio::test]
async fn what_was_acknowledged_before_a_crash_is_there() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    for n in 1..=50u128 {
        remember(&sqlite, [memory(n, &format!("memory {n}"))]).await;
    }
    let crashed = TempDir::new().unwrap();
    for name in ["somabrain.db", "somabrain.db-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }

    let again = open(crashed.path()).await;

    assert_eq!(list(&again).await, list(&sqlite).await);
    assert_eq!(remember(&again, [memory(51, "one more")]).await[0].seq, Seq(51));
}

#[tokio::test]
async fn a_closed_folder_keeps_nothing_in_the_log() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first")]).await;

    drop(sqlite);

    assert!(!folder.path().join("somabrain.db-wal").exists());
}

#[tokio::test]
async fn a_change_keeps_the_place_in_the_list_and_a_rebuilt_index_answers_the_same() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "red fox"), memory(2, "red wine")]).await;
    let importance = Some(Importance::try_new(0.9).unwrap());
    change(&sqlite, 1, Change::Amend(Amendment { importance, ..Amendment::default() })).await.unwrap();
    let listed = list(&sqlite).await;
    let found = |found: Vec<domain::index::Candidate>| found.into_iter().map(|c| (c.memory, c.seq)).collect::<Vec<_>>();
    let before = found(sqlite.search(&cue("red")).await.unwrap().found.candidates);

    sqlite.reindex().await.unwrap();

    assert_eq!(listed.memories.iter().map(|memory| memory.id).collect::<Vec<_>>(), [id(1), id(2)]);
    assert_eq!(list(&sqlite).await, listed);
    assert_eq!(found(sqlite.search(&cue("red")).await.unwrap().found.candidates), before);
    assert_eq!(before.iter().map(|(_, seq)| seq.0).collect::<Vec<_>>(), [3, 2]);
}

#[tokio::test]
async fn a_list_is_paged_without_gap_or_repetition() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=7).map(|n| memory(n, &format!("memory {n}")))).await;

    let mut page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 3 };
    let mut sizes = vec![];
    loop {
        let part = sqlite.list(&tenant(), page.clone()).await.unwrap();
        sizes.push(part.memories.len());
        let Some(next) = part.next else { break };
        page.after = next;
    }

    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(sqlite.statistics().memories, 7);
}

#[tokio::test]
async fn an_entry_that_is_older_than_what_is_there_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let stored = remember(&sqlite, [memory(1, "first")]).await;
    let tags = Some(vec![label("x")]);
    let now = change(&sqlite, 1, Change::Amend(Amendment { tags, ..Amendment::default() })).await.unwrap();

    let old = Entry { seq: stored[0].seq, act: Act::Put { first: stored[0].seq, memory: stored[0].memory.clone() } };
    sqlite.apply(&tenant(), &[old]).await.unwrap();

    assert_eq!(sqlite.search(&cue("first")).await.unwrap().found.candidates[0].memory, now);
}
