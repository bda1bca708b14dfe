//! The clock and the maker of ids: the real one, and one that is set by hand.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use application::ports::system::System;
use domain::time::Timestamp;
use uuid::Uuid;

/// The clock of the machine; ids from its time and its source of chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl System for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port where time comes in")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        after(Timestamp::from_micros(0).expect("1970 lies between the years 1 and 9999"), since)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port where chance comes in")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A clock that stands still until it is moved; its ids are counted, so that the same acts make the same ids.
#[derive(Debug)]
pub struct ManualClock(Mutex<Reading>);

#[derive(Debug)]
struct Reading {
    now: Timestamp,
    ids: u64,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(Reading { now, ids: 0 }))
    }

    /// Sets the time, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.0.lock().expect("no holder of this lock panics").now = now;
    }

    /// Lets time pass, to the microsecond.
    pub fn advance(&self, by: Duration) {
        let mut reading = self.0.lock().expect("no holder of this lock panics");
        reading.now = after(reading.now, by);
    }
}

impl System for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().expect("no holder of this lock panics").now
    }

    fn new_id(&self) -> Uuid {
        let mut reading = self.0.lock().expect("no holder of this lock panics");
        reading.ids += 1;
        let millis = u64::try_from(reading.now.micros().div_euclid(1000)).unwrap_or(0);
        let mut count = [0; 10];
        count[2..].copy_from_slice(&reading.ids.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &count).into_uuid()
    }
}

fn after(moment: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(moment.micros().saturating_add(micros)).unwrap_or(Timestamp::MAX)
}
