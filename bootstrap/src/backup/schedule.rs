//! Backups that a server makes by itself.

use std::time::Duration;

use anyhow::Result;
use domain::time::Timestamp;
use somabrain_backup::{BackupError, Place};
use tokio::sync::watch;

use super::now;
use crate::settings::Settings;

/// How often is looked whether one is due.
const LOOKING: Duration = Duration::from_secs(1);

/// Makes a backup whenever the newest is older than the interval, until the service stops. Of several replicas that share
/// the place one does it.
pub(crate) async fn run(settings: Settings, mut stopped: watch::Receiver<bool>) {
    let Some(backups) = settings.backups.clone() else { return };
    let Some(interval) = backups.interval else { return };
    let place = Place::new(&backups.dir);
    let mut tick = tokio::time::interval(LOOKING.min(interval));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // After a failure not each second anew.
    let mut not_before = Timestamp::MIN;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stopped.changed() => return,
        }
        if now() < not_before {
            continue;
        }
        let made = tokio::select! {
            made = make_if_due(&settings, &place, interval) => made,
            // What is half done is no backup, and whoever stops does not wait for it.
            _ = stopped.changed() => return,
        };
        if let Err(error) = made {
            not_before = now().plus_seconds(interval.as_secs().clamp(1, 60).cast_signed());
            tracing::error!(error = format!("{error:#}"), "no backup was made; it is tried again");
        }
    }
}

async fn make_if_due(settings: &Settings, place: &Place, interval: Duration) -> Result<()> {
    let newest = place.moments()?.pop();
    if newest.is_some_and(|newest| now().seconds_since(newest.begins()) < interval.as_secs_f64()) {
        return Ok(());
    }
    match super::create(settings, place).await {
        Ok(made) => {
            let (backup, memories, bytes) = (made.moment, made.manifest.count("memories"), made.manifest.bytes());
            tracing::info!(%backup, memories, bytes, "a backup was made");
            Ok(())
        }
        // another replica makes it
        Err(error) if matches!(error.downcast_ref(), Some(BackupError::Busy(_) | BackupError::Taken(_))) => Ok(()),
        Err(error) => Err(error),
    }
}
