//! Places for requests at work: more than there are is refused at once, not queued.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Problem, ProblemKind};

pub(super) fn take(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = |_| Problem::new(ProblemKind::Unavailable, "too many requests are at work").retry_after(1);
    places.clone().try_acquire_owned().map_err(busy)
}
