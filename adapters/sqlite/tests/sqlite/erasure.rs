//! What is erased is nowhere any more.

use std::fs;
use std::path::Path;

use application::ports::ledger::{Amendment, Change, Ledger, LedgerError, Refusal, Selection};
use application::ports::long_term::LongTermMemory;
use domain::link::{Link, Relation};
use domain::metadata::{Metadata, Value};
use tempfile::TempDir;

use crate::builders::{
    answer, at, change, cue, erase, id, label, list, memory, namespace, open, read, remember, remembering, tenant,
};

/// The files of a folder that hold these bytes.
pub(crate) fn holding(folder: &Path, words: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    };
    files.filter(holds).map(|path| path.display().to_string()).collect()
}

#[tokio::test]
async fn nothing_of_an_erased_memory_is_left_in_any_file() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    for n in 1..=400u128 {
        let words = if n % 3 == 0 { "xylophone-secret" } else { "ordinary" };
        let mut memory = memory(n, &format!("{n} {}", format!("{words} ").repeat((n % 40) as usize + 1)));
        memory.origin.session = (n % 3 == 0).then(|| label("doomed"));
        remember(&sqlite, [memory]).await;
        let note = Value::Text(format!("{words}-note ").repeat((n % 90) as usize));
        let metadata = Metadata::try_new([("note".to_owned(), note)].into()).unwrap();
        let amendment = Amendment { metadata: Some(metadata), ..Amendment::default() };
        change(&sqlite, n, Change::Amend(amendment.clone())).await.unwrap();
        let again = Amendment { metadata: Some(Metadata::default()), ..amendment };
        change(&sqlite, n, Change::Amend(again)).await.unwrap();
    }
    assert!(!holding(folder.path(), "xylophone-secret").is_empty());

    let session = Some(label("doomed"));
    let erased = erase(&sqlite, Selection::Subject { user: None, agent: None, session, namespace: None }).await;
    sqlite.compact().await.unwrap();

    assert_eq!(erased.memories.len(), 133);
    assert_eq!(holding(folder.path(), "xylophone-secret"), Vec::<String>::new());
    assert!(!holding(folder.path(), "ordinary").is_empty());
    assert!(sqlite.search(&cue("xylophone-secret")).await.unwrap().found.candidates.is_empty());
    assert_eq!(list(&sqlite).await.memories.len(), 267);
}

#[tokio::test]
async fn what_was_erased_is_compacted_away_a_day_after_the_last_time() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let due =
        async |sqlite: &somabrain_sqlite::Sqlite, hours: i64| sqlite.compact_if_due(at(hours * 3600)).await.unwrap();
    remember(&sqlite, [memory(1, "one"), memory(2, "two")]).await;
    assert!(!due(&sqlite, 0).await, "nothing was erased");
    erase(&sqlite, Selection::Id(id(1))).await;
    assert!(due(&sqlite, 1).await);
    assert!(!due(&sqlite, 100).await, "nothing was erased since");
    erase(&sqlite, Selection::Id(id(2))).await;
    assert!(!due(&sqlite, 24).await, "that is not a day ago");
    drop(sqlite);
    let sqlite = open(folder.path()).await;
    assert!(due(&sqlite, 25).await);
}

#[tokio::test]
async fn an_erased_id_is_refused_for_good_and_its_text_is_a_new_memory() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "hello")]).await;
    erase(&sqlite, Selection::Id(id(1))).await;
    drop(sqlite);
    let sqlite = open(folder.path()).await;

    let refused = sqlite.remember(remembering([memory(1, "hello")])).await.map(answer);
    let again = remember(&sqlite, [memory(2, "hello")]).await;

    assert!(matches!(refused, Err(LedgerError::Refused(Refusal::Erased(erased))) if erased == id(1)));
    assert!(!again[0].duplicate);
}

#[tokio::test]
async fn links_to_an_erased_memory_are_cut_and_both_ends_may_go_at_once() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    let link = |to| Link { to: id(to), relation: Relation::Requires };
    let mut second = memory(2, "second");
    second.links = vec![link(1)];
    let mut third = memory(3, "third");
    third.links = vec![link(1), link(2)];
    third.namespace = namespace("kept");
    remember(&sqlite, [memory(1, "first"), second, third]).await;

    let erased = erase(&sqlite, Selection::Namespace(namespace("default"))).await;

    assert_eq!(erased.memories.len(), 2);
    assert!(read(&sqlite, 1).await.is_none() && read(&sqlite, 2).await.is_none());
    assert!(read(&sqlite, 3).await.unwrap().links.is_empty());
    assert!(sqlite.edges(&tenant(), &[id(1), id(2), id(3)]).await.unwrap().is_empty());
    assert_eq!(sqlite.namespaces(&tenant()).await.unwrap(), [(namespace("kept"), 1)]);
    drop(sqlite);
    assert_eq!(list(&open(folder.path()).await).await.memories.len(), 1);
}

#[tokio::test]
async fn erasing_what_is_not_there_is_an_empty_receipt() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first")]).await;

    let nothing = Selection::Subject { user: None, agent: None, session: None, namespace: None };

    assert_eq!(erase(&sqlite, Selection::Id(id(2))).await, Default::default());
    assert_eq!(erase(&sqlite, nothing).await, Default::default());
    assert_eq!(list(&sqlite).await.memories.len(), 1);
}
