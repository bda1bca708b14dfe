//! `somabrain reindex`: makes the search index again from the ledger.

use std::time::Duration;

use anyhow::Result;
#[cfg(feature = "networked")]
use application::brain::Brain;
#[cfg(feature = "networked")]
use application::ports::Ports;
use clap::Args;

use crate::commands::import::bar;
#[cfg(feature = "networked")]
use crate::networked::Networked;
use crate::settings::{Profile, Settings};

/// Makes the search index again from the ledger and checks every row.
#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// Networked: the memory service forgets everything first, as after a restore from a backup.
    #[arg(long)]
    anew: bool,
}

/// Runs the command.
pub(crate) async fn run(args: &Reindex, settings: &Settings) -> Result<()> {
    match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => folder(settings).await,
        #[cfg(feature = "networked")]
        Profile::Networked => servers(args, settings).await,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
}

/// Opening reads and checks every row and builds the index from it.
#[cfg(feature = "embedded")]
async fn folder(settings: &Settings) -> Result<()> {
    let bar = bar(0, "reading the ledger");
    bar.enable_steady_tick(Duration::from_millis(100));
    let brain = crate::embedded::open(settings).await?;
    bar.finish_and_clear();
    let memories = brain.ports().sqlite().statistics().memories;
    println!("{memories} memories read, checked and indexed");
    crate::embedded::close(brain).await
}

/// How much the memory service is told.
#[cfg(feature = "networked")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything, over what it knows.
    Again,
    /// Everything, after it has forgotten all: its past is another one.
    Anew,
}

#[cfg(feature = "networked")]
async fn servers(args: &Reindex, settings: &Settings) -> Result<()> {
    let brain = crate::networked::connect(settings).await?;
    tell(&brain, if args.anew { Extent::Anew } else { Extent::Again }).await
}

/// Everything is put into the outbox again; the relay of this process, and of any replica, tells the memory service.
#[cfg(feature = "networked")]
pub(crate) async fn tell(brain: &Brain<Networked>, extent: Extent) -> Result<()> {
    use application::ports::long_term::LongTermMemory;
    use application::ports::outbox::Receiver;

    /// Entries count as somebody else's business when they are older than this, in seconds.
    const OLD: i64 = 10;
    /// Seconds without an entry to tell after which what is left is with a replica.
    const QUIET: u32 = 3;
    /// Entries of a batch: as many as a request may have.
    const BATCH: usize = 1_000;

    if extent == Extent::Anew {
        brain.ports().long_term().clear().await?;
    }
    let entries = brain.ports().postgres().enqueue_all(brain.now().plus_seconds(-OLD)).await?;
    let bar = bar(entries, "telling the memory service");
    let (mut told, mut quiet) = (0, 0);
    while told < entries && quiet < QUIET {
        let relayed = brain.relay(Receiver::LongTerm, BATCH).await?;
        told += relayed.told as u64;
        bar.set_position(told);
        quiet = if relayed.told > 0 || relayed.held_up > 0 { 0 } else { quiet + 1 };
        if relayed.held_up > 0 {
            bar.println("the memory service is away; trying again");
        }
        if relayed.told == 0 {
            #[expect(clippy::disallowed_methods, reason = "bootstrap may wait for what a replica has claimed")]
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    bar.finish_and_clear();
    println!("{entries} entries queued, {told} of them told to the memory service here, the others by replicas");
    Ok(())
}
