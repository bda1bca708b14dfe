//! `somabrain reindex`: makes the search index again from the ledger.

use std::time::Duration;

use anyhow::Result;

use crate::commands::import::bar;
use crate::settings::{Profile, Settings};

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => folder(settings).await,
        #[cfg(feature = "networked")]
        Profile::Networked => servers(settings).await,
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

/// Everything is put into the outbox again, for each memory service; the relay of this process, and of any replica, tells
/// them.
#[cfg(feature = "networked")]
async fn servers(settings: &Settings) -> Result<()> {
    use application::ports::Ports;
    use application::work::relay::Destination;

    /// Entries count as somebody else's business when they are older than this, in seconds.
    const OLD: i64 = 10;

    let brain = crate::networked::connect(settings).await?;
    let entries = brain.ports().postgres().enqueue_all(brain.now().plus_seconds(-OLD)).await?;
    let told = relay(&brain, settings, Destination::LongTerm, entries).await?;
    println!("{entries} entries queued, {told} of them told to the memory service here, the others by replicas");
    if brain.ports().long_term_backup().is_some() {
        let told = relay(&brain, settings, Destination::Backup, entries).await?;
        println!("{told} of them told to its backup here, the others by replicas");
    }
    Ok(())
}

/// Tells a memory service what waits for it, until it has it; how many entries that were.
#[cfg(feature = "networked")]
async fn relay(
    brain: &application::brain::Brain<crate::networked::Networked>,
    settings: &Settings,
    to: application::work::relay::Destination,
    entries: u64,
) -> Result<u64> {
    /// Seconds without an entry to tell after which what is left is with a replica.
    const QUIET: u32 = 3;

    let bar = bar(entries, "telling the memory service");
    let (mut told, mut quiet) = (0, 0);
    while told < entries && quiet < QUIET {
        let relayed = brain.relay(to, settings.outbox_batch_size).await?;
        told += relayed.told as u64;
        bar.set_position(told);
        // A backup that is away is told by a replica when it is back.
        let away = relayed.held_up > 0 && to == application::work::relay::Destination::LongTerm;
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
