//! What the HTTP side can be told.

use std::net::SocketAddr;
use std::time::Duration;

use application::call::Caller;
use application::trace::Sink;

/// How the API serves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens.
    pub bind: SocketAddr,
    /// For whom it is meant.
    pub mode: Mode,
    /// Who acts where no token comes; `None`: nobody, a token is always asked for. Only for development on loopback.
    pub anonymous: Option<Caller>,
    /// How much it takes, and for how long it waits.
    pub limits: Limits,
    /// The key of the cursors' authentication codes; the same in every replica.
    pub cursor_key: [u8; 32],
    /// The service's version, such as `v0.1.0`.
    pub version: String,
    /// Who wants to see traces.
    pub traces: Sink,
}

impl Config {
    /// A service for development at `bind`, with the limits as they are by default.
    pub fn development(bind: SocketAddr, cursor_key: [u8; 32]) -> Self {
        let version = concat!("v", env!("CARGO_PKG_VERSION")).to_owned();
        Self {
            bind,
            mode: Mode::Development,
            anonymous: None,
            limits: Limits::default(),
            cursor_key,
            version,
            traces: Sink::default(),
        }
    }
}

/// For whom the service is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For one person on this machine: only loopback names and origins are answered.
    Development,
    /// For others.
    Production,
}

impl Mode {
    /// The mode's name in settings and in `/health`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// Bounds on what a caller can make the service hold or wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a body.
    pub body: usize,
    /// Most bytes of a batch's body.
    pub batch_body: usize,
    /// Most bytes of all header names and values together, and most bytes of path and query together.
    pub headers: usize,
    /// Most requests that are worked on at once; more are refused with 503, and with 429 what goes beyond three quarters of
    /// them for one tenant.
    pub concurrency: usize,
    /// Most requests to open routes that are worked on at once, beside the others; `/livez` does not count.
    pub open: usize,
    /// Most connections at once; more are closed as they come.
    pub connections: usize,
    /// How long a request may take, reading its body included.
    pub request_time: Duration,
    /// How long the head of a request may take from its first byte on.
    pub header_time: Duration,
    /// How long a connection may be silent in both directions; longer than `request_time`.
    pub idle_time: Duration,
    /// How long requests in flight may take when the service stops.
    pub drain_time: Duration,
    /// From when on a request is logged as slow.
    pub slow: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 2 << 20,
            batch_body: 32 << 20,
            headers: 32 << 10,
            concurrency: 512,
            open: 64,
            connections: 10_000,
            request_time: Duration::from_secs(30),
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
            drain_time: Duration::from_secs(25),
            slow: Duration::from_millis(500),
        }
    }
}
