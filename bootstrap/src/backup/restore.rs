//! Brings the state of a point in time back.

use anyhow::{Context, Result};
use somabrain_backup::{Backup, Moment, Place};

use super::{Outcome, fits};
use crate::settings::{Profile, Settings};

/// What was restored.
pub(crate) struct Restored {
    /// From which backup.
    pub(crate) backup: Backup,
    /// What is there now.
    pub(crate) outcome: Outcome,
    /// What happened to what was there before, in words.
    pub(crate) before: String,
}

/// Restores the newest backup at or before a moment.
pub(crate) async fn restore(settings: &Settings, place: &Place, wanted: Moment) -> Result<Restored> {
    let backup = place.open(choose(place, wanted)?)?;
    fits(&backup, settings)?;
    backup.check()?;
    match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => {
            let (outcome, aside) = super::embedded::restore(settings, place, &backup).await?;
            let before = match aside.exists() {
                true => format!("what was there before is kept in {}", aside.display()),
                false => "nothing was there before".into(),
            };
            Ok(Restored { backup, outcome, before })
        }
        #[cfg(feature = "networked")]
        Profile::Networked => {
            let before = keep_present(settings, place).await?;
            let outcome = super::networked::restore(settings, place, &backup).await?;
            Ok(Restored { backup, outcome, before })
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
}

fn choose(place: &Place, wanted: Moment) -> Result<Moment> {
    place.at_or_before(wanted)?.with_context(|| match place.moments() {
        Ok(moments) if !moments.is_empty() => {
            format!("there is no backup at or before {wanted} UTC; the oldest is of {} UTC", moments[0])
        }
        _ => format!("there is no backup in {}", place.root().display()),
    })
}

/// A backup of what is about to go, unless nothing is there. It is not pruned for: the one that is restored may be the
/// oldest.
#[cfg(feature = "networked")]
async fn keep_present(settings: &Settings, place: &Place) -> Result<String> {
    let unpruned = Settings { backups: None, ..settings.clone() };
    match super::create(&unpruned, place).await {
        Ok(kept) => Ok(format!("what was there before is the backup of {} UTC", kept.moment)),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "what is there now could not be kept");
            Ok("what was there before could not be kept: the log says why".into())
        }
    }
}
