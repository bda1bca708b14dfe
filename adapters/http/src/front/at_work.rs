//! Places for requests at work: more than there are is refused at once, not queued. One tenant has three quarters of them at
//! most: who holds many, by answers that it takes slowly, keeps the others from nothing.

use std::sync::Arc;

use domain::tenant::Tenant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Problem, ProblemKind};
use crate::shares::{Share, Shares};

/// The places.
pub(super) struct AtWork {
    places: Arc<Semaphore>,
    shares: Shares,
}

/// A place among the requests at work, and in the tenant's share of them.
pub(super) type Place = (Share, OwnedSemaphorePermit);

impl AtWork {
    pub(super) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), shares: Shares::new((places * 3 / 4).max(1)) }
    }

    /// A place for a request of a tenant.
    ///
    /// # Errors
    /// 429 where the tenant has as many as it may, 503 where there are no more.
    pub(super) fn take(&self, tenant: &Tenant) -> Result<Place, Problem> {
        let place = take(&self.places)?;
        let detail = format_args!("{} requests of the tenant are at work, which is the most", self.shares.most());
        let full = || Problem::new(ProblemKind::TooManyRequests, detail).retry_after(1);
        Ok((self.shares.take(tenant).ok_or_else(full)?, place))
    }
}

/// A place of those that are nobody's share.
pub(super) fn take(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = |_| Problem::new(ProblemKind::Unavailable, "too many requests are at work").retry_after(1);
    places.clone().try_acquire_owned().map_err(busy)
}
