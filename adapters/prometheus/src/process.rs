//! What the system says of the process, read at each scrape, under the names that every Prometheus client library uses.

use std::fmt;

use procfs::process::Process;
use procfs::{ProcResult, WithCurrentSystemInfo, boot_time_secs, ticks_per_second};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

/// The process that asks.
#[derive(Debug)]
pub(crate) struct Myself;

/// The state of a process at one moment.
struct State {
    /// Time on processors in seconds, user's and system's.
    cpu_seconds: f64,
    resident_bytes: u64,
    /// When it began, in seconds since 1970.
    start_seconds: f64,
    open_files: u64,
}

impl State {
    fn read() -> ProcResult<Self> {
        let process = Process::myself()?;
        let stat = process.stat()?;
        let seconds = |ticks: u64| ticks as f64 / ticks_per_second() as f64;
        Ok(Self {
            cpu_seconds: seconds(stat.utime + stat.stime),
            resident_bytes: stat.rss_bytes().get(),
            start_seconds: boot_time_secs()? as f64 + seconds(stat.starttime),
            open_files: process.fd_count()? as u64,
        })
    }
}

impl Collector for Myself {
    /// Without `/proc` there are no such samples.
    fn encode(&self, mut to: DescriptorEncoder) -> fmt::Result {
        let Ok(state) = State::read() else { return Ok(()) };
        let gauges = [
            ("process_resident_memory_bytes", "Memory in use", state.resident_bytes as f64),
            ("process_start_time_seconds", "When the process began, since 1970", state.start_seconds),
            ("process_open_fds", "Open files and connections", state.open_files as f64),
        ];
        for (name, help, value) in gauges {
            to.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)?;
        }
        let cpu = to.encode_descriptor("process_cpu_seconds_total", "Time on processors", None, MetricType::Counter);
        // written like a gauge: the library would append `_total` once more
        cpu?.encode_gauge(&state.cpu_seconds)
    }
}
