//! Transactions: one an act, all its locks taken when it begins, tried again where two of them clash.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use domain::tenant::Tenant;
use sha2::{Digest, Sha256};
use somabrain_guard::Repeat;

use crate::Postgres;
use crate::connection::{Pool, Pooled, millis};
use crate::error::{ActError, Error};
use crate::turns::{Turn, Turns};

/// Times that an act is tried when it clashes with others.
const TRIES: usize = 5;
/// Most names locked one by one; an act that touches more has the tenant to itself.
const MOST: usize = 64;

/// What an act keeps others from while it lasts.
#[derive(Debug, Clone)]
pub(crate) enum Locks {
    /// Nothing.
    None,
    /// The named things of the tenant, and nobody may take the tenant whole.
    Named(BTreeSet<i64>),
    /// The tenant.
    Tenant,
}

impl Locks {
    /// Locks on things that each have a kind and a name.
    pub(crate) fn named<'a>(tenant: &Tenant, names: impl IntoIterator<Item = (&'static str, &'a [u8])>) -> Self {
        let names: BTreeSet<i64> = names.into_iter().map(|(kind, name)| number(tenant, kind, name)).collect();
        if names.len() > MOST { Self::Tenant } else { Self::Named(names) }
    }

    /// Whether the tenant is locked whole: the act may take long.
    fn is_whole(&self) -> bool {
        matches!(self, Self::Tenant)
    }

    /// As SQL; sorted, so that nobody waits in a circle.
    fn sql(&self, tenant: &Tenant) -> String {
        let whole = number(tenant, "tenant", b"");
        match self {
            Self::None => String::new(),
            Self::Tenant => format!("SELECT pg_advisory_xact_lock({whole});"),
            Self::Named(names) => {
                let one = |name: &i64| format!("SELECT pg_advisory_xact_lock({name});");
                let all: String = names.iter().map(one).collect();
                format!("SELECT pg_advisory_xact_lock_shared({whole});{all}")
            }
        }
    }
}

/// The number that stands for a thing: two things that share one only wait for each other needlessly.
fn number(tenant: &Tenant, kind: &str, name: &[u8]) -> i64 {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(tenant.as_str());
    let digest = digest.chain_update([0]).chain_update(name).finalize();
    let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    i64::from_le_bytes(*first)
}

/// An open transaction; dropped before its end it is rolled back, and its connection closed.
pub(crate) struct Transaction<'a> {
    // Fields are dropped in order: whose turn is next finds the connection.
    connection: Pooled<'a>,
    _turn: Option<Turn<'a>>,
}

impl<'a> Transaction<'a> {
    /// Begins when it is the act's turn, names the tenant for row-level security, and takes the locks: all in one round
    /// trip. A connection that broke in the pool is replaced.
    pub(crate) async fn begin(
        (pool, turns): (&'a Pool, &'a Turns),
        tenant: &Tenant,
        locks: &Locks,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let began = Instant::now();
        let patience = timeout * 9 / 10;
        let turn = tokio::time::timeout(patience, turns.take(tenant, locks));
        let turn = turn.await.map_err(|_| Error::NoConnection)?;
        let mut stale = pool.usage().1;
        loop {
            let mut connection = pool.get(patience.saturating_sub(began.elapsed())).await?;
            let left = timeout.saturating_sub(began.elapsed());
            let sql = opening(tenant, locks, left);
            match AnsiTransactionManager::begin_transaction_sql(&mut *connection, &sql).await {
                Ok(()) => return Ok(Self { connection, _turn: turn }),
                Err(error) => {
                    // The connection knows nothing of a transaction that the server may have begun.
                    if is_rolled_back(&mut connection).await || stale == 0 {
                        return Err(error.into());
                    }
                    stale -= 1;
                }
            }
        }
    }

    /// For one statement at a time, or several at once: `&mut self.connection()` is a connection to diesel.
    pub(crate) fn connection(&self) -> &AsyncPgConnection {
        &self.connection
    }

    /// Commits what was done, or rolls back what was not.
    pub(crate) async fn end<T, E: From<Error>>(mut self, done: Result<T, E>) -> Result<T, E> {
        match done {
            Ok(answer) => {
                let committed = AnsiTransactionManager::commit_transaction(&mut *self.connection).await;
                committed.map_err(|error| E::from(error.into()))?;
                Ok(answer)
            }
            Err(error) => {
                if let Err(error) = AnsiTransactionManager::rollback_transaction(&mut *self.connection).await {
                    tracing::debug!(%error, "could not roll back; the connection is closed");
                }
                Err(error)
            }
        }
    }
}

/// Whether nothing is left of a transaction whose opening failed, such as one that waited for a lock too long; if not,
/// the connection is gone.
async fn is_rolled_back(connection: &mut AsyncPgConnection) -> bool {
    !PoolableConnection::is_broken(connection) && connection.batch_execute("ROLLBACK").await.is_ok()
}

/// What begins a transaction that may take so long.
pub(crate) fn opening(tenant: &Tenant, locks: &Locks, left: Duration) -> String {
    let (millis, name) = (millis(left), quoted(tenant.as_str()));
    format!(
        "BEGIN; SELECT set_config('app.current_tenant', {name}, true), \
         set_config('statement_timeout', '{millis}', true), \
         set_config('idle_in_transaction_session_timeout', '{millis}', true); {}",
        locks.sql(tenant),
    )
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Postgres {
    /// Does an act behind the guard, within the timeout; again where it clashed with another. What may have been
    /// committed is not tried again.
    pub(crate) async fn act<T, F>(&self, locks: &Locks, act: impl Fn() -> F) -> Result<T, ActError>
    where
        F: Future<Output = Result<T, ActError>>,
    {
        let guard = if locks.is_whole() { &self.bulk } else { &self.guard };
        Ok(guard.run(Repeat::Once, || tried(&act)).await?)
    }

    /// Asks something behind the guard; it may be asked again.
    pub(crate) async fn ask<T, F>(&self, ask: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        Ok(self.guard.run(Repeat::Idempotent, ask).await?)
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self, tenant: &Tenant, locks: &Locks) -> Result<Transaction<'_>, Error> {
        let timeout = if locks.is_whole() { self.config.bulk_timeout } else { self.config.timeout };
        Transaction::begin((&self.pool, &self.turns), tenant, locks, timeout).await
    }

    /// A connection for a question of one statement.
    pub(crate) async fn connection(&self) -> Result<Pooled<'_>, Error> {
        self.pool.get(self.config.timeout * 9 / 10).await
    }
}

async fn tried<T, F: Future<Output = Result<T, ActError>>>(act: &impl Fn() -> F) -> Result<T, ActError> {
    for _ in 1..TRIES {
        match act().await {
            Err(ActError::Failed(error)) if error.is_clash() => tracing::debug!(%error, "an act is tried again"),
            done => return done,
        }
    }
    act().await
}
