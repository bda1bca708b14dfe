//! A part that can be switched off: then every port of it answers `Unavailable`, as if its server were gone.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use application::ports::error::{PortError, PortErrorKind};

mod durable;
mod passing;

/// A part with a switch, on at first. It holds what it held when it is switched on again.
#[derive(Debug)]
pub struct Switch<T> {
    part: Arc<T>,
    off: AtomicBool,
}

impl<T> Switch<T> {
    /// A part, switched on.
    pub fn new(part: impl Into<Arc<T>>) -> Self {
        Self { part: part.into(), off: AtomicBool::new(false) }
    }

    /// From now on nothing reaches the part.
    pub fn off(&self) {
        self.off.store(true, Ordering::SeqCst);
    }

    /// From now on the part answers again.
    pub fn on(&self) {
        self.off.store(false, Ordering::SeqCst);
    }

    /// The part, if it can be reached.
    pub(crate) fn reach(&self, port: &'static str, operation: &'static str) -> Result<&T, PortError> {
        if self.off.load(Ordering::SeqCst) {
            return Err(PortError { port, operation, kind: PortErrorKind::Unavailable, source: None });
        }
        Ok(&self.part)
    }
}

/// The part itself, whether switched on or off.
impl<T> Deref for Switch<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.part
    }
}
