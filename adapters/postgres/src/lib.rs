//! Ledger, outbox and density matrices in Postgres.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use application::ports::ledger::Ledger;
//! use domain::audit::AuditKey;
//! use domain::tenant::Tenant;
//! use somabrain_postgres::{Config, Postgres};
//!
//! let key = AuditKey::try_new(b"sixteen bytes or more")?;
//! let postgres = Postgres::connect(Config::new("postgres://somabrain@localhost/somabrain", key)).await?;
//! let namespaces = postgres.namespaces(&Tenant::try_new("acme")?).await?;
//! println!("{namespaces:?}, {:?}", postgres.connections());
//! # Ok(())
//! # }
//! ```

mod acts;
mod address;
mod archive;
mod audit;
mod backup;
mod beginnings;
mod chain;
mod config;
mod connection;
mod density;
mod dsn;
mod error;
mod examine;
mod ledger;
mod lookups;
mod migrations;
mod outbox;
mod outgoing;
mod reads;
mod removals;
mod requeue;
mod roles;
mod row;
mod schema;
mod sealing;
mod services;
mod stale;
mod switches;
mod transaction;
mod turns;
mod upkeep;
mod values;
mod verify;
mod versions;
mod view;
mod writes;
mod wrong;

use std::sync::Mutex;

use application::ports::density::Breach;
use application::ports::error::PortError;
use application::ports::metrics::BreakerState;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_guard::Guard;

pub use address::protection;
pub use backup::{Dumped, Restoration, Restored, Table, TransferError};
pub use config::Config;
pub use dsn::{InvalidDsn, Protection};
pub use examine::{Examined, Newest, examine};
pub use migrations::Schema;
pub use verify::{AuditError, AuditReport};

use connection::{Pool, Probe};
use density::cache::Matrices;
use error::Error;
use switches::Switches;
use turns::Turns;

/// One database that all replicas of a deployment share: ledger, outbox and density matrices.
pub struct Postgres {
    pub(crate) pool: Pool,
    pub(crate) turns: Turns,
    own: Probe,
    pub(crate) guard: Guard,
    /// For acts of many memories, which take longer.
    pub(crate) bulk: Guard,
    pub(crate) config: Config,
    /// Density matrices as they were seen last.
    pub(crate) matrices: Matrices,
    /// Breaches of their laws that nobody was told of yet.
    pub(crate) breaches: Mutex<Vec<Breach>>,
    /// Whether the deployment is in maintenance, as it was seen last.
    pub(crate) switches: Switches,
}

impl Postgres {
    /// Reaches the server, brings the schema up to date where it is not, and opens no more connections than are used.
    ///
    /// Several replicas may do so at once. `Unavailable` where the server does not answer within [`Config::timeout`].
    pub async fn connect(config: Config) -> Result<Self, PortError> {
        let brought = migrations::bring_up_to_date(&config).await;
        brought.map_err(|error| error.at("ledger", "bring the schema up to date"))?;
        Self::open(config).await
    }

    /// The same with the tables left as they are: for a backup before the schema changes.
    pub async fn open(config: Config) -> Result<Self, PortError> {
        let pool = Pool::open(&config).await.map_err(|error| error.at("ledger", "open connections"))?;
        let guard = |timeout| Guard::new("postgres", somabrain_guard::Config { timeout, ..Default::default() });
        let matrices = Matrices::new(config.dimensions);
        let own = Probe::new(&config).map_err(|error| error.at("ledger", "open connections"))?;
        let turns = Turns::new(config.connections);
        let (guard, bulk) = (guard(config.timeout), guard(config.bulk_timeout));
        Ok(Self {
            pool,
            turns,
            own,
            guard,
            bulk,
            config,
            matrices,
            breaches: Mutex::default(),
            switches: Switches::default(),
        })
    }

    /// Whether the server answers, for `/health`; by a connection of its own, however busy the others are.
    pub async fn probe(&self) -> Result<(), PortError> {
        let turn = self.own.turn().await;
        let asked = self.guard.probe(self.own.ask(turn));
        asked.await.map_err(|refused| Error::from(refused).at("ledger", "reach the database"))
    }

    /// Connections in use and the most there may be.
    pub fn connections(&self) -> (u32, u32) {
        self.pool.usage()
    }

    /// Whether calls are let through to the server.
    pub fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// Calls that did not reach the server, since the start.
    pub fn failures(&self) -> u64 {
        self.guard.failures() + self.bulk.failures()
    }

    /// The tenants that have a memory past its time to live: whom an erasure of what has expired is for.
    pub async fn tenants_with_expired(&self, by: Timestamp) -> Result<Vec<Tenant>, PortError> {
        let asked = self.ask(|| async move { upkeep::tenants_with_expired(&*self.across().await?, by).await });
        asked.await.map_err(|error| error.at("ledger", "look for what has expired"))
    }

    /// How many memories there are, all tenants; of many about as many, as the server's statistics know.
    pub async fn count_memories(&self) -> Result<u64, PortError> {
        let asked = self.ask(|| async move { upkeep::count_memories(&*self.across().await?).await });
        asked.await.map_err(|error| error.at("ledger", "count memories"))
    }

    /// Deletes the keys of requests that are not kept any longer at `by`; answers how many.
    pub async fn forget_keys(&self, by: Timestamp) -> Result<u64, PortError> {
        let asked = self.ask(|| async move {
            let view = self.across().await?;
            let forgotten = upkeep::forget_keys(&view, by).await;
            view.end(forgotten).await
        });
        asked.await.map_err(|error| error.at("ledger", "forget expired keys"))
    }
}
