//! A backup before the schema changes: there is no way back but that.

use anyhow::{Context, Result};
use somabrain_backup::{BackupError, Place};

use crate::settings::{Profile, Settings};

/// Makes one where backups are made and this program would change the schema.
pub(crate) async fn back_up_before_migrating(settings: &Settings) -> Result<()> {
    let Some(backups) = &settings.backups else { return Ok(()) };
    let behind = match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => somabrain_sqlite::is_behind(&settings.data_dir)?,
        #[cfg(feature = "networked")]
        Profile::Networked => {
            let postgres = crate::networked::postgres_as_it_is(settings).await?;
            postgres.is_behind().await.context("could not ask for the schema's version")?
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    };
    if !behind {
        return Ok(());
    }
    match super::create(settings, &Place::new(&backups.dir)).await {
        Ok(made) => tracing::info!(backup = %made.moment, "a backup was made before the schema changes"),
        // another replica makes it
        Err(error) if matches!(error.downcast_ref(), Some(BackupError::Busy(_) | BackupError::Taken(_))) => {}
        Err(error) => return Err(error).context("the schema is not changed without a backup"),
    }
    Ok(())
}
