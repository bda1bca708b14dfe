//! Connections to the server, and the pool of them.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use bb8::RunError;
use diesel::IntoSql;
use diesel::connection::CacheSize;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::Integer;
use diesel_async::pooled_connection::bb8::PooledConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, PoolableConnection, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::Postgres;
use crate::address::Address;
use crate::config::Config;
use crate::error::Error;

/// One connection, taken out of the pool.
pub(crate) struct Pooled<'a> {
    // Fields are dropped in order: who gets the permit next finds the connection.
    connection: PooledConnection<'a, AsyncPgConnection>,
    _permit: SemaphorePermit<'a>,
}

impl Deref for Pooled<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl DerefMut for Pooled<'_> {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

/// Connections, opened when they are needed and kept for the next.
pub(crate) struct Pool {
    inner: diesel_async::pooled_connection::bb8::Pool<AsyncPgConnection>,
    /// As many as connections: whoever comes first is served first, which the pool itself does not promise.
    permits: Semaphore,
    most: u32,
}

impl Pool {
    /// No connection yet.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
        let mut manager = ManagerConfig::<AsyncPgConnection>::default();
        let (address, cached, timeout) = (config.address()?, config.statement_cache, config.timeout);
        manager.custom_setup = Box::new(move |_| {
            let address = address.clone();
            async move { connect(&address, cached, timeout, timeout).await }.boxed()
        });
        // No question to the server before each act: what has broken is mostly known already.
        manager.recycling_method = RecyclingMethod::CustomFunction(Box::new(|connection: &mut AsyncPgConnection| {
            let broken = PoolableConnection::is_broken(connection);
            let checked = if broken { Err(diesel::result::Error::BrokenTransactionManager) } else { Ok(()) };
            std::future::ready(checked).boxed()
        }));
        let manager = AsyncDieselConnectionManager::new_with_config(config.dsn.clone(), manager);
        let most = config.connections.max(1);
        let builder = diesel_async::pooled_connection::bb8::Pool::builder().max_size(most).min_idle(None);
        // Where the server refuses, the caller is to know at once.
        let builder = builder.connection_timeout(config.timeout).retry_connection(false);
        let permits = Semaphore::new(most as usize);
        Ok(Self { inner: builder.build(manager).await?, permits, most })
    }

    /// A connection, as soon as one is free. Patience is shorter than the timeout of what it is for, so that a lack of
    /// connections can be told from a server that is away.
    pub(crate) async fn get(&self, patience: Duration) -> Result<Pooled<'_>, Error> {
        let permit = tokio::time::timeout(patience, self.permits.acquire()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or(Error::NoConnection)?;
        let connection = self.inner.get().await.map_err(|error| match error {
            RunError::User(error) => Error::from(error),
            RunError::TimedOut => Error::TimedOut(patience),
        })?;
        Ok(Pooled { connection, _permit: permit })
    }

    /// Connections in use, and the most there may be.
    pub(crate) fn usage(&self) -> (u32, u32) {
        let state = self.inner.state();
        (state.connections.saturating_sub(state.idle_connections), self.most)
    }
}

/// The connection that asks whether the server answers.
pub(crate) struct Probe {
    address: Address,
    timeout: Duration,
    kept: Mutex<Option<AsyncPgConnection>>,
}

impl Probe {
    /// No connection yet.
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self { address: config.address()?, timeout: config.timeout, kept: Mutex::default() })
    }

    /// The turn to ask: one does at a time.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Option<AsyncPgConnection>> {
        self.kept.lock().await
    }

    /// Asks by the connection of last time, or by a new one if that has broken.
    pub(crate) async fn ask(&self, mut kept: MutexGuard<'_, Option<AsyncPgConnection>>) -> Result<(), Error> {
        // Taken out: where nobody waits for the answer any more, the connection is not kept.
        if let Some(mut connection) = kept.take()
            && one(&mut connection).await.is_ok()
        {
            *kept = Some(connection);
            return Ok(());
        }
        let mut connection = connect(&self.address, false, self.timeout, self.timeout).await?;
        one(&mut connection).await?;
        *kept = Some(connection);
        Ok(())
    }
}

async fn one(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    diesel::select(1.into_sql::<Integer>()).get_result::<i32>(connection).await?;
    Ok(())
}

impl Postgres {
    /// A connection of the role that owns the tables, which row-level security hides nothing from; its statements may take
    /// so long.
    pub(crate) async fn owner(&self, statement: Duration) -> Result<AsyncPgConnection, Error> {
        let config = &self.config;
        Ok(connect(&config.owners_address()?, false, config.timeout, statement).await?)
    }
}

/// How long the server may work at what is waited for so long: it gives up a little earlier, and its word that it did
/// shows that it is not away.
pub(crate) fn millis(timeout: Duration) -> u128 {
    (timeout.as_millis() * 9 / 10).max(1)
}

/// A connection of its own, opened within `timeout`; the server gives up statements shortly before `statement`, so that
/// none goes on that nobody waits for, and transactions in which nothing happens for so long.
pub(crate) async fn connect(
    address: &Address,
    cached: bool,
    timeout: Duration,
    statement: Duration,
) -> ConnectionResult<AsyncPgConnection> {
    let wrong = |error: tokio_postgres::Error| ConnectionError::BadConnection(words(&error));
    let mut config = address.server.clone();
    config.connect_timeout(timeout).keepalives_idle(Duration::from_secs(30)).tcp_user_timeout(timeout);
    if config.get_application_name().is_none() {
        config.application_name("somabrain");
    }
    let (client, connection) = config.connect(address.tls.clone()).await.map_err(wrong)?;
    let mut connection = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
    if !cached {
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    }
    // Not among the options of the start, which poolers refuse.
    let limits = "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}";
    let set = limits.replace("{}", &millis(statement).to_string());
    connection.batch_execute(&set).await.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
    Ok(connection)
}

/// What went wrong with its causes, which the library's own words leave out.
fn words(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::ConnectionError(error) => Self::Connect(error),
            PoolError::QueryError(error) => Self::Database(error),
        }
    }
}
