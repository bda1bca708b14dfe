//! The clock of the embedded profile: the machine's, or one that a measurement moves as its own story goes on.

use std::sync::Arc;

use application::ports::system::System;
use domain::time::Timestamp;
use somabrain_inprocess::{ManualClock, SystemClock};
use uuid::Uuid;

/// Which clock counts.
#[derive(Debug, Clone)]
pub(crate) enum Clock {
    /// The machine's.
    Machine,
    /// One that is moved by who holds it.
    ByHand(Arc<ManualClock>),
}

impl System for Clock {
    fn now(&self) -> Timestamp {
        match self {
            Self::Machine => SystemClock.now(),
            Self::ByHand(clock) => clock.now(),
        }
    }

    fn new_id(&self) -> Uuid {
        match self {
            Self::Machine => SystemClock.new_id(),
            Self::ByHand(clock) => clock.new_id(),
        }
    }
}
