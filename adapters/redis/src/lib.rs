//! Working memory and the shared rate limit in Redis.
//!
//! Replicas of the service share sessions and limits through it. Every act on a key is one Lua script, so that none
//! ever sees half of another; time is the caller's, and only a key's time to live goes by Redis's clock. Every key has
//! one. Any key may vanish at any time (a flush, `allkeys-lru`): that costs speed, and a tenant's limit begins anew.
//!
//! | key | holds | lives |
//! |---|---|---|
//! | `tenant:{tenant}:wm:{session}` | a hash: `~` an index, each id of a memory its record as JSON | the time to live, from the last use |
//! | `tenant:{tenant}:sessions` | a sorted set: the tenant's keys of sessions, by when they expire; one that is not in it holds nothing | as long as the last of them |
//! | `tenant:{tenant}:recall:{id}` | when it was, in microseconds, and what it answered as JSON: ids and signals | an hour |
//! | `tenant:{tenant}:rate`, `…:rate:{source}` | when the tenant's bucket of requests, or of a source's memories, will be full again, in microseconds | a minute longer than that |
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use application::ports::admission::Rates;
//! use somabrain_redis::{Config, Redis};
//!
//! let config = Config::new("redis://somabrain:secret@redis:6379");
//! let rates = Rates::new().requests(50.0, 100)?;
//! let redis = Redis::connect(Config { rates, ..config }).await?;
//! redis.probe().await?;
//! # Ok(())
//! # }
//! ```

mod admission;
mod config;
mod connection;
mod error;
mod examine;
mod keys;
mod script;
mod server;
mod traces;
mod working;

use std::sync::Arc;
use std::time::Duration;

use application::ports::admission::Rates;
use application::ports::error::PortError;
use application::ports::metrics::BreakerState;

pub use config::{Config, InvalidConfig};
pub use examine::{Examined, Keyspace};

use connection::{Address, Connector};
use error::{Error, failure};
use keys::Keys;
use script::Scripts;
use server::Server;

/// The longest time to live.
const TEN_YEARS: Duration = Duration::from_secs(3653 * 24 * 3600);

/// Redis, or whatever speaks as it does.
pub struct Redis {
    server: Server,
    scripts: Scripts,
    keys: Keys,
    size: usize,
    /// In microseconds.
    ttl: i64,
    rates: Rates,
}

impl Redis {
    /// Checks the settings; a connection is made when the first act needs one, so that the service starts without Redis
    /// too. The error is a setting that cannot be right.
    pub async fn connect(config: Config) -> Result<Self, InvalidConfig> {
        let address = Address { url: config.url, secret_file: config.secret_file, roots: config.roots };
        if let Err(error) = address.read().await {
            return Err(match (error, address.secret_file) {
                (error @ Error::Secret(_), Some(file)) => InvalidConfig::Secret { file, source: error.into() },
                (Error::Insecure, _) => InvalidConfig::Insecure,
                (error, _) => InvalidConfig::Url(error.into()),
            });
        }
        let connector =
            Connector { address: Arc::new(address), timeout: config.guard.timeout.max(Duration::from_millis(1)) };
        Ok(Self {
            server: Server::new(connector, config.connections, config.guard),
            scripts: Scripts::new(),
            keys: Keys::new(config.prefix),
            size: config.size,
            ttl: config.ttl.min(TEN_YEARS).as_micros() as i64,
            rates: config.rates,
        })
    }

    /// Whether Redis answers a PING, for `/health`.
    pub async fn probe(&self) -> Result<(), PortError> {
        self.server.probe().await.map_err(failure("working", "reach redis"))
    }

    /// How the circuit breaker stands.
    pub fn breaker(&self) -> BreakerState {
        self.server.breaker()
    }

    /// Attempts that could not reach Redis or got no answer, since the start: `somabrain_redis_connection_errors`.
    pub fn failures(&self) -> u64 {
        self.server.failures()
    }
}
