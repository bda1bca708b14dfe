//! Dumps and restores between databases of their own.

use std::collections::BTreeMap;

use application::ports::density::DensityStore;
use application::ports::ledger::{Erasing, Ledger, Page, Selection};
use application::ports::long_term::Act;
use application::ports::outbox::{Outbox, Receiver};
use domain::audit::Published;
use domain::memory::{MemoryId, Seq};
use domain::recall::cue::Filter;
use domain::tenant::{Namespace, Tenant};
use somabrain_postgres::{Dumped, Postgres, Restoration, Restored, Table, TransferError};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::concurrency::remembering;
use crate::database::Database;
use crate::merging::{acme, observed, second, store};
use crate::sealing::claim;
use crate::sql::number;

type Lines = BTreeMap<String, Vec<String>>;

async fn dump(postgres: &Postgres) -> (Dumped, Lines) {
    let mut lines = Lines::new();
    let dumped = postgres.dump(|table, line| {
        lines.entry(table.to_owned()).or_default().push(line.to_owned());
        Ok(())
    });
    let dumped = dumped.await.unwrap();
    (dumped, lines)
}

fn tables(dumped: &Dumped, lines: &Lines) -> Vec<Table> {
    let table = |(name, rows): (&String, &u64)| Table {
        name: name.clone(),
        rows: *rows,
        lines: Box::new(lines.get(name).cloned().unwrap_or_default().into_iter().map(Ok)),
    };
    dumped.rows.iter().map(table).collect()
}

fn restoration(tables: Vec<Table>, buried: &[u128]) -> Restoration {
    let ids = buried.iter().map(|number| MemoryId(Uuid::from_u128(*number))).collect();
    Restoration { tables, buried: vec![(acme(), ids)], note: remembering(Vec::new(), true).note }
}

async fn ids(postgres: &Postgres) -> Vec<u128> {
    let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 1_000 };
    let listed = postgres.list(&acme(), page).await.unwrap();
    listed.memories.iter().map(|memory| memory.id.0.as_u128()).collect()
}

/// Ten memories with a matrix, a sealed chain, a lesson of erasure, and what waits to be told.
async fn filled(database: &Database) -> Postgres {
    let postgres = database.postgres().await;
    let (fold, stored) = store(&postgres, (1..=10).map(observed).collect()).await;
    let places: Vec<Seq> = stored.iter().map(|(seq, _)| *seq).collect();
    postgres.merge(&acme(), &Namespace::default(), &fold, &places, second(0)).await.unwrap();
    let selection = Selection::Id(MemoryId(Uuid::from_u128(10)));
    let note = remembering(Vec::new(), true).note;
    postgres.erase(Erasing { tenant: acme(), selection, note }).await.unwrap();
    postgres.claim(claim(Receiver::Stream)).await.unwrap();
    postgres
}

#[tokio::test]
async fn a_dump_restores_into_another_database_to_the_last_bit() {
    let (from, into) = (Database::new().await, Database::new().await);
    let postgres = filled(&from).await;
    let (dumped, lines) = dump(&postgres).await;
    assert_eq!((dumped.rows["memories"], dumped.rows["tombstones"], dumped.rows["audit_log"]), (9, 1, 2));
    assert!(dumped.schema.starts_with("2026"), "{}", dumped.schema);
    // what is there now goes, whoever stored it
    let other = into.postgres().await;
    store(&other, vec![observed(77)]).await;
    let restored = other.restore(restoration(tables(&dumped, &lines), &[])).await.unwrap();
    assert_eq!(restored, Restored { memories: 9, erased: 0, events: 2, unsound: 0 });
    assert_eq!(ids(&other).await, (1..=9).collect::<Vec<u128>>());
    let (again, same) = dump(&other).await;
    assert_eq!(again.rows, dumped.rows);
    for (table, lines) in lines.iter().filter(|(table, _)| *table != "sequences") {
        let (mut before, mut after) = (lines.clone(), same[table].clone());
        before.sort();
        after.sort();
        assert_eq!(before, after, "{table}");
    }
    let matrix = other.matrix(&acme(), &Namespace::default()).await.unwrap();
    assert_eq!(matrix.packed(), postgres.matrix(&acme(), &Namespace::default()).await.unwrap().packed());
    // and goes on: places beyond all that were used, and one chain
    let (_, stored) = store(&other, vec![observed(20)]).await;
    assert!(stored[0].0.0 > 1_000_000_000, "{:?}", stored[0].0);
    other.claim(claim(Receiver::Stream)).await.unwrap();
    assert_eq!(other.verify_audit(&Published::new()).await.unwrap().tenants(), [(acme(), 3)]);
}

#[tokio::test]
async fn a_dump_is_one_moment_while_others_write() {
    let database = Database::new().await;
    let postgres = filled(&database).await;
    let writer = database.postgres().await;
    let (mut lines, mut begun) = (Lines::new(), None);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut sender = Some(sender);
    let writing = async {
        receiver.await.unwrap();
        store(&writer, vec![observed(30)]).await
    };
    let dumping = postgres.dump(|table, line| {
        // The snapshot is taken: whatever is stored from here on is not in it.
        if let Some(sender) = sender.take() {
            sender.send(()).unwrap();
            begun = Some(table.to_owned());
        }
        lines.entry(table.to_owned()).or_default().push(line.to_owned());
        Ok(())
    });
    let (dumped, _) = tokio::join!(dumping, writing);
    let dumped = dumped.unwrap();
    assert_eq!(begun.as_deref(), Some("audit_heads"));
    assert_eq!((dumped.rows["memories"], lines["memories"].len(), ids(&postgres).await.len()), (9, 9, 10));
}

