//! The servers of the networked profile.

use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use somabrain_tls::Roots;

use super::{Secret, Values};

/// Where the servers are, and how to come in.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    /// Postgres, for serving.
    pub postgres: Secret,
    /// Postgres, for migrations; `None`: as for serving.
    pub postgres_migration: Option<Secret>,
    /// Most connections to it.
    pub postgres_pool: u32,
    /// Whom to trust by TLS.
    pub roots: Roots,
    /// Redis.
    pub redis: Secret,
    /// OPA.
    pub opa: String,
    /// What OPA asks for, if it asks for anything.
    pub opa_token: Option<Secret>,
    /// How long a decision may be used again.
    pub policy_cache: Duration,
    /// The memory service.
    pub memory: String,
    /// One that stands by.
    pub memory_backup: Option<String>,
    /// What both ask for.
    pub memory_token: Secret,
}

/// Longest that a decision may be used again, in seconds: so long a role that was taken away may still count.
const MOST_CACHED: u64 = 60;

fn policy_cache(values: &Values<'_>) -> Result<Duration> {
    let what = "a whole number of seconds, at most 60";
    let seconds: u64 = values.parsed("policy_cache_seconds", "0", what)?;
    ensure!(seconds <= MOST_CACHED, "SOMABRAIN_POLICY_CACHE_SECONDS is {seconds}: it must be {what}");
    Ok(Duration::from_secs(seconds))
}

impl Servers {
    /// Reads what must be there; the error names what is not.
    pub(super) fn read(values: &Values<'_>, roots: &Roots) -> Result<Self> {
        let needed = |key: &str, variable: &str| {
            let given = values.text(key).map(str::to_owned);
            given.with_context(|| {
                format!("the networked profile needs {variable}: set it, or SOMABRAIN_PROFILE=embedded")
            })
        };
        Ok(Self {
            postgres: Secret(needed("postgres_dsn", "SOMABRAIN_POSTGRES_DSN")?),
            postgres_migration: values.text("postgres_migration_dsn").map(|dsn| Secret(dsn.to_owned())),
            postgres_pool: values
                .parsed::<NonZeroU32>("postgres_pool", "16", "a whole number of connections, 1 or more")?
                .get(),
            roots: roots.clone(),
            redis: Secret(needed("redis_url", "SOMABRAIN_REDIS_URL")?),
            opa: needed("opa_url", "SOMABRAIN_OPA_URL")?,
            opa_token: values.text("opa_token").map(|token| Secret(token.to_owned())),
            policy_cache: policy_cache(values)?,
            memory: needed("memory_http_endpoint", "SOMABRAIN_MEMORY_HTTP_ENDPOINT")?,
            memory_backup: values.text("memory_backup_endpoint").map(str::to_owned),
            memory_token: Secret(needed("memory_http_token", "SOMABRAIN_MEMORY_HTTP_TOKEN")?),
        })
    }

    /// Whether the DSNs can be understood, with the files that they name.
    pub(super) fn validate(&self) -> Result<()> {
        let valid = |dsn: &Secret| somabrain_postgres::protection(dsn.reveal(), &self.roots).map(drop);
        valid(&self.postgres).context("SOMABRAIN_POSTGRES_DSN cannot be used")?;
        let migration = self.postgres_migration.iter().try_for_each(valid);
        migration.context("SOMABRAIN_POSTGRES_MIGRATION_DSN cannot be used")
    }
}
