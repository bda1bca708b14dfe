//! Decisions that hold for some seconds.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use application::ports::policy::Decision;
use lru::LruCache;
use tokio::time::Instant;

use crate::input::Input;

/// Decisions kept at most, the least asked for leaving first: some megabytes.
const MOST: NonZeroUsize = NonZeroUsize::new(10_000).expect("it is not zero");

/// Decisions by question; nothing at all where they hold for no time.
pub(crate) struct Cache {
    holds: Duration,
    decisions: Mutex<LruCache<String, (Instant, Decision)>>,
}

impl Cache {
    pub(crate) fn new(holds: Duration) -> Self {
        let most = if holds.is_zero() { NonZeroUsize::MIN } else { MOST };
        Self { holds, decisions: Mutex::new(LruCache::new(most)) }
    }

    /// What was decided on the same question not too long ago.
    pub(crate) fn get(&self, input: &Input<'_>) -> Option<Decision> {
        let key = self.key(input)?;
        let mut decisions = self.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, decision) = decisions.get(&key)?;
        (since.elapsed() < self.holds).then(|| decision.clone())
    }

    /// Keeps what was decided.
    pub(crate) fn keep(&self, input: &Input<'_>, decision: &Decision) {
        if let Some(key) = self.key(input) {
            let mut decisions = self.decisions.lock().unwrap_or_else(PoisonError::into_inner);
            decisions.put(key, (Instant::now(), decision.clone()));
        }
    }

    fn key(&self, input: &Input<'_>) -> Option<String> {
        (!self.holds.is_zero()).then(|| input.key().ok()).flatten()
    }
}
