//! `somabrain outbox prune`: deletes what the memory service and the event stream were told of.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::age::Age;
use crate::settings::{Profile, Settings};

/// The outbox: what is to be told to the memory service and the event stream.
#[derive(Debug, Args)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Deletes rows that were told longer ago than this; servers do it by themselves each hour for those of seven days.
    ///
    /// What still waits is never deleted, however old it is. Works beside running servers. The embedded profile keeps no
    /// rows of what was told, and so has none to delete.
    Prune {
        /// How long ago they were made and told, such as 7d, 12h, 45m, 10s.
        #[arg(long, default_value = "7d")]
        older_than: Age,
    },
}

/// Runs the command.
pub(crate) async fn run(args: &Outbox, settings: &Settings) -> Result<()> {
    let Act::Prune { older_than } = args.act;
    let pruned: u64 = match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => 0,
        #[cfg(feature = "networked")]
        Profile::Networked => {
            let brain = crate::networked::connect(settings).await?;
            brain.ports().postgres().prune_outbox(older_than.before(brain.now())).await?
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    };
    println!("{pruned} rows told more than {older_than} ago were deleted");
    Ok(())
}
