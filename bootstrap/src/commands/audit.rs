//! `somabrain audit verify`: whether any row of the audit log was changed, removed or cut off.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::embedded;
use crate::settings::Settings;

/// The audit log.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Checks every tenant's chain; names the first row that does not fit. Works beside a running server.
    Verify,
}

/// Runs the command.
pub(crate) fn run(args: &Audit, settings: &Settings) -> Result<()> {
    match args.act {
        Act::Verify => verify(settings),
    }
}

fn verify(settings: &Settings) -> Result<()> {
    let report = embedded::verify_audit(settings)?;
    let events: u64 = report.tenants.iter().map(|(_, events)| events).sum();
    println!("{events} events of {} tenants verified", report.tenants.len());
    Ok(())
}
