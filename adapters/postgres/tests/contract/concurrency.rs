//! Replicas of one deployment that write at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use application::ports::ledger::{
    Erasing, IdempotencyKey, Ledger, NewMemory, Note, Page, PastPage, Remembering, Selection, Stored,
};
use diesel_async::RunQueryDsl;
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Seq, Times};
use domain::metadata::Metadata;
use domain::recall::cue::Filter;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use futures_util::future::join_all;

use crate::database::Database;

const ALL: PastPage = PastPage { after: 0, limit: 100 };

fn at() -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap()
}

/// A memory of acme's default namespace.
pub(crate) fn memory(number: u128, content: &str) -> Memory {
    Memory {
        tenant: Tenant::try_new("acme").unwrap(),
        id: MemoryId(uuid::Uuid::from_u128(number)),
        namespace: Namespace::default(),
        content: MemoryText::try_new(content).unwrap(),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: Vec::new(),
        metadata: Metadata::default(),
        times: Times { occurred: None, created: at(), valid: at(), invalid: None, expires: None },
        supersedes: Vec::new(),
        links: Vec::new(),
        procedure: None,
        encoding: None,
        novelty: 0.5,
        salience: 0.5,
        version: 1,
    }
}

fn note() -> Note {
    let (subject, request_id) = ("ada".into(), "request-1".into());
    Note { subject, action: "memory:remember", request_id, traceparent: None, at: at(), basis: None }
}

/// Stores memories; with own ids or not.
pub(crate) fn remembering(memories: Vec<Memory>, own_id: bool) -> Remembering {
    let memories = memories.into_iter().map(|memory| NewMemory { memory: Arc::new(memory), own_id });
    Remembering {
        tenant: Tenant::try_new("acme").unwrap(),
        memories: memories.collect(),
        key: None,
        full: false,
        note: note(),
    }
}

/// Two replicas, each act by one of them in turn; what they answered.
async fn all_at_once(database: &Database, acts: Vec<Remembering>) -> Vec<Stored> {
    let replicas = [database.postgres().await, database.postgres().await];
    let written = acts.into_iter().enumerate().map(|(turn, act)| replicas[turn % 2].remember(act));
    join_all(written).await.into_iter().flat_map(|one| one.unwrap().answer).collect()
}

async fn count(database: &Database) -> usize {
    let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 1_000 };
    database.postgres().await.list(&Tenant::try_new("acme").unwrap(), page).await.unwrap().memories.len()
}

fn fresh(stored: &[Stored]) -> usize {
    stored.iter().filter(|one| !one.duplicate && !one.replayed).count()
}

/// Whoever comes first.
#[tokio::test]
async fn one_id_is_stored_once_by_replicas_at_once() {
    let database = Database::new().await;
    let stored = all_at_once(&database, (0..32).map(|_| remembering(vec![memory(1, "said")], true)).collect()).await;
    assert_eq!((fresh(&stored), stored.len(), count(&database).await), (1, 32, 1));
}

/// By what it says, whatever ids were made for it.
#[tokio::test]
async fn one_text_is_stored_once_by_replicas_at_once() {
    let database = Database::new().await;
    let acts = (1..=32).map(|number| remembering(vec![memory(number, "said")], false)).collect();
    let stored = all_at_once(&database, acts).await;
    let ids: BTreeSet<MemoryId> = stored.iter().map(|one| one.memory.id).collect();
    assert_eq!((fresh(&stored), ids.len(), count(&database).await), (1, 1, 1));
}

/// Whatever it was to store.
#[tokio::test]
async fn one_key_stores_once_by_replicas_at_once() {
    let database = Database::new().await;
    let keyed = |number: u128| {
        let key = IdempotencyKey { key: Label::try_new("k").unwrap(), fingerprint: [1; 32] };
        Remembering { key: Some(key), ..remembering(vec![memory(number, &format!("{number}"))], false) }
    };
    let stored = all_at_once(&database, (1..=32).map(keyed).collect()).await;
    let ids: BTreeSet<MemoryId> = stored.iter().map(|one| one.memory.id).collect();
    assert_eq!((fresh(&stored), ids.len(), count(&database).await), (1, 1, 1));
}

/// In opposite orders, so that careless locks would meet crosswise.
#[tokio::test]
async fn batches_that_share_memories_are_all_answered() {
    let database = Database::new().await;
    let batch = |turn: u128| {
        let mut all: Vec<Memory> = (1..=10).map(|number| memory(number, &format!("entry {number}"))).collect();
        if turn.is_multiple_of(2) {
            all.reverse();
        }
        remembering(all, true)
    };
    let stored = all_at_once(&database, (0..32).map(batch).collect()).await;
    assert_eq!((fresh(&stored), stored.len(), count(&database).await), (10, 320, 10));
}

/// One after the other: the last correction wins nothing, the first ended it.
#[tokio::test]
async fn corrections_at_once_each_make_a_version() {
    let database = Database::new().await;
    all_at_once(&database, vec![remembering(vec![memory(1, "old")], true)]).await;
    let correct = |number: u128| {
        let new = Memory { supersedes: vec![memory(1, "old").id], ..memory(number, &format!("new {number}")) };
        remembering(vec![new], true)
    };
    all_at_once(&database, (2..=17).map(correct).collect()).await;
    let postgres = database.postgres().await;
    let versions =
        postgres.versions(&Tenant::try_new("acme").unwrap(), memory(1, "old").id, ALL).await.unwrap().versions;
    let numbers: Vec<u32> = versions.iter().map(|version| version.memory.version).collect();
    assert_eq!(numbers, (1..=17).collect::<Vec<_>>());
}

