//! A database of its own for each test, copied from one in which the migrations have run.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use domain::audit::AuditKey;
use somabrain_postgres::{Config, Postgres};
use tokio::sync::OnceCell;

const MIGRATIONS: [&str; 4] = [
    include_str!("../../migrations/2026-01-01-000000_first/up.sql"),
    include_str!("../../migrations/2026-01-01-000001_outbox/up.sql"),
    include_str!("../../migrations/2026-01-01-000002_lessons/up.sql"),
    include_str!("../../migrations/2026-01-01-000003_memory_services/up.sql"),
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
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let server = somabrain_servers::postgres().await;
        let template = TEMPLATE.get_or_init(|| template(&server)).await;
        let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = AsyncPgConnection::establish(&server).await.unwrap();
        let create = format!("DROP DATABASE IF EXISTS {name}");
        admin.batch_execute(&create).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
        Self { server, name }
    }

    /// Where it is.
    pub(crate) fn dsn(&self) -> String {
        of(&self.server, &self.name)
    }

    /// An adapter of it, as a replica that has a stream would have it. The suites' encodings have 64 dimensions.
    pub(crate) async fn postgres(&self) -> Postgres {
        Postgres::connect(self.config()).await.unwrap()
    }

    /// How [`Self::postgres`] is connected.
    pub(crate) fn config(&self) -> Config {
        let key = AuditKey::try_new(b"a key for trying out").unwrap();
        // A machine that runs everything at once is slow.
        let timeout = std::time::Duration::from_secs(20);
        Config { events: true, dimensions: 64, connections: 8, timeout, ..Config::new(self.dsn(), key) }
    }

    /// A connection beside the adapter's.
    pub(crate) async fn connection(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.dsn()).await.unwrap()
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
    MIGRATIONS.hash(&mut hasher);
    let name = format!("t_template_{:016x}", hasher.finish());
    let mut admin = AsyncPgConnection::establish(server).await.unwrap();
    admin.batch_execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    // Fails where it is there already.
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.ok();
    let key = AuditKey::try_new(b"a key for trying out").unwrap();
    drop(Postgres::connect(Config::new(of(server, &name), key)).await.unwrap());
    // CREATE DATABASE waits only seconds for whoever is still in its template.
    let gone = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    admin.batch_execute(&gone).await.unwrap();
    name
}

fn of(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
