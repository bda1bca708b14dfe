//! A backup that was never restored is no backup: verifying restores it into a scratch place and asks it questions.

use anyhow::{Result, ensure};
use somabrain_backup::{Backup, Place};

use super::{Outcome, fits};
use crate::settings::{Profile, Settings};

/// Of a hundred memories that are asked for by their own words, so many must be found: others may say nearly the same.
const FOUND: usize = 90;

/// Checks a backup: its files, its counts, every row, its audit chains, and a sample of recalls.
#[cfg_attr(
    not(feature = "embedded"),
    expect(unused_variables, reason = "only a folder's audit key lies beside backups")
)]
pub(crate) async fn verify(settings: &Settings, place: &Place, backup: &Backup) -> Result<Outcome> {
    fits(backup, settings)?;
    backup.check()?;
    let outcome = match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => super::embedded::verify(settings, place, backup).await?,
        #[cfg(feature = "networked")]
        Profile::Networked => super::networked::verify(settings, backup).await?,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    };
    let expected = backup.manifest.count("memories");
    ensure!(
        outcome.memories == expected,
        "the backup of {} restores to {} memories, its manifest says {expected}",
        backup.moment,
        outcome.memories
    );
    ensure!(
        outcome.found * 100 >= outcome.asked * FOUND,
        "of {} memories of the backup of {} that were asked for by their own words only {} were found",
        outcome.asked,
        backup.moment,
        outcome.found
    );
    Ok(outcome)
}
