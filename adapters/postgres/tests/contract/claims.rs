//! Claims: of replicas at once, of what belongs together, of many rows.

use std::collections::BTreeSet;
use std::time::Instant;

use application::ports::ledger::{Erasing, Ledger, Remembering, Selection};
use application::ports::long_term::{Act, ServiceId};
use application::ports::outbox::{Batch, Claim, Outbox, Receiver, Settling, Told, Work};
use domain::memory::{Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use futures_util::future::join_all;
use somabrain_postgres::Postgres;
use uuid::Uuid;

use crate::concurrency::{memory, remembering};
use crate::database::Database;
use crate::sealing::{claim, later};
use crate::sql::{number, run};

const LONG_TERM: Receiver = Receiver::LongTerm(ServiceId::NAMELESS);

fn acme() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

fn numbered(count: u128) -> Vec<Memory> {
    (1..=count).map(|number| memory(number, &format!("entry {number}"))).collect()
}

fn ids(batch: &Batch) -> Vec<u128> {
    let Work::Entries(entries) = &batch.work else { panic!("expected entries, found {batch:?}") };
    entries.iter().map(|entry| entry.act.id().0.as_u128()).collect()
}

async fn settle(postgres: &Postgres, batch: &Batch) {
    let Work::Entries(entries) = &batch.work else { panic!("expected entries, found {batch:?}") };
    let told = Told::Entries(entries.iter().map(|entry| entry.seq).collect());
    let settling = Settling {
        tenant: batch.tenant.clone(),
        receiver: LONG_TERM,
        holder: Uuid::from_u128(1),
        told,
        free: later(0),
    };
    postgres.settle(settling).await.unwrap();
}

/// No tenant is left to nobody, none is with two.
#[tokio::test]
async fn replicas_at_once_share_the_tenants_out() {
    let database = Database::new().await;
    let replicas = [database.postgres().await, database.postgres().await];
    for number in 0..12 {
        let tenant = Tenant::try_new(&format!("tenant-{number}")).unwrap();
        let one = Memory { tenant: tenant.clone(), ..memory(1, "said") };
        replicas[0].remember(Remembering { tenant, ..remembering(vec![one], true) }).await.unwrap();
    }
    for receiver in [LONG_TERM, Receiver::Stream] {
        let claims = (0..16).map(|turn| replicas[turn % 2].claim(claim(receiver)));
        let taken: Vec<Batch> = join_all(claims).await.into_iter().filter_map(Result::unwrap).collect();
        let tenants: BTreeSet<&Tenant> = taken.iter().map(|batch| &batch.tenant).collect();
        assert_eq!((taken.len(), tenants.len()), (12, 12), "{receiver:?}");
    }
}

/// What is left of it waits for the next claim.
#[tokio::test]
async fn an_erasure_of_many_is_claimed_in_parts() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    postgres.remember(remembering(numbered(5), true)).await.unwrap();
    let note = remembering(Vec::new(), true).note;
    let erasing = Erasing { tenant: acme(), selection: Selection::Namespace(Namespace::default()), note };
    postgres.erase(erasing).await.unwrap();
    postgres.remember(remembering(vec![memory(6, "said")], true)).await.unwrap();
    for expected in [[1, 2], [3, 4], [5, 6]] {
        let batch = postgres.claim(Claim { limit: 2, ..claim(LONG_TERM) }).await.unwrap().unwrap();
        assert_eq!(ids(&batch), expected);
        settle(&postgres, &batch).await;
    }
    assert_eq!(number(&database, "count(DISTINCT seq) FROM tombstones").await, 5);
}

/// Nobody is told of it, and nobody asks again.
#[tokio::test]
async fn an_entry_whose_memory_is_gone_is_passed_over() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    postgres.remember(remembering(numbered(2), true)).await.unwrap();
    run(&database, "DELETE FROM memories WHERE seq = 1").await;
    let waiting = postgres.undelivered(ServiceId::NAMELESS, &acme(), &Namespace::default(), 10).await.unwrap().entries;
    assert_eq!(waiting.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(2)]);
    let batch = postgres.claim(claim(LONG_TERM)).await.unwrap().unwrap();
    assert_eq!(ids(&batch), [2]);
    settle(&postgres, &batch).await;
    assert_eq!(
        number(&database, "count(*) FROM outbox_events WHERE status = 'pending' AND receiver = 'long_term'").await,
        0
    );
}

