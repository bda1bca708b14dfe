//! Threads for clients that block.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::guard::Outage;

/// A bounded number of blocking calls at once; more wait in the order in which they came.
pub struct Threads {
    permits: Arc<Semaphore>,
}

/// A place for one blocking call.
pub struct ThreadPlace(OwnedSemaphorePermit);

/// The work panicked, or the runtime is being shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the work ended without an answer")]
pub struct Gone;

impl Outage for Gone {
    fn is_outage(&self) -> bool {
        false
    }
}

impl Threads {
    /// At most `most` calls at once, at least one.
    pub fn new(most: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(most.max(1))) }
    }

    /// Does `work` in a thread that may block. The caller may stop waiting; work that has begun keeps its place until
    /// it ends, so that a hanging server never holds more than that number of threads.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Gone> {
        self.place().await?.run(work).await
    }

    /// A place for one call, as soon as one is free: for who tells the wait for it from the call.
    pub async fn place(&self) -> Result<ThreadPlace, Gone> {
        Arc::clone(&self.permits).acquire_owned().await.map(ThreadPlace).map_err(|_| Gone)
    }
}

impl ThreadPlace {
    /// As [`Threads::run`].
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Gone> {
        let working = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(self.0);
            answer
        });
        working.await.map_err(|_| Gone)
    }
}
