//! `somabrain reindex`: makes the search index again from the ledger.

use std::time::Duration;

#[cfg(feature = "networked")]
use anyhow::Context;
use anyhow::Result;
#[cfg(feature = "networked")]
use application::brain::Brain;
#[cfg(feature = "networked")]
use application::ports::Ports;
#[cfg(feature = "networked")]
use application::work::relay::Destination;
use clap::Args;

use crate::commands::import::bar;
#[cfg(feature = "networked")]
use crate::networked::Networked;
use crate::settings::{Profile, Settings};

/// Makes the search index again from the ledger and checks every row.
#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// The memory services forget everything first, as after a restore from a backup.
    #[cfg(feature = "networked")]
    #[arg(long)]
    anew: bool,
}

/// Runs the command.
#[cfg_attr(not(feature = "networked"), expect(unused_variables, reason = "a folder is always read anew"))]
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

/// How much the memory services are told.
#[cfg(feature = "networked")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything, over what they know.
    Again,
    /// Everything, after they have forgotten all: their past is another one.
    Anew,
}

#[cfg(feature = "networked")]
async fn servers(args: &Reindex, settings: &Settings) -> Result<()> {
    let brain = crate::networked::connect(settings).await?;
    tell(&brain, if args.anew { Extent::Anew } else { Extent::Again }).await
}

/// Everything is put into the outbox again, for each memory service; the relay of this process, and of any replica, tells
/// them.
#[cfg(feature = "networked")]
pub(crate) async fn tell(brain: &Brain<Networked>, extent: Extent) -> Result<()> {
    use application::ports::long_term::LongTermMemory;

    /// Entries count as somebody else's business when they are older than this, in seconds.
    const OLD: i64 = 10;

    let ports = brain.ports();
    if extent == Extent::Anew {
        ports.long_term().clear().await?;
        if let Some(backup) = ports.long_term_backup() {
            backup.clear().await.context("the memory service that stands by still knows what is no more")?;
        }
    }
    let entries = ports.postgres().enqueue_all(brain.now().plus_seconds(-OLD)).await?;
    let told = relay(brain, Destination::LongTerm, entries).await?;
    println!("{entries} entries queued, {told} of them told to the memory service here, the others by replicas");
    if ports.long_term_backup().is_some() {
        let told = relay(brain, Destination::Backup, entries).await?;
        println!("{told} of them told to its backup here, the others by replicas");
    }
    Ok(())
}

/// Tells a memory service what waits for it, until it has it; how many entries that were.
#[cfg(feature = "networked")]
async fn relay(brain: &Brain<Networked>, to: Destination, entries: u64) -> Result<u64> {
    /// Seconds without an entry to tell after which what is left is with a replica.
    const QUIET: u32 = 3;
    /// Entries of a batch: as many as a request may have.
    const BATCH: usize = 1_000;

    let bar = bar(entries, "telling the memory service");
    let (mut told, mut quiet) = (0, 0);
    while told < entries && quiet < QUIET {
        let relayed = brain.relay(to, BATCH).await?;
        told += relayed.told as u64;
        bar.set_position(told);
        // A backup that is away is told by a replica when it is back.
        let away = relayed.held_up > 0 && to == Destination::LongTerm;
        quiet = if relayed.told > 0 || away { 0 } else { quiet + 1 };
        if relayed.held_up > 0 {
            bar.println("the memory service is away; trying again");
        }
        if relayed.told == 0 {
            #[expect(clippy::disallowed_methods, reason = "bootstrap may wait for what a replica has claimed")]
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    bar.finish_and_clear();
    Ok(told)
}
