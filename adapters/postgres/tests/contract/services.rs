//! Memory services beside a replica of the version before, and what becomes of those that are gone.

use application::ports::ledger::{Ledger, Stored};
use application::ports::long_term::ServiceId;
use application::ports::outbox::{Enrolling, Outbox, Undelivered};
use domain::tenant::{Namespace, Tenant};
use somabrain_postgres::Postgres;
use uuid::Uuid;

use crate::concurrency::{memory, remembering};
use crate::database::Database;
use crate::sealing::later;
use crate::sql::{number, run};

const DAY: i64 = 24 * 3_600;

fn acme() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

fn service(number: u128) -> ServiceId {
    ServiceId(Uuid::from_u128(0xA000 + number))
}

/// A service is there, so many seconds later.
async fn enrol(postgres: &Postgres, service: ServiceId, inherits: bool, seconds: i64) -> bool {
    postgres.enrol(Enrolling { service, inherits, now: later(seconds) }).await.unwrap()
}

async fn remember(postgres: &Postgres, number: u128) -> Stored {
    let act = remembering(vec![memory(number, &format!("entry {number}"))], true);
    postgres.remember(act).await.unwrap().answer.remove(0)
}

async fn lacking(postgres: &Postgres, service: ServiceId) -> Undelivered {
    postgres.undelivered(service, &acme(), &Namespace::default(), 100).await.unwrap()
}

async fn ids(postgres: &Postgres, service: ServiceId) -> Vec<u128> {
    let lacking = lacking(postgres, service).await;
    assert!(lacking.whole);
    lacking.entries.iter().map(|entry| entry.act.id().0.as_u128()).collect()
}

/// It writes, takes back and acknowledges for the first service only, and knows of no other.
#[tokio::test]
async fn what_a_replica_of_the_version_before_writes_is_told_to_every_service() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    enrol(&postgres, service(1), true, 0).await;
    enrol(&postgres, service(2), false, 0).await;
    remember(&postgres, 1).await;
    run(&database, "DELETE FROM outbox_events WHERE receiver <> 'stream'").await;
    run(
        &database,
        "INSERT INTO outbox_events (event_type, tenant_id, receiver, namespace, memory_id, seq, payload, created_at) \
         SELECT 'put', tenant_id, 'long_term', namespace, id, changed_seq, '{}', now() FROM memories",
    )
    .await;
    for number in [1, 2] {
        assert_eq!(ids(&postgres, service(number)).await, [1]);
    }
    run(
        &database,
        "UPDATE outbox_events SET status = 'processed', processed_at = now() WHERE id IN (\
         SELECT id FROM outbox_events WHERE tenant_id = 'acme' AND receiver = 'long_term' AND processed_at IS NULL \
         ORDER BY id FOR UPDATE SKIP LOCKED)",
    )
    .await;
    assert_eq!(ids(&postgres, service(1)).await, [0; 0]);
    assert_eq!(ids(&postgres, service(2)).await, [1]);
}

/// And finds what is missing, whoever went away in the middle.
#[tokio::test]
async fn filling_goes_on_where_another_replica_left_it() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let first = remember(&postgres, 1).await;
    remember(&postgres, 2).await;
    enrol(&postgres, service(1), true, 0).await;
    assert!(enrol(&postgres, service(2), false, 0).await);
    // As if a replica had died after the page with the first memory.
    run(
        &database,
        &format!(
            "DELETE FROM outbox_events WHERE receiver = 'long_term:{}'; UPDATE memory_services SET whole = false, \
             filled_seq = {}, filling_until = '2026-01-01T01:00:30Z' WHERE receiver <> 'long_term'",
            service(2).0,
            first.seq.0
        ),
    )
    .await;
    assert!(!lacking(&postgres, service(2)).await.whole);
    assert!(!enrol(&postgres, service(2), false, 0).await, "another replica is at it");
    assert!(enrol(&postgres, service(2), false, 30).await);
    assert_eq!(ids(&postgres, service(2)).await, [2]);
}

#[tokio::test]
async fn a_service_that_is_gone_for_good_is_forgotten_and_told_everything_if_it_comes_back() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    remember(&postgres, 1).await;
    enrol(&postgres, service(1), true, 0).await;
    enrol(&postgres, service(2), false, 2 * DAY).await;
    enrol(&postgres, service(3), false, 0).await;
    assert_eq!(postgres.forget_memory_services(later(-DAY)).await.unwrap(), 0, "each was there");
    remember(&postgres, 2).await;
    assert_eq!(postgres.forget_memory_services(later(DAY)).await.unwrap(), 4, "two rows of each that is gone");
    remember(&postgres, 3).await;
    let waiting = "count(*) FROM outbox_events WHERE processed_at IS NULL AND receiver <> 'stream'";
    assert_eq!(number(&database, waiting).await, 3, "for the one that is left");
    assert_eq!(ids(&postgres, service(2)).await, [1, 2, 3]);
    for gone in [1, 3] {
        assert!(!lacking(&postgres, service(gone)).await.whole);
        assert!(enrol(&postgres, service(gone), true, 2 * DAY).await);
        assert_eq!(ids(&postgres, service(gone)).await, [1, 2, 3]);
    }
}

#[tokio::test]
async fn the_last_service_is_never_forgotten() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    remember(&postgres, 1).await;
    for (inherits, name) in [(false, ServiceId::NAMELESS), (true, service(1))] {
        enrol(&postgres, name, inherits, 0).await;
        assert_eq!(postgres.forget_memory_services(later(100 * DAY)).await.unwrap(), 0);
        assert_eq!(ids(&postgres, name).await, [1]);
    }
}

/// As `somabrain reindex` does it.
#[tokio::test]
async fn everything_is_queued_again_for_each_service() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    enrol(&postgres, service(1), true, 0).await;
    enrol(&postgres, service(2), false, 0).await;
    let (first, second) = (remember(&postgres, 1).await, remember(&postgres, 2).await);
    postgres.acknowledge(service(1), &acme(), &[first.seq]).await.unwrap();
    postgres.acknowledge(service(2), &acme(), &[first.seq, second.seq]).await.unwrap();
    assert_eq!(postgres.enqueue_all(later(0)).await.unwrap(), 1, "what waits already is not queued twice");
    for number in [1, 2] {
        assert_eq!(ids(&postgres, service(number)).await, [1, 2]);
    }
}