/// Memories as they are, erasures as erasures, nothing twice.
#[tokio::test]
async fn everything_is_queued_again_for_a_memory_that_was_lost() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let written = postgres.remember(remembering(numbered(4), true)).await.unwrap();
    let note = remembering(Vec::new(), true).note;
    let erasing = Erasing { tenant: acme(), selection: Selection::Id(memory(2, "gone").id), note };
    postgres.erase(erasing).await.unwrap();
    let batch = postgres.claim(claim(LONG_TERM)).await.unwrap().unwrap();
    let Work::Entries(expected) = batch.work.clone() else { panic!("expected entries") };
    assert_eq!(expected.len(), 4);
    postgres.acknowledge(ServiceId::NAMELESS, &acme(), &[written.answer[0].seq, expected[3].seq]).await.unwrap();
    assert_eq!(postgres.enqueue_all(later(0)).await.unwrap(), 2);
    assert_eq!(postgres.enqueue_all(later(0)).await.unwrap(), 0);
    let again = postgres.undelivered(ServiceId::NAMELESS, &acme(), &Namespace::default(), 10).await.unwrap().entries;
    assert_eq!(again[..3], expected[..3]);
    assert_eq!(again[3].act, expected[3].act);
    assert!(matches!(expected[3].act, Act::Erase { .. }));
}

/// What waits stays, however old.
#[tokio::test]
async fn pruning_takes_what_is_delivered() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let written = postgres.remember(remembering(numbered(3), true)).await.unwrap();
    postgres.acknowledge(ServiceId::NAMELESS, &acme(), &[written.answer[0].seq, written.answer[1].seq]).await.unwrap();
    let (long_ago, ever) = (later(-7_200), domain::time::Timestamp::parse("2999-01-01T00:00:00Z").unwrap());
    assert_eq!(postgres.prune_outbox(long_ago).await.unwrap(), 0);
    assert_eq!(postgres.prune_outbox(ever).await.unwrap(), 2);
    assert_eq!(number(&database, "count(*) FROM outbox_events WHERE receiver = 'long_term'").await, 1);
}

/// Nobody goes through what is done to find what is not.
#[tokio::test]
async fn what_was_delivered_slows_nobody() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    run(
        &database,
        "INSERT INTO outbox_events (event_type, tenant_id, receiver, namespace, memory_id, seq, audit_id, created_at, \
         processed_at, status) \
         SELECT 'put', 'acme', CASE n % 2 WHEN 0 THEN 'stream' ELSE 'long_term' END, 'default', gen_random_uuid(), n, n, \
         now(), now(), 'processed' FROM generate_series(1, 100000) n; ANALYZE; SELECT pg_stat_reset()",
    )
    .await;
    let began = Instant::now();
    for turn in 0..20 {
        assert_eq!(
            postgres.undelivered(ServiceId::NAMELESS, &acme(), &Namespace::default(), 10).await.unwrap().entries,
            []
        );
        assert_eq!(postgres.claim(claim(LONG_TERM)).await.unwrap(), None);
        assert_eq!(postgres.claim(claim(Receiver::Stream)).await.unwrap(), None, "in turn {turn}");
        assert_eq!(postgres.depth(later(0)).await.unwrap().pending, 0);
    }
    println!("80 questions in {:?}", began.elapsed());
    // Statistics are written when a connection is idle or closed.
    drop(postgres);
    let others = "count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    while number(&database, others).await > 0 {
        tokio::task::yield_now().await;
    }
    let of = "FROM pg_stat_user_tables WHERE relname = 'outbox_events'";
    assert_eq!(number(&database, &format!("seq_scan {of}")).await, 0);
    assert!(number(&database, &format!("idx_scan {of}")).await >= 80);
    assert_eq!(number(&database, &format!("idx_tup_fetch {of}")).await, 0);
}
