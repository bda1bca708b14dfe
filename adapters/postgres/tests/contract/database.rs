//! A database of its own for each test, copied from one in which the migrations have run; in it the roles of a deployment:
//! one serves, another owns.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use domain::audit::AuditKey;
use somabrain_postgres::{Config, Postgres};
use tokio::sync::OnceCell;

/// What an operator runs once.
pub(crate) const ROLES: &str = include_str!("../../../../deploy/postgres/roles.sql");

const TEMPLATE: [&str; 7] = [
    ROLES,
    include_str!("../../migrations/2026-01-01-000000_first/up.sql"),
    include_str!("../../migrations/2026-01-01-000001_outbox/up.sql"),
    include_str!("../../migrations/2026-01-01-000002_lessons/up.sql"),
    include_str!("../../migrations/2026-01-01-000003_memory_services/up.sql"),
    include_str!("../../migrations/2026-01-01-000004_audit_beginnings/up.sql"),
    include_str!("../../migrations/2026-01-01-000005_roles/up.sql"),
];

/// A database that is dropped with this.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new one, migrated, without rows.
    pub(crate) async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static MADE: OnceCell<String> = OnceCell::const_new();
        let server = somabrain_servers::postgres().await;
        let template = MADE.get_or_init(|| template(&server)).await;
        let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
        let create = format!("DROP DATABASE IF EXISTS {name}");
        admin.batch_execute(&create).await.unwrap();
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER somabrain_owner");
        admin.batch_execute(&create).await.unwrap();
        Self { server, name }
    }

    /// Where it is, for a superuser.
    pub(crate) fn dsn(&self) -> String {
        of(&self.server, &self.name)
    }

    /// Where it is, for a role of a deployment.
    pub(crate) fn dsn_of(&self, role: &str) -> String {
        as_role(&self.dsn(), role)
    }

    /// An adapter of it, as a replica that has a stream would have it. The suites' encodings have 64 dimensions.
    pub(crate) async fn postgres(&self) -> Postgres {
        Postgres::connect(self.config()).await.unwrap()
    }

    /// How [`Self::postgres`] is connected.
    pub(crate) fn config(&self) -> Config {
        // A machine that runs everything at once is slow.
        let timeout = std::time::Duration::from_secs(20);
        let migration_dsn = Some(self.dsn_of("somabrain_owner"));
        let config = Config::new(self.dsn_of("somabrain"), key());
        Config { migration_dsn, events: true, dimensions: 64, connections: 8, timeout, ..config }
    }

    /// The same where one role owns the tables and serves.
    pub(crate) fn single(&self) -> Config {
        Config { dsn: self.dsn_of("somabrain_owner"), migration_dsn: None, ..self.config() }
    }

    /// A connection beside the adapter's, of a superuser.
    pub(crate) async fn connection(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.dsn()).await.unwrap()
    }

    /// A connection beside the adapter's, of a role of the deployment.
    pub(crate) async fn connection_of(&self, role: &str) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.dsn_of(role)).await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
                admin.batch_execute(&drop).await.unwrap();
            });
        });
        dropping.join().ok();
    }
}

/// The template of these migrations, made by whichever test process comes first.
async fn template(server: &str) -> String {
    let mut hasher = DefaultHasher::new();
    TEMPLATE.hash(&mut hasher);
    let name = format!("t_template_{:016x}", hasher.finish());
    let mut admin = AsyncPgConnection::establish(server).await.unwrap();
    admin.batch_execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    // Fails where it is there already.
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.ok();
    let dsn = of(server, &name);
    AsyncPgConnection::establish(&dsn).await.unwrap().batch_execute(ROLES).await.unwrap();
    drop(Postgres::connect(Config::new(as_role(&dsn, "somabrain_owner"), key())).await.unwrap());
    // CREATE DATABASE waits only seconds for whoever is still in its template.
    let gone = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    admin.batch_execute(&gone).await.unwrap();
    name
}

fn of(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// The same database for another role, whom the server believes without a password.
fn as_role(dsn: &str, role: &str) -> String {
    let (_, place) = dsn.rsplit_once('@').unwrap();
    format!("postgres://{role}@{place}")
}

/// Of the audit chains.
pub(crate) fn key() -> AuditKey {
    AuditKey::try_new(b"a key for trying out").unwrap()
}
