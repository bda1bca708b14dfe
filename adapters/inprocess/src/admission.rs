//! The rate limit in the process: one moment per tenant and kind of what is asked for.

use std::collections::HashMap;
use std::sync::Mutex;

use application::ports::admission::{Admission, Asked, Rates, Verdict};
use application::ports::error::PortError;
use domain::memory::Source;
use domain::rate;
use domain::tenant::Tenant;
use domain::time::Timestamp;

/// Below this many buckets none is swept out.
const FEW: usize = 1024;

/// A rate limit of this process alone.
#[derive(Debug)]
pub struct RateLimit {
    rates: Rates,
    arrivals: Mutex<Arrivals>,
}

impl RateLimit {
    /// These rates; none of them, and everything is admitted.
    pub fn new(rates: Rates) -> Self {
        Self { rates, arrivals: Mutex::new(Arrivals { by_bucket: HashMap::new(), sweep_at: FEW }) }
    }
}

impl Admission for RateLimit {
    async fn admit(&self, tenant: &Tenant, asked: Asked, now: Timestamp) -> Result<Verdict, PortError> {
        let Some(rate) = self.rates.of(asked) else { return Ok(Verdict::Unlimited) };
        let bucket = (tenant.clone(), asked.source());
        let mut arrivals = self.arrivals.lock().expect("no holder of this lock panics");
        let limit = rate.burst();
        Ok(match rate.ask(arrivals.by_bucket.get(&bucket).copied(), now, asked.cost()) {
            rate::Verdict::Granted { next, remaining, reset } => {
                arrivals.set(bucket, next, now);
                Verdict::Admitted { limit, remaining, reset_after: reset }
            }
            rate::Verdict::Refused { next, retry_after, .. } => {
                arrivals.set(bucket, next, now);
                Verdict::Refused { limit, retry_after }
            }
        })
    }
}

/// When each bucket will be full again. A full bucket is as good as none: such are swept out, so that at most twice as
/// many are kept as are in use at a time.
#[derive(Debug)]
struct Arrivals {
    by_bucket: HashMap<Bucket, Timestamp>,
    sweep_at: usize,
}

/// A tenant's requests, or its memories of a source.
type Bucket = (Tenant, Option<Source>);

impl Arrivals {
    fn set(&mut self, bucket: Bucket, arrival: Timestamp, now: Timestamp) {
        self.by_bucket.insert(bucket, arrival);
        if self.by_bucket.len() >= self.sweep_at {
            self.by_bucket.retain(|_, arrival| *arrival > now);
            self.sweep_at = FEW.max(2 * self.by_bucket.len());
        }
    }
}
