//! Events of a ledger with a stream: the audit chain in its order, until it is told. There are never entries.

use std::path::Path;
use std::sync::Arc;

use application::ports::events::Event;
use application::ports::ledger::{Change, Ledger, Selection};
use application::ports::long_term::ServiceId;
use application::ports::outbox::{Batch, Claim, Depth, Outbox, Receiver, Settling, Told, Work};
use domain::audit::Published;
use domain::link::{Link, Relation};
use domain::memory::{Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use somabrain_sqlite::{Config, Sqlite, verify_audit};
use tempfile::TempDir;
use uuid::Uuid;

use crate::builders::{at, change, erase, id, key, memory, namespace, note, open, remember, remembering, tenant};
use crate::group_commit::futures;

async fn streaming(folder: &Path) -> Sqlite {
    Sqlite::open(Config { events: true, ..Config::new(folder, key()) }).await.unwrap()
}

fn claim(holder: u128, seconds: i64) -> Claim {
    Claim {
        receiver: Receiver::Stream,
        holder: Uuid::from_u128(holder),
        now: at(seconds),
        until: at(seconds + 30),
        ripe: at(seconds),
        limit: 100,
    }
}

fn events(batch: Option<Batch>) -> Vec<Event> {
    match batch.map(|batch| batch.work) {
        Some(Work::Events(events)) => events,
        other => panic!("expected events, found {other:?}"),
    }
}

fn numbers(batch: Option<Batch>) -> Vec<u64> {
    events(batch).iter().map(|event| event.number).collect()
}

async fn settle(sqlite: &Sqlite, told: Option<u64>) {
    let told = Told::Events(told);
    let settling =
        Settling { tenant: tenant(), receiver: Receiver::Stream, holder: Uuid::from_u128(1), told, free: at(0) };
    sqlite.settle(settling).await.unwrap();
}

async fn five(sqlite: &Sqlite) {
    for number in 1..=5 {
        remember(sqlite, [memory(number, &format!("memory {number}"))]).await;
    }
}

#[tokio::test]
async fn events_come_in_order_until_they_are_told_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    five(&sqlite).await;
    let two = Claim { limit: 2, ..claim(1, 10) };
    assert_eq!(numbers(sqlite.claim(two.clone()).await.unwrap()), [1, 2]);
    settle(&sqlite, None).await;
    assert_eq!(numbers(sqlite.claim(two.clone()).await.unwrap()), [1, 2]);
    settle(&sqlite, Some(2)).await;
    assert_eq!(numbers(sqlite.claim(two).await.unwrap()), [3, 4]);
    drop(sqlite);

    let sqlite = streaming(folder.path()).await;

    assert_eq!(numbers(sqlite.claim(claim(2, 10)).await.unwrap()), [3, 4, 5]);
    settle(&sqlite, Some(5)).await;
    settle(&sqlite, Some(3)).await;
    assert_eq!(sqlite.claim(claim(1, 100)).await.unwrap(), None);
}

#[tokio::test]
async fn a_tenant_is_with_one_claimant_until_its_lease_ends() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    five(&sqlite).await;
    sqlite.claim(claim(1, 10)).await.unwrap().unwrap();
    assert_eq!(sqlite.claim(claim(2, 39)).await.unwrap(), None);
    assert_eq!(numbers(sqlite.claim(claim(2, 40)).await.unwrap()), [1, 2, 3, 4, 5]);

    // What holder 1 has told counts; the tenant stays with holder 2.
    settle(&sqlite, Some(3)).await;

    assert_eq!(sqlite.claim(claim(3, 41)).await.unwrap(), None);
    assert_eq!(numbers(sqlite.claim(claim(3, 70)).await.unwrap()), [4, 5]);
}

#[tokio::test]
async fn the_longest_waiting_tenant_comes_first_and_others_go_round_it() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    for (name, seconds) in [("late", 20), ("early", 10), ("middle", 15)] {
        let other = Tenant::try_new(name).unwrap();
        let mut act = remembering([Memory { tenant: other.clone(), ..memory(1, "hello") }]);
        (act.tenant, act.note) = (other, note(seconds));
        sqlite.remember(act).await.unwrap();
    }
    let mut order = Vec::new();
    while let Some(batch) = sqlite.claim(claim(1, 30)).await.unwrap() {
        order.push(batch.tenant.as_str().to_owned());
    }
    assert_eq!(order, ["early", "middle", "late"]);
}

