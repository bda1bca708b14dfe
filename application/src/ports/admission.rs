//! Admission: how much a tenant may ask for at a time.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use domain::memory::Source;
use domain::rate::{InvalidRate, Rate};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use super::error::PortError;

/// Most memories that are asked for at once.
pub const LARGEST_BATCH: u32 = 1000;

/// The rate limits per tenant. Suite: `contract::admission`.
///
/// Obligations: a burst as configured is admitted at once, then the rate as configured; what is asked for beyond the burst is
/// admitted when the whole burst is free, and paid in full; one tenant's requests never
/// cost another's, nor one source's memories another's or a request; after `retry_after` the same is admitted.
pub trait Admission: Send + Sync {
    /// Asks for a request of a tenant, or for memories of a source, at `now`.
    fn admit(
        &self,
        tenant: &Tenant,
        asked: Asked,
        now: Timestamp,
    ) -> impl Future<Output = Result<Verdict, PortError>> + Send;
}

/// What a tenant asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// One request, whatever it is.
    Request,
    /// To store so many memories that come in by one path.
    Memories {
        /// By which.
        source: Source,
        /// How many.
        count: u32,
    },
}

impl Asked {
    /// Whose bucket it is taken from: that of requests, or that of a source's memories.
    pub fn source(self) -> Option<Source> {
        match self {
            Self::Request => None,
            Self::Memories { source, .. } => Some(source),
        }
    }

    /// How much it takes.
    pub fn cost(self) -> u32 {
        match self {
            Self::Request => 1,
            Self::Memories { count, .. } => count,
        }
    }
}

/// The rates of one tenant, the same for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<Option<Source>, Rate>);

impl Rates {
    /// No limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests: so many a second on average, so many at once.
    pub fn requests(mut self, rps: f64, burst: u32) -> Result<Self, InvalidRate> {
        self.0.insert(None, Rate::try_new(rps, burst)?);
        Ok(self)
    }

    /// Memories of a source: so many a second on average, those of ten seconds at once, and batches of up to
    /// [`LARGEST_BATCH`].
    pub fn memories(mut self, source: Source, per_second: f64) -> Result<Self, InvalidRate> {
        let burst = (per_second * 10.0).clamp(1.0, 1e6) as u32;
        self.0.insert(Some(source), Rate::try_new(per_second, burst)?.with_largest(LARGEST_BATCH));
        Ok(self)
    }

    /// The rate that counts for what is asked; `None`: no limit.
    pub fn of(&self, asked: Asked) -> Option<Rate> {
        self.0.get(&asked.source()).copied()
    }
}

/// Whether a request may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No limit is configured.
    Unlimited,
    /// It may.
    Admitted {
        /// Requests a tenant may make at once.
        limit: u32,
        /// How many of them are left now.
        remaining: u32,
        /// In how long all of them are there again.
        reset_after: Duration,
    },
    /// It may not, yet.
    Refused {
        /// Requests a tenant may make at once.
        limit: u32,
        /// In how long a request will be admitted.
        retry_after: Duration,
    },
}