/// A thousand in one act, with corrections and links within it, and then erased in one.
#[tokio::test]
async fn a_large_act_is_whole() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let mut all: Vec<Memory> = (1..=1_000).map(|number| memory(number, &format!("entry {number}"))).collect();
    let old: Vec<MemoryId> = all[..300].iter().map(|memory| memory.id).collect();
    all[999].supersedes = old.clone();
    all[998].links =
        old.iter().map(|to| domain::link::Link { to: *to, relation: domain::link::Relation::Related }).collect();
    let written = postgres.remember(remembering(all, false)).await.unwrap();
    assert_eq!((fresh(&written.answer), written.deliver.len()), (1_000, 1_000));
    let tenant = Tenant::try_new("acme").unwrap();
    assert_eq!(postgres.versions(&tenant, old[7], ALL).await.unwrap().versions.len(), 2);
    assert_eq!(postgres.edges(&tenant, &old).await.unwrap().len(), 300);
    assert_eq!(postgres.count_memories().await.unwrap(), 1_000);
    let erasing = Erasing { tenant, selection: Selection::Namespace(Namespace::default()), note: note() };
    assert_eq!(postgres.erase(erasing).await.unwrap().answer.memories.len(), 1_000);
    let mut connection = database.connection().await;
    for table in ["memories", "versions", "links", "observations"] {
        let left = diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(left.get_result::<i64>(&mut connection).await.unwrap(), 0, "{table}");
    }
    let waiting = "SELECT count(*) FROM outbox_events WHERE event_type = 'put' AND status = 'pending'";
    let waiting = diesel::dsl::sql::<diesel::sql_types::BigInt>(waiting);
    assert_eq!(waiting.get_result::<i64>(&mut connection).await.unwrap(), 0);
}

/// Also the one character that Postgres does not know, and the one that stands for it.
#[tokio::test]
async fn any_character_comes_back() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let odd = memory(1, "nul \0 escape \u{10} both \u{10}\0\u{10}0 end");
    postgres.remember(remembering(vec![odd.clone()], true)).await.unwrap();
    let found = postgres.read(&odd.tenant, &[odd.id]).await.unwrap();
    assert_eq!(*found[0], odd);
}

/// As corrupt, not as something else.
#[tokio::test]
async fn a_row_that_was_changed_is_refused() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    postgres.remember(remembering(vec![memory(1, "said")], true)).await.unwrap();
    let mut connection = database.connection().await;
    diesel::sql_query("UPDATE memories SET content = 'forged'").execute(&mut connection).await.unwrap();
    let one = memory(1, "said");
    let refused = postgres.read(&one.tenant, &[one.id]).await.unwrap_err();
    assert_eq!(refused.kind, application::ports::error::PortErrorKind::Corrupt);
}

/// Of those past their time only.
#[tokio::test]
async fn tenants_with_something_expired_are_known() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let mut ending = memory(1, "said");
    ending.times.expires = Some(at().plus_seconds(10));
    postgres.remember(remembering(vec![ending], true)).await.unwrap();
    assert_eq!(postgres.tenants_with_expired(at().plus_seconds(9)).await.unwrap(), []);
    let acme = Tenant::try_new("acme").unwrap();
    assert_eq!(postgres.tenants_with_expired(at().plus_seconds(10)).await.unwrap(), [acme]);
}

/// Those that ended first; whoever erases goes on until nothing is left.
#[tokio::test]
async fn of_what_has_expired_an_act_erases_a_thousand() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let ending = |number: u128| {
        let mut one = memory(number, &format!("entry {number}"));
        one.times.expires = Some(at().plus_seconds(2_000 - number as i64));
        one
    };
    let all: Vec<Memory> = (1..=1_002).map(ending).collect();
    for some in all.chunks(501) {
        postgres.remember(remembering(some.to_vec(), true)).await.unwrap();
    }
    let erase = async || {
        let selection = Selection::ExpiredBy(at().plus_seconds(3_000));
        let act = Erasing { tenant: all[0].tenant.clone(), selection, note: note() };
        let erased = postgres.erase(act).await.unwrap().answer.memories;
        erased.iter().map(|one| one.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(erase().await, (3..=1_002).collect::<Vec<_>>());
    assert_eq!(erase().await, [1, 2]);
    assert_eq!(erase().await, []);
}

/// Neither from being merged nor from expiring; alone it is an error.
#[tokio::test]
async fn a_damaged_row_keeps_no_other_waiting() {
    use application::ports::density::DensityStore;
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let ending = |number: u128| {
        let mut one = memory(number, &format!("entry {number}"));
        one.times.expires = Some(at().plus_seconds(10));
        one
    };
    postgres.remember(remembering((1..=4).map(ending).collect(), true)).await.unwrap();
    crate::sql::run(&database, "UPDATE memories SET tenant_id = 'no tenant!' WHERE seq < 3").await;
    let seen = postgres.unmerged(at(), 1).await.unwrap();
    assert_eq!(seen.iter().map(|one| one.seq).collect::<Vec<_>>(), [Seq(3)]);
    assert_eq!(postgres.unmerged(at(), 10).await.unwrap().len(), 2);
    let acme = Tenant::try_new("acme").unwrap();
    assert_eq!(postgres.tenants_with_expired(at().plus_seconds(10)).await.unwrap(), [acme]);
    crate::sql::run(&database, "UPDATE memories SET tenant_id = 'no tenant!'").await;
    assert_eq!(postgres.unmerged(at(), 10).await.unwrap_err().kind, application::ports::error::PortErrorKind::Corrupt);
    postgres.tenants_with_expired(at().plus_seconds(10)).await.unwrap_err();
}
