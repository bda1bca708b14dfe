//! `somabrain audit verify`: whether any row of the audit log was changed, removed or cut off.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::settings::{Profile, Settings};

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
pub(crate) async fn run(args: &Audit, settings: &Settings) -> Result<()> {
    match args.act {
        Act::Verify => verify(settings).await,
    }
}

async fn verify(settings: &Settings) -> Result<()> {
    let lengths: Vec<u64> = match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => {
            crate::embedded::verify_audit(settings)?.tenants.into_iter().map(|(_, events)| events).collect()
        }
        #[cfg(feature = "networked")]
        Profile::Networked => {
            let brain = crate::networked::connect(settings).await?;
            brain.ports().postgres().verify_audit().await?.tenants.into_iter().map(|(_, events)| events).collect()
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    };
    println!("{} events of {} tenants verified", lengths.iter().sum::<u64>(), lengths.len());
    Ok(())
}
