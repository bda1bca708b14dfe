//! Work that requests begin and do not end by going away.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

/// How long work under way is waited for at the end; every server has a shorter timeout.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is under way.
#[derive(Default)]
pub(crate) struct Beside(Mutex<JoinSet<()>>);

impl Beside {
    /// Begins work.
    pub(crate) fn begin(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while all.try_join_next().is_some() {}
        all.spawn(work);
    }

    /// Waits for what is under way, for a while.
    pub(crate) async fn end(&self) {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let ended = async { while all.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            tracing::warn!("work that a request had begun did not end in time");
        }
    }
}
