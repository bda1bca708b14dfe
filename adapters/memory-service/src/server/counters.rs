//! Requests and how long they took, in the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets, in seconds.
const BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// What was counted so far. Labels come from closed sets, so that no caller can make it grow.
#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    requests: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Durations>,
}

#[derive(Debug, Default)]
struct Durations {
    /// How many took no longer than each bound.
    within: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

impl Counters {
    /// Counts a request to a route.
    pub(super) fn record(&self, route: &'static str, status: u16, took: Duration) {
        let mut counted = self.counted();
        *counted.requests.entry((route, status)).or_default() += 1;
        let durations = counted.durations.entry(route).or_default();
        for (within, bound) in durations.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(took.as_secs_f64() <= bound);
        }
        durations.count += 1;
        durations.sum += took;
    }

    /// Everything counted so far.
    pub(super) fn exposition(&self) -> String {
        let counted = self.counted();
        let mut text = String::new();
        counted.write(&mut text).expect("a String takes every text");
        text
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        const REQUESTS: &str = "somabrain_memory_service_requests_total";
        const DURATION: &str = "somabrain_memory_service_request_duration_seconds";
        writeln!(text, "# HELP {REQUESTS} Requests answered.\n# TYPE {REQUESTS} counter")?;
        for ((route, status), count) in &self.requests {
            writeln!(text, "{REQUESTS}{{endpoint=\"{route}\",status=\"{status}\"}} {count}")?;
        }
        writeln!(text, "# HELP {DURATION} How long answering took.\n# TYPE {DURATION} histogram")?;
        for (route, durations) in &self.durations {
            for (bound, within) in BOUNDS.iter().zip(durations.within) {
                writeln!(text, "{DURATION}_bucket{{endpoint=\"{route}\",le=\"{bound}\"}} {within}")?;
            }
            let Durations { count, sum, .. } = durations;
            writeln!(text, "{DURATION}_bucket{{endpoint=\"{route}\",le=\"+Inf\"}} {count}")?;
            writeln!(text, "{DURATION}_sum{{endpoint=\"{route}\"}} {}", sum.as_secs_f64())?;
            writeln!(text, "{DURATION}_count{{endpoint=\"{route}\"}} {count}")?;
        }
        Ok(())
    }
}
