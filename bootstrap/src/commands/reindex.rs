//! `somabrain reindex`: makes the search index again from the ledger.

use anyhow::Result;

use crate::commands::import::bar;
use crate::embedded;
use crate::settings::Settings;

/// Runs the command: opening reads and checks every row and builds the index from it.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let bar = bar(0, "reading the ledger");
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    let brain = embedded::open(settings).await?;
    bar.finish_and_clear();
    let memories = brain.ports().sqlite().statistics().memories;
    println!("{memories} memories read, checked and indexed");
    embedded::close(brain).await
}
