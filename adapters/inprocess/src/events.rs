//! The event stream within the process: the last events, for whoever asks.

use std::collections::VecDeque;
use std::sync::Mutex;

use application::ports::error::PortError;
use application::ports::events::{Event, Events};

/// Keeps the last events in their order. With room for none it is a stream that nobody reads.
#[derive(Debug)]
pub struct EventLog {
    room: usize,
    events: Mutex<VecDeque<Event>>,
}

impl EventLog {
    /// An empty log with room for so many events; older ones make room for newer ones.
    pub fn new(room: usize) -> Self {
        Self { room, events: Mutex::default() }
    }

    /// The events kept, the oldest first.
    pub fn published(&self) -> Vec<Event> {
        self.events.lock().expect("no holder of this lock panics").iter().cloned().collect()
    }
}

impl Events for EventLog {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        let kept = &events[events.len().saturating_sub(self.room)..];
        let mut log = self.events.lock().expect("no holder of this lock panics");
        log.extend(kept.iter().cloned());
        let surplus = log.len().saturating_sub(self.room);
        log.drain(..surplus);
        Ok(())
    }
}
