//! The guard: one way to ask a server.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use application::ports::metrics::BreakerState;
use application::trace;
use backon::{ExponentialBuilder, Retryable};
use thiserror::Error;
use tokio::time::Instant;

use crate::breaker::{Breaker, Permit};

/// The delay before the first repetition, at least; jitter at most doubles it, as it does the others.
const FIRST_DELAY: Duration = Duration::from_millis(20);
/// The longest delay before a repetition, without jitter.
const LONGEST_DELAY: Duration = Duration::from_millis(500);

/// Whether a request may reach the server twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It may not: an outage is the answer.
    Once,
    /// Doing it twice does the same as doing it once: it is tried again after an outage.
    Idempotent,
}

/// An error that can tell an outage from an answer.
pub trait Outage {
    /// Whether the server could not be reached or hung, so that it says nothing about the request.
    fn is_outage(&self) -> bool;

    /// How long the server wants to be left in peace before it is asked again, if it says so.
    fn rest(&self) -> Option<Duration> {
        None
    }
}

/// Why a guarded request has no result.
#[derive(Debug, Error)]
pub enum Refused<E> {
    /// The server failed several times on end and was not asked.
    #[error("the breaker is open")]
    Open,
    /// It did not answer within so much time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// It answered an error, or could not be reached.
    #[error(transparent)]
    Failed(E),
}

impl<E: Outage> Outage for Refused<E> {
    fn is_outage(&self) -> bool {
        match self {
            Self::Open | Self::TimedOut(_) => true,
            Self::Failed(error) => error.is_outage(),
        }
    }

    fn rest(&self) -> Option<Duration> {
        match self {
            Self::Open | Self::TimedOut(_) => None,
            Self::Failed(error) => error.rest(),
        }
    }
}

/// How long to wait for a server and when to leave it in peace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Within which every request ends, its repetitions included. Default: 2 s.
    pub timeout: Duration,
    /// How often a request that may be repeated is, at most. Default: 2.
    pub retries: usize,
    /// After so many outages on end the breaker opens. Default: 5.
    pub failures: u32,
    /// How long it stays open at first, at most; each time that the server is still away twice as long, up to eight
    /// times; jitter takes up to half of it off. Default: 1 s.
    pub rest: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(2), retries: 2, failures: 5, rest: Duration::from_secs(1) }
    }
}

/// What stands before one server.
pub struct Guard {
    component: &'static str,
    breaker: Breaker,
    config: Config,
    failures: AtomicU64,
}

impl Guard {
    /// A guard before the server that `/health` and the metrics call `component`.
    pub fn new(component: &'static str, config: Config) -> Self {
        let breaker = Breaker::new(component, config.failures, config.rest);
        Self { component, breaker, config, failures: AtomicU64::new(0) }
    }

    /// Does `act`: refused at once while the breaker is open, ended at the timeout, repeated after an outage as long as
    /// there is time if it may be, not before the server wants to be asked again.
    ///
    /// Only the future that `act` makes ends at the timeout: what it handed to a thread needs a timeout of its own.
    pub async fn run<T, E: Outage, F: Future<Output = Result<T, E>>>(
        &self,
        repeat: Repeat,
        mut act: impl FnMut() -> F,
    ) -> Result<T, Refused<E>> {
        let deadline = Instant::now() + self.config.timeout;
        let attempt = || {
            let admitted = self.breaker.admit().map(|permit| (permit, act()));
            async move {
                let (permit, act) = admitted.ok_or(Refused::Open)?;
                self.attempt(permit, deadline, act).await
            }
        };
        let retries = match repeat {
            Repeat::Once => 0,
            Repeat::Idempotent => self.config.retries,
        };
        let delays = ExponentialBuilder::new()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(retries)
            .with_jitter();
        attempt
            .retry(delays)
            .when(|refused| refused.is_outage() && self.breaker.state() == BreakerState::Closed)
            .adjust(|refused, delay| {
                let delay = delay?.max(refused.rest().unwrap_or_default());
                (Instant::now().checked_add(delay)? < deadline).then_some(delay)
            })
            .await
    }

    /// Does `act` once whether the breaker is open or not, for `/health`; an answer closes the breaker.
    pub async fn probe<T, E: Outage>(&self, act: impl Future<Output = Result<T, E>>) -> Result<T, Refused<E>> {
        let deadline = Instant::now() + self.config.timeout;
        match self.breaker.admit() {
            Some(permit) => self.attempt(permit, deadline, act).await,
            None => {
                let ended = self.ended(deadline, act).await;
                if !ended.as_ref().is_err_and(Outage::is_outage) {
                    self.breaker.answered();
                }
                ended
            }
        }
    }

    /// How the breaker stands.
    pub fn state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// How many attempts were outages since the start.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    async fn attempt<T, E: Outage>(
        &self,
        permit: Permit<'_>,
        deadline: Instant,
        act: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Refused<E>> {
        // In a box: futures of adapters are deep enough for the compiler.
        let asking = Box::pin(self.ended(deadline, act));
        let ended = trace::client(self.component, asking).await;
        match ended.as_ref().is_err_and(Outage::is_outage) {
            true => permit.outage(),
            false => permit.answered(),
        }
        ended
    }

    async fn ended<T, E: Outage>(
        &self,
        deadline: Instant,
        act: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Refused<E>> {
        let ended = match tokio::time::timeout_at(deadline, act).await {
            Ok(result) => result.map_err(Refused::Failed),
            Err(_) => Err(Refused::TimedOut(self.config.timeout)),
        };
        if ended.as_ref().is_err_and(Outage::is_outage) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }
}
