//! The audit chain: sealed whatever else is going on, and checked.

use application::ports::ledger::Ledger;
use application::ports::outbox::{Claim, Outbox, Receiver, Settling, Told, Work};
use domain::audit::{Published, Why};
use domain::memory::Memory;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_postgres::{AuditError, Config, Postgres};
use uuid::Uuid;

use crate::concurrency::{memory, remembering};
use crate::database::Database;
use crate::sql::{number, run};

fn tenant(name: &str) -> Tenant {
    Tenant::try_new(name).unwrap()
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-01-01T01:00:00Z").unwrap().plus_seconds(seconds)
}

pub(crate) fn claim(receiver: Receiver) -> Claim {
    let (now, until, ripe) = (later(0), later(30), later(-2));
    Claim { receiver, holder: Uuid::from_u128(1), now, until, ripe, limit: 1_000 }
}

/// Acts of one memory each.
async fn acts(postgres: &Postgres, name: &str, numbers: std::ops::RangeInclusive<u128>) {
    for number in numbers {
        let one = Memory { tenant: tenant(name), ..memory(number, &format!("entry {number}")) };
        let act = remembering(vec![one], true);
        postgres.remember(application::ports::ledger::Remembering { tenant: tenant(name), ..act }).await.unwrap();
    }
}

async fn numbers(postgres: &Postgres, limit: usize) -> Vec<u64> {
    let batch = postgres.claim(Claim { limit, ..claim(Receiver::Stream) }).await.unwrap();
    let Some(batch) = batch else { return Vec::new() };
    let Work::Events(events) = batch.work else { panic!("expected events") };
    let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
    let told = Told::Events(numbers.last().copied());
    let settling =
        Settling { tenant: batch.tenant, receiver: Receiver::Stream, holder: Uuid::from_u128(1), told, free: later(0) };
    postgres.settle(settling).await.unwrap();
    numbers
}

async fn report(postgres: &Postgres) -> Vec<(Tenant, u64)> {
    postgres.verify_audit(&Published::new()).await.unwrap().tenants()
}

/// Whoever claims for it finds nothing, and leaves sealed chains.
#[tokio::test]
async fn chains_are_sealed_where_there_is_no_stream() {
    let database = Database::new().await;
    let postgres = Postgres::connect(Config { events: false, ..database.config() }).await.unwrap();
    acts(&postgres, "acme", 1..=5).await;
    acts(&postgres, "other", 1..=2).await;
    let verify = async || postgres.verify_audit(&Published::new()).await.unwrap();
    let report = verify().await;
    assert_eq!((report.tenants(), report.waiting), (vec![(tenant("acme"), 0), (tenant("other"), 0)], 7));
    assert_eq!(postgres.claim(claim(Receiver::Stream)).await.unwrap(), None);
    let report = verify().await;
    assert_eq!((report.tenants(), report.waiting), (vec![(tenant("acme"), 5), (tenant("other"), 2)], 0));
    assert_eq!(postgres.depth(later(0)).await.unwrap().pending, 7, "entries only");
}

/// Acts from before it are sealed and not told.
#[tokio::test]
async fn a_stream_that_comes_later_is_told_what_comes_later() {
    let database = Database::new().await;
    let before = Postgres::connect(Config { events: false, ..database.config() }).await.unwrap();
    acts(&before, "acme", 1..=5).await;
    let postgres = database.postgres().await;
    acts(&postgres, "acme", 6..=9).await;
    assert_eq!(numbers(&postgres, 3).await, [6, 7, 8]);
    assert_eq!(numbers(&postgres, 3).await, [9]);
    assert_eq!(report(&postgres).await, [(tenant("acme"), 9)]);
}

/// An act under way is told when it is done.
#[tokio::test]
async fn a_transaction_that_stays_open_keeps_no_event_waiting() {
    use diesel_async::SimpleAsyncConnection;
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let mut other = database.connection().await;
    let insert = "INSERT INTO audit_log (tenant_id, event_type, event_data, created_at, user_id, resource, outcome, \
                  request_id, detail) VALUES ('acme', 'a', '{}', now(), 'u', 'r', 'done', 'q', '{\"ids\":[]}') \
                  RETURNING id";
    let act = format!(
        "BEGIN; WITH act AS ({insert}) INSERT INTO outbox_events (event_type, tenant_id, receiver, audit_id, created_at) \
         SELECT 'a', 'acme', 'stream', id, now() FROM act"
    );
    other.batch_execute(&act).await.unwrap();
    acts(&postgres, "acme", 1..=2).await;
    assert_eq!(numbers(&postgres, 10).await, [1, 2]);
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(numbers(&postgres, 10).await, [3]);
    assert_eq!(report(&postgres).await, [(tenant("acme"), 3)]);
}

