//! What has to be known to use a database.

use std::fmt;
use std::time::Duration;

use domain::audit::AuditKey;
use somabrain_tls::Roots;

use crate::address::Address;
use crate::error::Error;

/// Which database, and how it is used.
#[derive(Clone)]
pub struct Config {
    /// Where it is, as a URL or as `key=value` pairs; a secret, because of the password. `sslmode` and `sslrootcert` mean
    /// what they mean to libpq.
    pub dsn: String,
    /// The same for the role that owns the tables, for what no other may: change the schema, delete rows of the audit log
    /// once they are archived, dump and restore. `None`: the role of `dsn` owns them.
    pub migration_dsn: Option<String>,
    /// Whom to trust where a DSN has no `sslrootcert`.
    pub roots: Roots,
    /// Most connections of this process, beside the one that probes. At most half of them work for one tenant, and a
    /// quarter at acts that have their tenants to themselves.
    pub connections: u32,
    /// How long an act may take in all, waiting for a connection included.
    pub timeout: Duration,
    /// The same for an erasure, and for an act of so many memories that it has the tenant to itself.
    pub bulk_timeout: Duration,
    /// How long the schema may take to be brought up to date, waiting for another replica that does it included.
    pub migration_timeout: Duration,
    /// Whether prepared statements are kept with their connection. Not behind a pooler in transaction mode that does not
    /// know them.
    pub statement_cache: bool,
    /// The key of the audit chains.
    pub audit_key: AuditKey,
    /// Whether there is an event stream: without one nothing is written for it.
    pub events: bool,
    /// Dimensions of a new density matrix.
    pub dimensions: usize,
}

impl Config {
    /// A database with what is usual: 16 connections, 2 seconds an act, 25 for a large one, a minute for the schema,
    /// statements kept, no stream, 256 dimensions.
    pub fn new(dsn: impl Into<String>, audit_key: AuditKey) -> Self {
        Self {
            dsn: dsn.into(),
            migration_dsn: None,
            roots: Roots::mozilla(),
            connections: 16,
            timeout: Duration::from_secs(2),
            bulk_timeout: Duration::from_secs(25),
            migration_timeout: Duration::from_secs(60),
            statement_cache: true,
            audit_key,
            events: false,
            dimensions: 256,
        }
    }

    /// Where the serving role connects to.
    pub(crate) fn address(&self) -> Result<Address, Error> {
        Ok(Address::read(&self.dsn, &self.roots)?)
    }

    /// Where the owner of the tables connects to.
    pub(crate) fn owners_address(&self) -> Result<Address, Error> {
        Ok(Address::read(self.migration_dsn.as_ref().unwrap_or(&self.dsn), &self.roots)?)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("dsn", &"***")
            .field("migration_dsn", &self.migration_dsn.as_ref().map(|_| "***"))
            .field("roots", &self.roots)
            .field("connections", &self.connections)
            .field("timeout", &self.timeout)
            .field("bulk_timeout", &self.bulk_timeout)
            .field("migration_timeout", &self.migration_timeout)
            .field("statement_cache", &self.statement_cache)
            .field("audit_key", &self.audit_key)
            .field("events", &self.events)
            .field("dimensions", &self.dimensions)
            .finish()
    }
}
