//! The rate limit in the process: one moment per tenant.

use std::collections::HashMap;
use std::sync::Mutex;

use application::ports::admission::{Admission, Verdict};
use application::ports::error::PortError;
use domain::rate::{self, InvalidRate, Rate};
use domain::tenant::Tenant;
use domain::time::Timestamp;

/// Below this many tenants nobody is swept out.
const FEW: usize = 1024;

/// How much a tenant may ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Requests a second on average, 0.001 to 1,000,000; `None`: no limit.
    pub rps: Option<f64>,
    /// Requests at once, 1 to 1,000,000.
    pub burst: u32,
}

impl Default for Config {
    /// No limit.
    fn default() -> Self {
        Self { rps: None, burst: 100 }
    }
}

/// A rate limit of this process alone.
#[derive(Debug)]
pub struct RateLimit {
    rate: Option<Rate>,
    arrivals: Mutex<Arrivals>,
}

impl RateLimit {
    /// A rate limit as configured; the error is a rate that cannot be kept.
    pub fn try_new(config: Config) -> Result<Self, InvalidRate> {
        let rate = config.rps.map(|rps| Rate::try_new(rps, config.burst)).transpose()?;
        Ok(Self { rate, arrivals: Mutex::new(Arrivals { by_tenant: HashMap::new(), sweep_at: FEW }) })
    }

    /// Every request is admitted.
    pub fn unlimited() -> Self {
        Self { rate: None, arrivals: Mutex::new(Arrivals { by_tenant: HashMap::new(), sweep_at: FEW }) }
    }
}

impl Admission for RateLimit {
    async fn admit(&self, tenant: &Tenant, now: Timestamp) -> Result<Verdict, PortError> {
        let Some(rate) = self.rate else { return Ok(Verdict::Unlimited) };
        let mut arrivals = self.arrivals.lock().expect("no holder of this lock panics");
        let limit = rate.burst();
        Ok(match rate.ask(arrivals.by_tenant.get(tenant).copied(), now, 1) {
            rate::Verdict::Granted { next, remaining, reset } => {
                arrivals.set(tenant, next, now);
                Verdict::Admitted { limit, remaining, reset_after: reset }
            }
            rate::Verdict::Refused { next, retry_after, .. } => {
                arrivals.set(tenant, next, now);
                Verdict::Refused { limit, retry_after }
            }
        })
    }
}

/// When each tenant's bucket will be full again. A full bucket is as good as none: such tenants are swept out, so that
/// at most twice as many are kept as are active at a time.
#[derive(Debug)]
struct Arrivals {
    by_tenant: HashMap<Tenant, Timestamp>,
    sweep_at: usize,
}

impl Arrivals {
    fn set(&mut self, tenant: &Tenant, arrival: Timestamp, now: Timestamp) {
        self.by_tenant.insert(tenant.clone(), arrival);
        if self.by_tenant.len() >= self.sweep_at {
            self.by_tenant.retain(|_, arrival| *arrival > now);
            self.sweep_at = FEW.max(2 * self.by_tenant.len());
        }
    }
}
