//! Admission: how much a tenant may ask for at a time.

use std::future::Future;
use std::time::Duration;

use domain::tenant::Tenant;
use domain::time::Timestamp;

use super::error::PortError;

/// The rate limit per tenant. Suite: `contract::admission`.
///
/// Obligations: a burst as configured is admitted at once, then the rate as configured; one tenant's requests never
/// cost another's; after `retry_after` a request is admitted.
pub trait Admission: Send + Sync {
    /// Asks for one request of a tenant at `now`.
    fn admit(&self, tenant: &Tenant, now: Timestamp) -> impl Future<Output = Result<Verdict, PortError>> + Send;
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
