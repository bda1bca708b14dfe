//! The rate law: the generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A; ATM Forum Traffic
//! Management 4.0), a leaky bucket whose whole state is one moment.
//!
//! The state is the *theoretical arrival time*: when the bucket will be full again. Whoever keeps it (a map in the
//! process, a key in Redis) hands it in and stores what comes out, in one atomic act.

use std::time::Duration;

use thiserror::Error;

use crate::time::{MICROS, Timestamp};

/// How many requests a second, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    interval: i64,
    burst: u32,
    /// What the largest request counts as.
    largest: u32,
}

/// A rate that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidRate {
    /// Requests a second out of range.
    #[error("is {0} requests a second, must lie in 0.001 to 1,000,000")]
    PerSecond(f64),
    /// A burst out of range.
    #[error("is a burst of {0}, must lie in 1 to 1,000,000")]
    Burst(u32),
}

/// What the law says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass.
    Granted {
        /// The state to store.
        next: Timestamp,
        /// Requests that could follow at once.
        remaining: u32,
        /// Until the whole burst is free again.
        reset: Duration,
    },
    /// It may not.
    Refused {
        /// The state to store: what it was, unless that lay further ahead than it can come to lie, as after a clock was set back
        /// or the rate was raised.
        next: Timestamp,
        /// When the same request would pass, if nothing else passes before.
        retry_after: Duration,
        /// Until the whole burst is free again.
        reset: Duration,
    },
}

impl Rate {
    /// `rps` requests a second on average (0.001 to a million; the interval is rounded to microseconds), `burst` at
    /// once (1 to a million).
    pub fn try_new(rps: f64, burst: u32) -> Result<Self, InvalidRate> {
        if !(0.001..=1e6).contains(&rps) {
            return Err(InvalidRate::PerSecond(rps));
        }
        if !(1..=1_000_000).contains(&burst) {
            return Err(InvalidRate::Burst(burst));
        }
        Ok(Self { interval: (MICROS as f64 / rps).round() as i64, burst, largest: burst })
    }

    /// The same where a request may count as so many, beyond the burst too (at most a million).
    pub fn with_largest(self, largest: u32) -> Self {
        Self { largest: largest.clamp(self.burst, 1_000_000), ..self }
    }

    /// Time between two requests at the average rate, in microseconds.
    pub fn interval_micros(&self) -> i64 {
        self.interval
    }

    /// Most requests at once.
    pub fn burst(&self) -> u32 {
        self.burst
    }

    /// How far ahead the state may lie for a request of this cost to pass, in microseconds: the whole bucket must be free for
    /// one of the burst or beyond, which would else wait forever.
    pub fn slack_micros(&self, cost: u32) -> i64 {
        self.interval * i64::from(self.burst - cost.min(self.burst))
    }

    /// How far a request of this cost moves the state on, in microseconds: one beyond the burst pays all of it too, in debt. A
    /// cost above the largest counts as the largest.
    pub fn price_micros(&self, cost: u32) -> i64 {
        self.interval * i64::from(cost.min(self.largest))
    }

    /// How far ahead the state can come to lie, in microseconds. One that lies further ahead, of a clock that was set back or
    /// of a lower rate, counts as that.
    pub fn furthest_micros(&self) -> i64 {
        self.interval * i64::from(self.largest)
    }

    /// Whether a request that counts as `cost` requests may pass at `now`, `arrival` being the stored state (`None`: no
    /// request yet).
    pub fn ask(&self, arrival: Option<Timestamp>, now: Timestamp, cost: u32) -> Verdict {
        let ahead = arrival.map_or(0, |arrival| (arrival.micros() - now.micros()).clamp(0, self.furthest_micros()));
        let (slack, from_now) =
            (self.slack_micros(cost), |ahead| Timestamp::from_micros(now.micros() + ahead).unwrap_or(Timestamp::MAX));
        if ahead > slack {
            let next = from_now(ahead);
            return Verdict::Refused { next, retry_after: micros(ahead - slack), reset: micros(ahead) };
        }
        let ahead = ahead + self.price_micros(cost);
        let left = (self.interval * i64::from(self.burst) - ahead).max(0) / self.interval;
        Verdict::Granted {
            next: from_now(ahead),
            remaining: u32::try_from(left).unwrap_or(u32::MAX),
            reset: micros(ahead),
        }
    }
}

fn micros(count: i64) -> Duration {
    Duration::from_micros(count.max(0).unsigned_abs())
}
