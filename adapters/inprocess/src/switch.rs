//! A part that can be switched off: then every port of it answers `Unavailable`, as if its server were gone. Or to another
//! part, as an address that another server answers at.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use application::ports::error::{PortError, PortErrorKind};

mod durable;
mod passing;

/// A part with a switch, on at first. It holds what it held when it is switched on again.
#[derive(Debug)]
pub struct Switch<T> {
    parts: Vec<Arc<T>>,
    chosen: AtomicUsize,
    off: AtomicBool,
}

impl<T> Switch<T> {
    /// A part, switched on.
    pub fn new(part: impl Into<Arc<T>>) -> Self {
        Self { parts: vec![part.into()], chosen: AtomicUsize::new(0), off: AtomicBool::new(false) }
    }

    /// The same with another part that it can lead to.
    pub fn or(mut self, part: impl Into<Arc<T>>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// From now on it leads to this part of those that it was made with, from 0.
    pub fn turn_to(&self, part: usize) {
        assert!(part < self.parts.len(), "there are {} parts", self.parts.len());
        self.chosen.store(part, Ordering::SeqCst);
    }

    fn part(&self) -> &T {
        &self.parts[self.chosen.load(Ordering::SeqCst)]
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
        Ok(self.part())
    }
}

/// The part itself, whether switched on or off.
impl<T> Deref for Switch<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.part()
    }
}