#[tokio::test]
async fn an_event_says_who_did_what_to_which_memories_where_and_in_which_trace() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    let mut act = remembering([memory(1, "a secret"), memory(2, "another secret")]);
    act.note.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into());
    sqlite.remember(act.clone()).await.unwrap();
    let notes = Memory { namespace: namespace("notes"), ..memory(3, "a third") };
    remember(&sqlite, [notes, memory(4, "a fourth")]).await;
    change(&sqlite, 3, Change::Link(Link { to: id(1), relation: Relation::Related })).await.unwrap();
    erase(&sqlite, Selection::Namespace(namespace("notes"))).await;

    let events = events(sqlite.claim(claim(1, 200)).await.unwrap());

    let first = &events[0];
    assert_eq!((&first.tenant, first.number, first.at), (&tenant(), 1, at(0)));
    assert_eq!((first.subject.as_str(), first.action.as_str()), ("ann", "memory:write"));
    assert_eq!((first.resource.as_str(), first.outcome.as_str()), ("memory", "done"));
    assert_eq!((first.request_id.as_str(), &first.traceparent), ("request-1", &act.note.traceparent));
    let told: Vec<_> = events.iter().map(|event| (event.namespace.clone(), event.memories.clone())).collect();
    let expected = [
        (Some(Namespace::default()), vec![id(1), id(2)]),
        (None, vec![id(3), id(4)]),
        (Some(namespace("notes")), vec![id(3)]),
        (Some(namespace("notes")), vec![id(3)]),
    ];
    assert_eq!(told, expected);
    assert!(!format!("{events:?}").contains("secret"));
    assert_eq!(verify_audit(folder.path(), &key(), &Published::new()).unwrap().tenants(), [(tenant(), 4)]);
}

#[tokio::test]
async fn writers_at_once_lose_no_event() {
    let folder = TempDir::new().unwrap();
    let sqlite = Arc::new(streaming(folder.path()).await);
    let writing = futures((1..=32).map(|number| {
        let sqlite = sqlite.clone();
        async move { remember(&sqlite, [memory(number, &format!("memory {number}"))]).await }
    }));
    let reading = async {
        let mut seen = Vec::new();
        for _ in 0..10_000 {
            if seen.len() == 32 {
                break;
            }
            if let Some(batch) = sqlite.claim(claim(1, 10)).await.unwrap() {
                seen.extend(numbers(Some(batch)));
                settle(&sqlite, seen.last().copied()).await;
            }
            tokio::task::yield_now().await;
        }
        seen
    };
    let (_, seen) = tokio::join!(writing, reading);
    assert_eq!(seen, (1..=32).collect::<Vec<u64>>());
}

#[tokio::test]
async fn depth_counts_what_is_untold_and_since_when() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    assert_eq!(sqlite.depth(at(100)).await.unwrap(), Depth::default());
    five(&sqlite).await;
    let depth = sqlite.depth(at(100)).await.unwrap();
    assert_eq!((depth.pending, depth.oldest.as_secs()), (5, 100));
    settle(&sqlite, Some(u64::MAX)).await;
    assert_eq!(sqlite.depth(at(100)).await.unwrap(), Depth::default());
    remember(&sqlite, [memory(6, "memory 6")]).await;
    assert_eq!(numbers(sqlite.claim(claim(1, 10)).await.unwrap()), [6]);
}

#[tokio::test]
async fn without_a_stream_nothing_waits() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    five(&sqlite).await;
    assert_eq!(sqlite.claim(claim(1, 10)).await.unwrap(), None);
    assert_eq!(sqlite.depth(at(100)).await.unwrap(), Depth::default());
}

#[tokio::test]
async fn there_are_never_entries() {
    let folder = TempDir::new().unwrap();
    let sqlite = streaming(folder.path()).await;
    five(&sqlite).await;
    assert_eq!(
        sqlite.claim(Claim { receiver: Receiver::LongTerm(ServiceId::NAMELESS), ..claim(1, 10) }).await.unwrap(),
        None
    );
    assert_eq!(
        sqlite.undelivered(ServiceId::NAMELESS, &tenant(), &Namespace::default(), 10).await.unwrap().entries,
        []
    );
    sqlite.acknowledge(ServiceId::NAMELESS, &tenant(), &[Seq(1)]).await.unwrap();
    assert_eq!(numbers(sqlite.claim(claim(1, 10)).await.unwrap()).len(), 5);
}
