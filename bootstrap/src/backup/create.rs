//! Makes a backup: a snapshot, its counts and checksums, then the list of what was erased.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use somabrain_backup::{Backup, FORMAT, Manifest, Moment, Place};

use super::{note_erased, now};
use crate::settings::{Profile, Settings};

/// What a profile has written into the folder of a backup.
pub(super) struct Written {
    /// The newest migration of its tables.
    pub(super) schema: String,
    /// Rows of each table.
    pub(super) rows: BTreeMap<String, u64>,
    /// Whose memories were erased, and their names.
    pub(super) erased: Vec<(Tenant, MemoryId)>,
}

/// Makes one, and takes the oldest away where there are more than are to be kept.
pub(crate) async fn create(settings: &Settings, place: &Place) -> Result<Backup> {
    let began = now();
    let draft = place.begin(Moment::of(began))?;
    let written = match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => super::embedded::write(settings, place, draft.unfinished()).await,
        #[cfg(feature = "networked")]
        Profile::Networked => super::networked::write(settings, draft.unfinished()).await,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    };
    let Written { schema, rows, erased } = written.context("no backup was made")?;
    note_erased(place, erased)?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        profile: settings.profile.as_str().into(),
        schema,
        began: began.to_string(),
        ended: now().to_string(),
        rows,
        settings: settings.given.clone(),
        files: Vec::new(),
    };
    let backup = tokio::task::spawn_blocking(move || draft.finish(manifest)).await.context("no backup was made")??;
    if let Some(backups) = &settings.backups {
        for old in place.prune(backups.keep)? {
            tracing::info!(backup = %old, "an old backup was taken away");
        }
    }
    Ok(backup)
}
