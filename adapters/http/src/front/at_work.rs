//! Places for requests at work: more than there are is refused at once, not queued.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::problem::{Problem, ProblemKind};

pub(super) fn take(places: &Semaphore) -> Result<SemaphorePermit<'_>, Problem> {
    let busy = |_| Problem::new(ProblemKind::Unavailable, "too many requests are at work").retry_after(1);
    places.try_acquire().map_err(busy)
}
