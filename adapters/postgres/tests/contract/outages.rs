//! A server that is away, that hangs, that comes back.

use std::time::{Duration, Instant};

use application::ports::error::PortErrorKind;
use application::ports::ledger::Ledger;
use diesel_async::SimpleAsyncConnection;
use domain::audit::AuditKey;
use domain::tenant::Tenant;
use futures_util::future::join_all;
use somabrain_postgres::{Config, Postgres};
use tokio::net::TcpListener;

use crate::concurrency::{memory, remembering};
use crate::database::Database;

fn config(port: u16) -> Config {
    let key = AuditKey::try_new(b"a key for trying out").unwrap();
    let timeout = Duration::from_millis(500);
    Config { timeout, ..Config::new(format!("postgres://postgres:secret@127.0.0.1:{port}/postgres"), key) }
}

async fn kind(port: u16) -> (PortErrorKind, String) {
    let began = Instant::now();
    let Err(error) = Postgres::connect(config(port)).await else { panic!("connected to nothing") };
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    (error.kind, format!("{error} {error:?} {:?}", config(port)))
}

/// Nor does its password stand anywhere.
#[tokio::test]
async fn a_closed_port_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (kind, said) = kind(port).await;
    assert_eq!(kind, PortErrorKind::Unavailable);
    assert!(!said.contains("secret"), "{said}");
}

/// It takes connections and says nothing.
#[tokio::test]
async fn a_silent_server_is_unavailable_within_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (kind, said) = kind(listener.local_addr().unwrap().port()).await;
    assert_eq!(kind, PortErrorKind::Unavailable);
    assert!(!said.contains("secret"), "{said}");
}

/// All connections at once, those in the pool too; nothing is answered but what was stored.
#[tokio::test]
async fn broken_connections_are_replaced() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    let store = async |from: u128| {
        let all = (from..from + 16).map(|number| remembering(vec![memory(number, &format!("entry {number}"))], true));
        for written in join_all(all.map(|act| postgres.remember(act))).await {
            written.unwrap();
        }
    };
    store(1).await;
    let mut admin = database.connection().await;
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    admin.batch_execute(others).await.unwrap();
    store(101).await;
    postgres.probe().await.unwrap();
    admin.batch_execute(others).await.unwrap();
    let tenant = Tenant::try_new("acme").unwrap();
    assert_eq!(postgres.namespaces(&tenant).await.unwrap()[0].1, 32);
    assert_eq!(postgres.connections().0, 0);
}

/// Somebody holds what it needs; it gives up, and leaves no transaction behind.
#[tokio::test]
async fn an_act_that_waits_too_long_is_unavailable() {
    let database = Database::new().await;
    let config = Config { timeout: Duration::from_millis(300), ..database.config() };
    let postgres = Postgres::connect(config).await.unwrap();
    let mut other = database.connection().await;
    other.batch_execute("BEGIN; LOCK TABLE memories IN EXCLUSIVE MODE").await.unwrap();
    let refused = postgres.remember(remembering(vec![memory(1, "said")], true)).await.unwrap_err();
    assert!(
        matches!(&refused, application::ports::ledger::LedgerError::Port(error) if error.kind == PortErrorKind::Unavailable),
        "{refused:?}"
    );
    other.batch_execute("ROLLBACK").await.unwrap();
    postgres.remember(remembering(vec![memory(1, "said")], true)).await.unwrap();
}

/// As behind a pooler in transaction mode.
#[tokio::test]
async fn it_works_without_kept_statements() {
    let database = Database::new().await;
    let postgres = Postgres::connect(Config { statement_cache: false, ..database.config() }).await.unwrap();
    for number in 1..=3 {
        postgres.remember(remembering(vec![memory(number, &format!("entry {number}"))], false)).await.unwrap();
    }
    let tenant = Tenant::try_new("acme").unwrap();
    assert_eq!(postgres.namespaces(&tenant).await.unwrap()[0].1, 3);
}

/// Nor does it keep the connection from whoever comes next.
#[tokio::test]
async fn a_question_that_waits_too_long_is_given_up_by_the_server() {
    use application::ports::outbox::Outbox;
    let database = Database::new().await;
    let config = Config { timeout: Duration::from_millis(500), connections: 1, ..database.config() };
    let postgres = Postgres::connect(config).await.unwrap();
    let mut other = database.connection().await;
    other.batch_execute("BEGIN; LOCK TABLE outbox_events IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let refused = postgres.depth(crate::sealing::later(0)).await.unwrap_err();
    assert_eq!(refused.kind, PortErrorKind::Unavailable);
    assert_eq!(postgres.namespaces(&Tenant::try_new("acme").unwrap()).await.unwrap(), []);
    other.batch_execute("ROLLBACK").await.unwrap();
    postgres.depth(crate::sealing::later(0)).await.unwrap();
}

/// They wait for their tenant without a connection; others act, and the server is seen to be there.
#[tokio::test]
async fn acts_that_wait_for_their_tenant_keep_nobody_else_waiting() {
    use application::ports::ledger::{Erasing, Remembering, Selection};
    let database = Database::new().await;
    let postgres = Postgres::connect(Config { connections: 4, ..database.config() }).await.unwrap();
    postgres.remember(remembering(vec![memory(1, "said")], true)).await.unwrap();
    let mut other = database.connection().await;
    other.batch_execute("BEGIN; SELECT 1 FROM memories FOR UPDATE").await.unwrap();
    let erase = || {
        let act = remembering(Vec::new(), true);
        postgres.erase(Erasing { tenant: act.tenant, selection: Selection::Id(memory(1, "said").id), note: act.note })
    };
    let store = |number| postgres.remember(remembering(vec![memory(number, &format!("entry {number}"))], true));
    let others = async {
        let waiting = "count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while crate::sql::number(&database, waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        let tenant = Tenant::try_new("other").unwrap();
        let one = domain::memory::Memory { tenant: tenant.clone(), ..memory(1, "said") };
        postgres.remember(Remembering { tenant, ..remembering(vec![one], true) }).await.unwrap();
        postgres.probe().await.unwrap();
        assert_eq!(postgres.connections().0, 1);
        other.batch_execute("ROLLBACK").await.unwrap();
    };
    let (erased, stored, ()) = tokio::join!(join_all((0..12).map(|_| erase())), join_all((2..14).map(store)), others);
    let erased: usize = erased.into_iter().map(|one| one.unwrap().answer.memories.len()).sum();
    assert_eq!((erased, stored.iter().filter(|one| one.is_ok()).count()), (1, 12));
}
