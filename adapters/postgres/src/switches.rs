//! Switches of the deployment as this replica saw them last.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use application::ports::ledger::Maintenance;

/// How old an answer may be, less the time that asking takes.
const FRESH: Duration = Duration::from_millis(500);

/// Maintenance, and when the database was asked.
#[derive(Default)]
pub(crate) struct Switches(Mutex<Option<(Instant, Option<Maintenance>)>>);

impl Switches {
    /// What the database said lately; `None`: it has to be asked.
    pub(crate) fn fresh(&self) -> Option<Option<Maintenance>> {
        let seen = self.lock();
        seen.as_ref().filter(|(asked, _)| asked.elapsed() < FRESH).map(|(_, maintenance)| maintenance.clone())
    }

    /// What the database said when it was asked then.
    pub(crate) fn put(&self, asked: Instant, maintenance: &Option<Maintenance>) {
        let mut seen = self.lock();
        if seen.as_ref().is_none_or(|(earlier, _)| *earlier <= asked) {
            *seen = Some((asked, maintenance.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, Option<Maintenance>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
