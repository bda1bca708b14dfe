//! Logs: JSON in production, readable in development; always on standard error.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

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
