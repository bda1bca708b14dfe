//! The server as the adapter sees it: a pool of connections behind a guard.

use application::ports::metrics::BreakerState;
use bb8_redis::bb8::{ErrorSink, ManageConnection, Pool, PooledConnection, QueueStrategy, RunError};
use redis::{Cmd, FromRedisValue, Value, from_redis_value};
use somabrain_guard::{Config, Guard, Refused, Repeat};
use tokio::sync::{Mutex, MutexGuard, watch};

use crate::connection::{Connection, Connector};
use crate::error::Error;
use crate::script::Script;

/// The component's name in `/health` and in the metrics.
const COMPONENT: &str = "redis";

/// Redis, asked by whoever finds a connection free.
pub(crate) struct Server {
    pool: Pool<Connector>,
    guard: Guard,
    failed: watch::Receiver<Option<Error>>,
    connector: Connector,
    /// The connection of probes, which wait for no other act.
    own: Mutex<Option<Connection>>,
}

impl Server {
    /// No connection is made yet.
    pub(crate) fn new(connector: Connector, connections: u32, guard: Config) -> Self {
        let (sink, failed) = watch::channel(None);
        let pool = Pool::builder()
            .max_size(connections.max(1))
            .connection_timeout(connector.timeout)
            .retry_connection(false)
            .test_on_check_out(false)
            .queue_strategy(QueueStrategy::Lifo)
            .error_sink(Box::new(Failures(sink)))
            .build_unchecked(connector.clone());
        Self { pool, guard: Guard::new(COMPONENT, guard), failed, connector, own: Mutex::default() }
    }

    /// Runs a script on these keys.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        repeat: Repeat,
        script: &Script,
        keys: &[&[u8]],
        arguments: &[Vec<u8>],
    ) -> Result<T, Refused<Error>> {
        let act = || async {
            let mut connection = self.connection().await?;
            match connection.ask(&script.by_hash(keys, arguments)).await {
                Err(error) if error.is_unknown_script() => connection.ask(&script.by_text(keys, arguments)).await,
                answer => answer,
            }
        };
        self.guard.run(repeat, act).await.and_then(read)
    }

    /// Sends a command that may be repeated.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Refused<Error>> {
        self.guard.run(Repeat::Idempotent, || self.once(command)).await.and_then(read)
    }

    /// Whether Redis answers, asked even while the breaker is open, by a connection of its own, however busy the others are.
    pub(crate) async fn probe(&self) -> Result<(), Refused<Error>> {
        let own = self.own.lock().await;
        self.guard.probe(self.ping(own)).await
    }

    /// By the connection of last time, or by a new one if that is no good any more.
    async fn ping(&self, mut own: MutexGuard<'_, Option<Connection>>) -> Result<(), Error> {
        let ping = redis::cmd("PING");
        // Taken out: where nobody waits for the answer any more, the connection is not kept.
        if let Some(mut connection) = own.take().filter(Connection::is_good)
            && connection.ask(&ping).await.is_ok()
        {
            *own = Some(connection);
            return Ok(());
        }
        let mut connection = self.connector.connect().await?;
        connection.ask(&ping).await?;
        *own = Some(connection);
        Ok(())
    }

    /// How the breaker stands.
    pub(crate) fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// Attempts that were outages.
    pub(crate) fn failures(&self) -> u64 {
        self.guard.failures()
    }

    async fn once(&self, command: &Cmd) -> Result<Value, Error> {
        self.connection().await?.ask(command).await
    }

    /// A good connection. The pool itself would wait out its timeout where connecting fails.
    async fn connection(&self) -> Result<PooledConnection<'_, Connector>, Error> {
        let mut failed = self.failed.clone();
        failed.mark_unchanged();
        loop {
            let connection = tokio::select! {
                biased;
                free = self.pool.get() => free.map_err(unpooled)?,
                Ok(()) = failed.changed() => return Err(failed.borrow().clone().unwrap_or(Error::Busy)),
            };
            if connection.is_good() {
                return Ok(connection);
            }
        }
    }
}

fn read<T: FromRedisValue>(answer: Value) -> Result<T, Refused<Error>> {
    from_redis_value(answer).map_err(|error| Refused::Failed(error.into()))
}

fn unpooled(error: RunError<Error>) -> Error {
    match error {
        RunError::User(error) => error,
        RunError::TimedOut => Error::Busy,
    }
}

/// Tells those who wait for a connection that one could not be made.
#[derive(Debug, Clone)]
struct Failures(watch::Sender<Option<Error>>);

impl ErrorSink<Error> for Failures {
    fn sink(&self, error: Error) {
        self.0.send_replace(Some(error));
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<Error>> {
        Box::new(self.clone())
    }
}
