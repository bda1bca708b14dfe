//! Metrics by prometheus-client in the Prometheus text format 0.0.4.
//!
//! Names are the operators' own: prometheus-client would append `_total` to some and end with OpenMetrics' `# EOF`, so
//! counters encode themselves under the very name that they are registered with. Every name has a sample from the
//! start.
//!
//! ```
//! use application::ports::metrics::{Measurement, Metrics};
//! use somabrain_prometheus::{Config, Prometheus};
//!
//! let metrics = Prometheus::new(Config { version: "v0.1.0".into() });
//! metrics.record(Measurement::RateLimited);
//! assert!(metrics.exposition().contains("somabrain_rate_limit_exceeded_total 1\n"));
//! ```

mod count;
mod labels;
#[cfg(target_os = "linux")]
mod process;
mod series;

use application::ports::metrics::{Measurement, Metrics};
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::registry::Registry;

use series::Series;

/// What the exposition says of the program.
#[derive(Debug, Clone)]
pub struct Config {
    /// The version in `somabrain_build_info`.
    pub version: String,
}

/// All metrics of a process.
#[derive(Debug)]
pub struct Prometheus {
    registry: Registry,
    series: Series,
}

impl Prometheus {
    /// All metrics, at zero.
    pub fn new(config: Config) -> Self {
        let mut registry = Registry::default();
        let series = Series::default();
        series.register(&mut registry, config.version);
        series.begin();
        #[cfg(target_os = "linux")]
        registry.register_collector(Box::new(process::Myself));
        Self { registry, series }
    }
}

impl Metrics for Prometheus {
    fn record(&self, measurement: Measurement) {
        self.series.record(measurement);
    }

    fn exposition(&self) -> String {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry).expect("a String takes every text");
        text
    }
}