/// With its versions, links and audit row; a namespace of which nothing is left has no matrix.
#[tokio::test]
async fn what_was_erased_since_does_not_come_back() {
    let (from, into) = (Database::new().await, Database::new().await);
    let (dumped, lines) = dump(&filled(&from).await).await;
    let postgres = into.postgres().await;
    let restored = postgres.restore(restoration(tables(&dumped, &lines), &[2, 10, 44])).await.unwrap();
    assert_eq!((restored.memories, restored.erased), (8, 1));
    assert_eq!(ids(&postgres).await, [1, 3, 4, 5, 6, 7, 8, 9]);
    for taken in [2, 10, 44] {
        assert!(postgres.remember(remembering(vec![observed(taken)], true)).await.is_err(), "{taken}");
    }
    assert_eq!(number(&into, "count(*) FROM audit_log WHERE resource = 'buried'").await, 1);
    assert_eq!(number(&into, "count(*) FROM density").await, 1);
    let all: Vec<u128> = (1..=9).collect();
    postgres.restore(restoration(tables(&dumped, &lines), &all)).await.unwrap();
    assert_eq!(number(&into, "count(*) FROM density").await, 0);
}

#[tokio::test]
async fn a_rehearsal_checks_everything_and_changes_nothing() {
    let (from, into) = (Database::new().await, Database::new().await);
    let (dumped, lines) = dump(&filled(&from).await).await;
    let postgres = into.postgres().await;
    store(&postgres, vec![observed(77)]).await;
    let (sender, mut receiver) = mpsc::channel(4);
    let restored = postgres.rehearse(tables(&dumped, &lines), sender).await.unwrap();
    assert_eq!(restored, Restored { memories: 9, erased: 0, events: 2, unsound: 0 });
    let entries: Vec<(Tenant, _)> = receiver.recv().await.unwrap();
    let stored = entries.iter().map(|(_, entry)| match &entry.act {
        Act::Put { memory, .. } => memory.id.0.as_u128(),
        Act::Erase { .. } => panic!("only memories"),
    });
    assert_eq!(stored.collect::<Vec<_>>(), (1..=9).collect::<Vec<u128>>());
    assert_eq!(ids(&postgres).await, [77]);

    let wrong = |table: &str, from: &str, to: &str| {
        let mut lines = lines.clone();
        let line = lines.get_mut(table).unwrap().first_mut().unwrap();
        assert!(line.contains(from), "{line}");
        *line = line.replacen(from, to, 1);
        lines
    };
    for (lines, words) in [
        (wrong("memories", "entry 1", "entry X"), "checksum"),
        (wrong("audit_log", "\"outcome\":\"done\"", "\"outcome\":\"lost\""), "audit log"),
        (wrong("audit_heads", "\"number\":2", "\"number\":1"), "audit log"),
    ] {
        let (sender, _receiver) = mpsc::channel(4);
        let error = postgres.rehearse(tables(&dumped, &lines), sender).await.expect_err(words);
        assert!(error.to_string().contains(words), "{words}: {error}");
        let refused = postgres.restore(restoration(tables(&dumped, &lines), &[])).await;
        refused.expect_err("what does not pass the rehearsal is not restored");
        assert_eq!(ids(&postgres).await, [77], "and nothing was lost");
    }
}

#[tokio::test]
async fn lines_that_do_not_fit_are_refused() {
    let (from, into) = (Database::new().await, Database::new().await);
    let (mut dumped, lines) = dump(&filled(&from).await).await;
    let postgres = into.postgres().await;
    dumped.rows.insert("memories".into(), 10);
    let error = postgres.restore(restoration(tables(&dumped, &lines), &[])).await.unwrap_err();
    assert!(matches!(&error, TransferError::Unfitting { table, .. } if table == "memories"), "{error}");
    dumped.rows.insert("memories".into(), 9);
    dumped.rows.insert("tomorrow".into(), 0);
    let error = postgres.restore(restoration(tables(&dumped, &lines), &[])).await.unwrap_err();
    assert!(error.to_string().contains("later version"), "{error}");
}

/// Whoever asks meanwhile waits and then sees all of it.
#[tokio::test]
async fn replicas_see_the_old_or_the_new_and_nothing_between() {
    let (from, into) = (Database::new().await, Database::new().await);
    let (dumped, lines) = dump(&filled(&from).await).await;
    let (postgres, reader) = (into.postgres().await, into.postgres().await);
    store(&postgres, vec![observed(77)]).await;
    let restoring = postgres.restore(restoration(tables(&dumped, &lines), &[]));
    let asking = async {
        loop {
            let seen = ids(&reader).await;
            assert!(seen == [77] || seen.len() == 9, "{seen:?}");
            if seen.len() == 9 {
                break;
            }
        }
    };
    let (restored, ()) = tokio::join!(restoring, asking);
    restored.unwrap();
}
