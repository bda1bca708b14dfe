//! Logs: JSON in production, readable in development; always on standard error. Traces: to a collector, if there is one.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use application::ports::system::System;
use application::trace::Sink;
use somabrain_inprocess::SystemClock;
use somabrain_otlp::{Config, Otlp};
use tracing_subscriber::EnvFilter;

use crate::api;
use crate::settings::{Mode, Settings};

/// Starts logging as the settings say.
pub(crate) fn start(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("SOMABRAIN_LOG is `{}`, must be a filter such as `info`", settings.log))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.mode {
        Mode::Production => logs.json().flatten_event(true).with_current_span(false).init(),
        Mode::Development => logs.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
    }
    Ok(())
}

/// The way to the collector of the settings; without one nothing is recorded.
pub(crate) fn traces(settings: &Settings) -> Result<Sink> {
    let Some(endpoint) = &settings.otlp_endpoint else { return Ok(Sink::default()) };
    let roots = settings.tls.roots.clone();
    let config = Config { roots, ..Config::new(endpoint, &api::version(), SystemClock.new_id()) };
    let collector = Otlp::connect(config, SystemClock).context("SOMABRAIN_OTLP_ENDPOINT cannot be used")?;
    Ok(Sink::to(collector))
}
