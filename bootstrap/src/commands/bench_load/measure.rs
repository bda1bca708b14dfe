//! The measurement: C connections, each with one request at a time, every latency in a histogram.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use super::client::{Address, Connection};
use super::stages::Spent;
use super::work::{Operation, Requests};

/// When the next request is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// When the last one was answered.
    Closed,
    /// So many per second over all connections; a late one counts from when it was due.
    Fixed(f64),
}

/// How one operation did.
pub(crate) struct Measured {
    /// Which one.
    pub operation: Operation,
    /// Answers with a 2xx.
    pub answers: u64,
    /// Other answers and broken connections.
    pub errors: u64,
    /// How long it took in all.
    pub took: Duration,
    /// Latencies of the 2xx answers in microseconds.
    pub latencies: Histogram<u64>,
    /// How the server spent the time.
    pub spent: Spent,
}

impl Measured {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.took.as_secs_f64()
    }

    /// The server's time on processors for one answer, in microseconds, if it says so.
    pub(crate) fn cpu(&self) -> Option<f64> {
        Some(self.spent.cpu? * 1e6 / (self.answers + self.errors).max(1) as f64)
    }
}

/// Drives one operation.
pub(crate) async fn measure(
    address: &Address,
    requests: &Requests,
    operation: Operation,
    connections: usize,
    time: Duration,
    pace: Pace,
) -> Result<Measured> {
    let begin = Instant::now();
    let ticket = Arc::new(AtomicU64::new(0));
    let schedule = Schedule { begin, end: begin + time, pace, ticket };
    let drivers = (0..connections).map(|number| drive(address, requests, operation, number, schedule.clone()));
    let mut measured = Measured {
        operation,
        answers: 0,
        errors: 0,
        took: Duration::ZERO,
        latencies: Histogram::new(3)?,
        spent: Spent::default(),
    };
    for driven in futures_util::future::join_all(drivers).await {
        let (latencies, errors) = driven?;
        measured.answers += latencies.len();
        measured.errors += errors;
        measured.latencies.add(latencies)?;
    }
    measured.took = begin.elapsed();
    Ok(measured)
}

#[derive(Clone)]
struct Schedule {
    begin: Instant,
    end: Instant,
    pace: Pace,
    ticket: Arc<AtomicU64>,
}

impl Schedule {
    /// Waits until the next request is due and says when that is; `None`: the time is over.
    async fn next(&self) -> Option<Instant> {
        let due = match self.pace {
            Pace::Closed => Instant::now(),
            Pace::Fixed(rate) => {
                let number = self.ticket.fetch_add(1, Ordering::Relaxed);
                let due = self.begin + Duration::from_secs_f64(number as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        (due < self.end).then_some(due)
    }
}

async fn drive(
    address: &Address,
    requests: &Requests,
    operation: Operation,
    number: usize,
    schedule: Schedule,
) -> Result<(Histogram<u64>, u64)> {
    let mut latencies = Histogram::new(3)?;
    let mut errors = 0;
    let mut maker = requests.maker(number);
    let mut connection = Connection::open(address).await?;
    while let Some(due) = schedule.next().await {
        match connection.send(&maker.next(operation)).await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                latencies.record(due.elapsed().as_micros() as u64)?;
            }
            Ok(_) => errors += 1,
            Err(_) => {
                errors += 1;
                connection = Connection::open(address).await?;
            }
        }
    }
    Ok((latencies, errors))
}
