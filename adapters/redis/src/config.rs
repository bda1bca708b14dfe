//! What the adapter is told at its start.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use application::ports::admission::Rates;
use somabrain_tls::Roots;
use thiserror::Error;

/// Where Redis is, how much is held in mind, how much a tenant may ask for.
#[derive(Clone)]
pub struct Config {
    /// `redis://[user][:password@]host[:port][/database]`, `rediss://…` by TLS, or `unix:///path`; Redis 6 or later.
    pub url: String,
    /// A file that holds the password, or the whole URL (whatever has `://` in it), which then takes the place of
    /// `url`; white space around it does not count. It is read anew for each connection, so that a password can be
    /// changed while the service runs.
    pub secret_file: Option<PathBuf>,
    /// Whom to trust by TLS.
    pub roots: Roots,
    /// Put before every key; empty but in tests that share a server.
    pub prefix: String,
    /// Most memories a session holds.
    pub size: usize,
    /// How long a memory stays after its last use, at most ten years: longer counts as that.
    pub ttl: Duration,
    /// How much a tenant may ask for at a time.
    pub rates: Rates,
    /// Most connections; acts that find none free wait for one.
    pub connections: u32,
    /// How long to wait for Redis and when to leave it in peace; the timeout is that of connecting too.
    pub guard: somabrain_guard::Config,
}

impl Config {
    /// The Redis of `url`, everything else as by default.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }
}

impl Default for Config {
    /// `redis://127.0.0.1:6379`, 64 memories, one hour, no limit, 16 connections, 500 ms.
    fn default() -> Self {
        Self {
            url: "redis://127.0.0.1:6379".into(),
            secret_file: None,
            roots: Roots::mozilla(),
            prefix: String::new(),
            size: 64,
            ttl: Duration::from_secs(3600),
            rates: Rates::new(),
            connections: 16,
            guard: somabrain_guard::Config { timeout: Duration::from_millis(500), ..Default::default() },
        }
    }
}

impl fmt::Debug for Config {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &"***")
            .field("secret_file", &self.secret_file)
            .field("roots", &self.roots)
            .field("prefix", &self.prefix)
            .field("size", &self.size)
            .field("ttl", &self.ttl)
            .field("rates", &self.rates)
            .field("connections", &self.connections)
            .field("guard", &self.guard)
            .finish()
    }
}

/// Settings that no Redis can be reached by.
#[derive(Debug, Error)]
pub enum InvalidConfig {
    /// The URL, or what the file holds in its place.
    #[error("the URL of redis is not valid, write redis://user:password@host:port/database")]
    Url(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A URL whose server nobody would verify.
    #[error(
        "the URL of redis ends in #insecure, which is not served: set SOMABRAIN_TLS_CA_PATH to the authority of its server"
    )]
    Insecure,
    /// The file with the password.
    #[error("the file {} with the password of redis could not be read", file.display())]
    Secret {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
