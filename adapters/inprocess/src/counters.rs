//! Metrics that are read in the process, not scraped.

use std::collections::VecDeque;
use std::sync::Mutex;

use application::ports::metrics::{Measurement, Metrics};

/// Most measurements kept.
const ROOM: usize = 10_000;

/// Keeps the last 10,000 measurements. It knows no operator's names: its exposition is how many were recorded.
#[derive(Debug, Default)]
pub struct Counters(Mutex<Recorded>);

#[derive(Debug, Default)]
struct Recorded {
    last: VecDeque<Measurement>,
    all: u64,
}

impl Counters {
    /// How many of the measurements kept are as asked.
    pub fn count(&self, wanted: impl Fn(&Measurement) -> bool) -> usize {
        self.0.lock().expect("no holder of this lock panics").last.iter().filter(|one| wanted(one)).count()
    }
}

impl Metrics for Counters {
    fn record(&self, measurement: Measurement) {
        let mut recorded = self.0.lock().expect("no holder of this lock panics");
        if recorded.last.len() == ROOM {
            recorded.last.pop_front();
        }
        recorded.last.push_back(measurement);
        recorded.all += 1;
    }

    fn exposition(&self) -> String {
        let all = self.0.lock().expect("no holder of this lock panics").all;
        format!("# TYPE measurements_total counter\nmeasurements_total {all}\n")
    }
}
