//! The promises of `Metrics`, kept by prometheus-client.

use somabrain_prometheus::{Config, Prometheus};

contract::metrics!(Prometheus::new(Config { version: "v0.1.0".into() }));
