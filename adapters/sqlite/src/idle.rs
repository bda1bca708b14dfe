//! When the log is moved into the database: soon after the last write, and at least once a minute.

use std::time::{Duration, Instant};

/// How long the writer may leave the log as it is.
#[derive(Debug)]
pub(crate) struct Idle {
    quiet: Duration,
    longest: Duration,
    /// When something was written first since the log was moved.
    since: Option<Instant>,
}

impl Idle {
    /// Nothing is written yet.
    pub(crate) fn new(quiet: Duration, longest: Duration) -> Self {
        Self { quiet, longest, since: None }
    }

    /// Something was written.
    pub(crate) fn wrote(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// How long to wait for a command before resting.
    pub(crate) fn wait(&self) -> Duration {
        match self.since {
            Some(since) => self.quiet.min(self.longest.saturating_sub(since.elapsed())),
            None => Duration::from_secs(3600),
        }
    }

    /// Whether the log must be moved even though commands keep coming.
    pub(crate) fn due(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= self.longest)
    }

    /// Whether anything waits in the log.
    pub(crate) fn pending(&self) -> bool {
        self.since.is_some()
    }

    /// The log was moved; or a reader was in the way, and it is to be tried again a quiet while later.
    pub(crate) fn rested(&mut self, busy: bool) {
        self.since = busy.then(Instant::now);
    }
}
