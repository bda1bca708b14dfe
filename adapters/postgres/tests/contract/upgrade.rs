//! From one role that owns everything, and the schema of the version before, to the roles of a deployment.

use application::ports::ledger::{Ledger, Remembering};
use application::ports::outbox::{Outbox, Receiver};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use domain::audit::Published;
use domain::memory::Memory;
use domain::tenant::Tenant;
use somabrain_postgres::{Config, Postgres};
use somabrain_servers::processes::Server;

use crate::concurrency::{memory, remembering};
use crate::database::{ROLES, key};
use crate::sealing::claim;
use crate::sql;

/// What the fifth migration made is not there, as with tables that the version before made.
const BEFORE: &str = "\
    DROP FUNCTION admit_roles(); \
    ALTER POLICY of_tenant ON audit_log RENAME TO audit_log_of_tenant; \
    ALTER POLICY audit_log_of_tenant ON audit_log USING (tenant_id = current_setting('app.current_tenant', true)); \
    DELETE FROM __diesel_schema_migrations WHERE version = '20260101000005'";

const GUARDED: &str = "count(*) FROM pg_class WHERE relrowsecurity";

fn tenant(name: &str) -> Tenant {
    Tenant::try_new(name).unwrap()
}

async fn remember(postgres: &Postgres, name: &str, number: u128) {
    let one = Memory { tenant: tenant(name), ..memory(number, &format!("entry {number}")) };
    let act = Remembering { tenant: tenant(name), ..remembering(vec![one], true) };
    postgres.remember(act).await.unwrap();
}

async fn counts(postgres: &Postgres) -> [u64; 2] {
    let mut counts = [0; 2];
    for (count, name) in counts.iter_mut().zip(["acme", "other"]) {
        *count = postgres.namespaces(&tenant(name)).await.unwrap().iter().map(|(_, count)| count).sum();
    }
    counts
}

/// Without an interruption: a replica that runs is no owner any more from one transaction to the next.
#[tokio::test]
async fn a_deployment_of_one_role_gets_the_roles_while_it_runs() {
    let server = tokio::task::spawn_blocking(Server::postgres).await.unwrap().unwrap();
    let of = |role: &str, database: &str| {
        let (_, place) = server.url().rsplit_once('@').unwrap();
        format!("postgres://{role}@{}/{database}", place.split('/').next().unwrap())
    };
    let mut admin = AsyncPgConnection::establish(server.url()).await.unwrap();
    admin.batch_execute("CREATE ROLE somabrain LOGIN").await.unwrap();
    admin.batch_execute("CREATE DATABASE somabrain OWNER somabrain").await.unwrap();
    let mut admin = AsyncPgConnection::establish(&of("postgres", "somabrain")).await.unwrap();

    let config = Config { events: true, ..Config::new(of("somabrain", "somabrain"), key()) };
    let before = Postgres::connect(config.clone()).await.unwrap();
    remember(&before, "acme", 1).await;
    remember(&before, "other", 2).await;
    admin.batch_execute(BEFORE).await.unwrap();
    let replica = Postgres::connect(config.clone()).await.unwrap();
    assert_eq!(counts(&replica).await, [1, 1]);
    assert_eq!(sql::of(&mut admin, GUARDED).await, 1, "the audit log, as before");
    assert_eq!(replica.count_memories().await.unwrap(), 2);

    admin.batch_execute(ROLES).await.unwrap();
    assert_eq!(sql::of(&mut admin, GUARDED).await, 14);
    assert_eq!(counts(&replica).await, [1, 1]);
    remember(&replica, "acme", 3).await;
    assert_eq!(replica.count_memories().await.unwrap(), 3);
    assert!(replica.claim(claim(Receiver::Stream)).await.unwrap().is_some());

    let migration_dsn = Some(of("somabrain_owner", "somabrain"));
    let next = Postgres::connect(Config { migration_dsn, ..config.clone() }).await.unwrap();
    remember(&next, "other", 4).await;
    assert_eq!(counts(&next).await, [2, 2]);
    assert_eq!(next.verify_audit(&Published::new()).await.unwrap().tenants().len(), 2);
    admin.batch_execute(ROLES).await.unwrap();
    Postgres::connect(config).await.expect("a role that serves needs no other where nothing is to be changed");
}
