//! Traces to an OpenTelemetry collector: OTLP over HTTP, as protocol buffers.
//!
//! Spans wait in a bounded queue for one thread of their own, which sends them in batches. Where the queue is full or the
//! collector is away they are dropped: no request waits for it. What is sent are names, ids, times and a status; never what
//! a memory says, nor a header or an argument of a request to a server.
//!
//! ```no_run
//! use somabrain_otlp::{Config, Otlp};
//!
//! let config = Config::new("http://collector:4318", "v0.1.0", uuid::Uuid::from_u128(7));
//! let traces = Otlp::connect(config, somabrain_inprocess::SystemClock)?;
//! # Ok::<(), somabrain_otlp::InvalidConfig>(())
//! ```

mod collector;
mod spans;

use std::time::Duration;

use application::ports::system::System;
use application::trace::{Finished, Traces};
use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SpanProcessor};
use somabrain_tls::Roots;
use thiserror::Error;
use ureq::http::Uri;
use uuid::Uuid;

use collector::Collector;

/// Spans that wait at most.
const MOST_WAITING: usize = 8_192;
/// Spans of one batch at most.
const MOST_AT_ONCE: usize = 512;
/// How long what is left may take when the program stops.
const LAST: Duration = Duration::from_secs(2);

/// Where the collector is, and who tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its address, such as `http://collector:4318`, or `https`, with the path `/v1/traces` or without.
    pub endpoint: String,
    /// Whom to trust by `https`.
    pub roots: Roots,
    /// `service.version`.
    pub version: String,
    /// `service.instance.id`: an id of the process.
    pub instance: Uuid,
    /// How often spans are sent.
    pub every: Duration,
    /// How long the collector may take to answer.
    pub timeout: Duration,
}

impl Config {
    /// A collector with what is usual: each second, an answer within 5 s.
    pub fn new(endpoint: &str, version: &str, instance: Uuid) -> Self {
        let (every, timeout) = (Duration::from_secs(1), Duration::from_secs(5));
        let roots = Roots::mozilla();
        Self { endpoint: endpoint.to_owned(), roots, version: version.to_owned(), instance, every, timeout }
    }
}

/// A setting that cannot be used.
#[derive(Debug, Error)]
pub enum InvalidConfig {
    /// The address is none.
    #[error("the endpoint must be an address such as http://collector:4318")]
    Endpoint,
    /// The exporter was not made.
    #[error("the exporter could not be made")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// The way to a collector. Dropped, it sends what waits, for two seconds at most.
pub struct Otlp<S> {
    spans: BatchSpanProcessor,
    clock: S,
}

impl<S: System> Otlp<S> {
    /// Checks the settings and starts the thread; times come from the clock. Whether the collector is there shows later, in the log.
    pub fn connect(config: Config, clock: S) -> Result<Self, InvalidConfig> {
        let Config { endpoint, roots, version, instance, every, timeout } = config;
        let uri: Uri = endpoint.parse().map_err(|_| InvalidConfig::Endpoint)?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if !known || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
            return Err(InvalidConfig::Endpoint);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(timeout, &roots))
            .with_endpoint(address(&endpoint))
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(timeout)
            .build()
            .map_err(InvalidConfig::Exporter)?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_max_export_batch_size(MOST_AT_ONCE)
            .with_scheduled_delay(every)
            .build();
        let mut spans = BatchSpanProcessor::new(exporter, batches);
        spans.set_resource(&resource(version, instance));
        Ok(Self { spans, clock })
    }
}

impl<S: System> Traces for Otlp<S> {
    fn finished(&self, finished: Finished) {
        for span in spans::of(finished, self.clock.now()) {
            self.spans.on_end(span);
        }
    }
}

impl<S> Drop for Otlp<S> {
    fn drop(&mut self) {
        // Whoever stops does not wait for a collector that is away.
        let _ = self.spans.shutdown_with_timeout(LAST);
    }
}

fn resource(version: String, instance: Uuid) -> Resource {
    let attributes =
        [KeyValue::new("service.version", version), KeyValue::new("service.instance.id", instance.to_string())];
    Resource::builder_empty().with_service_name("somabrain").with_attributes(attributes).build()
}

fn address(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.ends_with("/v1/traces") { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}
