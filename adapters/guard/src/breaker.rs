//! The circuit breaker: whether a server may be asked now.
//!
//! Of its own because `failsafe` lets every request through while half open, tells its state by callbacks only, and
//! reads the system's clock, which tests cannot move.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use application::ports::metrics::BreakerState;
use tokio::time::Instant;

/// The longest rest, in first rests.
const LONGEST: u32 = 8;

/// Closed until so many outages on end, then open for a rest, then half open for one request.
pub(crate) struct Breaker {
    component: &'static str,
    failures: u32,
    rest: Duration,
    inner: Mutex<Inner>,
}

enum Inner {
    Closed { outages: u32 },
    Open { until: Instant, rest: Duration },
    HalfOpen { rest: Duration },
}

/// The permission to ask once; it is given back with what came of it, or dropped if nobody waited for that.
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    tries: bool,
}

impl Breaker {
    /// One that opens after `failures` outages on end, at first for at most `rest`, at last for eight times that.
    pub(crate) fn new(component: &'static str, failures: u32, rest: Duration) -> Self {
        Self { component, failures: failures.max(1), rest, inner: Mutex::new(Inner::Closed { outages: 0 }) }
    }

    /// Permission to ask, if there is one now.
    pub(crate) fn admit(&self) -> Option<Permit<'_>> {
        let mut inner = self.lock();
        match *inner {
            Inner::Closed { .. } => Some(Permit { breaker: self, tries: false }),
            Inner::Open { until, rest } if until <= Instant::now() => {
                *inner = Inner::HalfOpen { rest };
                Some(Permit { breaker: self, tries: true })
            }
            Inner::Open { .. } | Inner::HalfOpen { .. } => None,
        }
    }

    /// How it stands.
    pub(crate) fn state(&self) -> BreakerState {
        match *self.lock() {
            Inner::Closed { .. } => BreakerState::Closed,
            Inner::Open { .. } => BreakerState::Open,
            Inner::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// The server answered.
    pub(crate) fn answered(&self) {
        let before = std::mem::replace(&mut *self.lock(), Inner::Closed { outages: 0 });
        if !matches!(before, Inner::Closed { .. }) {
            tracing::info!(component = self.component, "breaker closed");
        }
    }

    fn open(&self, inner: &mut Inner, rest: Duration) {
        // Jitter: replicas that lost a server together do not come back to it together.
        let until = Instant::now() + rest.mul_f64(rand::random_range(0.5..=1.0));
        *inner = Inner::Open { until, rest };
        tracing::warn!(component = self.component, rest_ms = rest.as_millis(), "breaker open");
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The server answered, be it with an error.
    pub(crate) fn answered(mut self) {
        // An answer that comes after the breaker opened leaves it to the request that tries.
        let closed = matches!(*self.breaker.lock(), Inner::Closed { .. });
        if closed || std::mem::take(&mut self.tries) {
            self.breaker.answered();
        }
    }

    /// The server could not be reached or hung.
    pub(crate) fn outage(mut self) {
        let breaker = self.breaker;
        let mut inner = breaker.lock();
        match &mut *inner {
            Inner::Closed { outages } => {
                *outages += 1;
                if *outages >= breaker.failures {
                    breaker.open(&mut inner, breaker.rest);
                }
            }
            Inner::HalfOpen { rest } if std::mem::take(&mut self.tries) => {
                let rest = (*rest * 2).min(breaker.rest * LONGEST);
                breaker.open(&mut inner, rest);
            }
            Inner::Open { .. } | Inner::HalfOpen { .. } => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.tries {
            return;
        }
        // The request that tried was given up: the next one tries.
        let mut inner = self.breaker.lock();
        if let Inner::HalfOpen { rest } = *inner {
            *inner = Inner::Open { until: Instant::now(), rest };
        }
    }
}