/// As deployments had it before: a role that may do everything, and sees one tenant's log at a time.
#[tokio::test]
async fn a_role_under_row_level_security_of_the_log_alone_seals_tells_and_verifies() {
    let database = Database::new().await;
    run(
        &database,
        "DO $$ DECLARE name text; BEGIN \
         BEGIN CREATE ROLE somabrain_trial LOGIN; EXCEPTION WHEN OTHERS THEN NULL; END; \
         FOR name IN SELECT relname FROM pg_class WHERE relrowsecurity AND relname <> 'audit_log' LOOP \
         EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name); END LOOP; END $$; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO somabrain_trial; \
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO somabrain_trial; \
         GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO somabrain_trial",
    )
    .await;
    let config = || Config { dsn: database.dsn_of("somabrain_trial"), migration_dsn: None, ..database.config() };
    let postgres = Postgres::connect(config()).await.unwrap();
    acts(&postgres, "acme", 1..=3).await;
    assert_eq!(numbers(&postgres, 10).await, [1, 2, 3]);
    let silent = Postgres::connect(Config { events: false, ..config() }).await.unwrap();
    acts(&silent, "other", 1..=2).await;
    assert_eq!(silent.claim(claim(Receiver::Stream)).await.unwrap(), None);
    assert_eq!(report(&postgres).await, [(tenant("acme"), 3), (tenant("other"), 2)]);
}

/// Each row that is not as it was, and what is missing.
#[tokio::test]
async fn tampering_shows() {
    for (sql, number, why) in [
        ("UPDATE audit_log SET user_id = 'eve' WHERE number = 3", 3, Why::Seal),
        ("UPDATE audit_log SET detail = '{}' WHERE number = 2", 2, Why::Seal),
        ("DELETE FROM audit_log WHERE number = 2", 2, Why::Number(3)),
        ("UPDATE audit_heads SET seal = sha256('x')", 5, Why::Seal),
    ] {
        let database = Database::new().await;
        let postgres = database.postgres().await;
        acts(&postgres, "acme", 1..=5).await;
        numbers(&postgres, 10).await;
        run(&database, sql).await;
        let found = postgres.verify_audit(&Published::new()).await.unwrap_err();
        assert!(
            matches!(&found, AuditError::Broken { broken, .. } if broken.number == number && broken.why == why),
            "{found:?}"
        );
    }
}

/// Against the head.
#[tokio::test]
async fn a_cut_end_shows() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    acts(&postgres, "acme", 1..=5).await;
    numbers(&postgres, 10).await;
    run(&database, "DELETE FROM audit_log WHERE number > 3").await;
    let found = postgres.verify_audit(&Published::new()).await.unwrap_err();
    assert!(matches!(found, AuditError::Cut { found: 3, expected: 5, .. }), "{found:?}");
    assert_eq!(number(&database, "number FROM audit_heads").await, 5);
}

/// Many more rows than one transaction seals, and than one page shows.
#[tokio::test]
async fn a_long_log_is_sealed_and_verified() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let rows = "INSERT INTO audit_log (tenant_id, event_type, event_data, created_at, user_id, resource, outcome, \
                request_id, detail) SELECT 'acme', 'a', '{}', now(), 'u', 'r', 'done', 'q', '{\"ids\":[]}' \
                FROM generate_series(1, 10000)";
    run(&database, rows).await;
    acts(&postgres, "acme", 1..=1).await;
    assert_eq!(numbers(&postgres, 10).await, [10_001]);
    assert_eq!(report(&postgres).await, [(tenant("acme"), 10_001)]);
}

/// Nor one whose tenant is none: others are sealed and told, and the error is answered when nothing else is left.
#[tokio::test]
async fn a_damaged_log_keeps_no_other_waiting() {
    use application::ports::error::PortErrorKind;
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let rows = "WITH log AS (INSERT INTO audit_log (tenant_id, event_type, event_data, created_at, user_id, resource, \
                outcome, request_id, detail) SELECT name, 'a', '{}', 'infinity', 'u', 'r', 'done', 'q', '{\"ids\":[]}' \
                FROM unnest(ARRAY['', 'aaa', 'no tenant!']) AS name RETURNING id, tenant_id) \
                INSERT INTO outbox_events (event_type, tenant_id, receiver, audit_id, created_at) \
                SELECT 'a', tenant_id, 'stream', id, '2000-01-01' FROM log";
    run(&database, rows).await;
    acts(&postgres, "acme", 1..=2).await;
    assert_eq!(numbers(&postgres, 10).await, [1, 2]);
    let silent = Postgres::connect(Config { events: false, ..database.config() }).await.unwrap();
    acts(&silent, "other", 1..=3).await;
    assert_eq!(silent.claim(claim(Receiver::Stream)).await.unwrap_err().kind, PortErrorKind::Corrupt);
    assert_eq!(number(&database, "number FROM audit_heads WHERE tenant_id = 'other'").await, 3);
    run(&database, "UPDATE audit_log SET user_id = 'eve' WHERE tenant_id = 'other' AND number = 2").await;
    let found = postgres.verify_audit(&Published::new()).await.unwrap_err();
    assert!(matches!(found, AuditError::Damaged(_)), "{found:?}");
}
