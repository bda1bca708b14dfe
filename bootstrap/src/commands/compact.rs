//! `somabrain compact`: gives room back and leaves no residue of what was erased.

use anyhow::Result;

use crate::embedded;
use crate::settings::Settings;

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let brain = embedded::open(settings).await?;
    let sqlite = brain.ports().sqlite();
    let before = sqlite.statistics().bytes;
    sqlite.compact().await?;
    let after = sqlite.statistics().bytes;
    println!("{before} bytes before, {after} after; nothing of what was erased is left in the data folder");
    embedded::close(brain).await
}
