//! `somabrain compact`: gives room back and leaves no residue of what was erased.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::backup::ASIDE;
use crate::embedded;
use crate::settings::Settings;

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let brain = embedded::open(settings).await?;
    let sqlite = brain.ports().sqlite();
    let before = sqlite.statistics().bytes;
    sqlite.compact().await?;
    let after = sqlite.statistics().bytes;
    println!("{before} bytes before, {after} after; nothing of what was erased is left in the database");
    for aside in put_aside(&settings.data_dir)? {
        println!("{} still has what a restore replaced: delete it when it is not needed any more", aside.display());
    }
    embedded::close(brain).await
}

/// What restores have put aside in the data folder.
fn put_aside(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut aside: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    aside.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE)));
    aside.sort();
    Ok(aside)
}
