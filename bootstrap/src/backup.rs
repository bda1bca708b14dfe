//! Backups of either profile: made beside a server that writes, verified in a scratch place, restored as of a moment.

mod create;
#[cfg(feature = "embedded")]
mod embedded;
pub(crate) mod erasures;
mod migrating;
#[cfg(feature = "networked")]
mod networked;
mod restore;
mod sample;
pub(crate) mod schedule;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use application::ports::ledger::Note;
use application::ports::policy::Action;
use application::ports::system::System;
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_backup::{Backup, Erasure, Place};
use somabrain_inprocess::SystemClock;

use crate::settings::Settings;

pub(crate) use create::create;
#[cfg(feature = "embedded")]
pub(crate) use embedded::ASIDE;
pub(crate) use migrating::back_up_before_migrating;
pub(crate) use restore::restore;
pub(crate) use verify::verify;

/// What a check of a backup, or its restoration, has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    /// Memories that are there.
    pub memories: u64,
    /// Memories of the backup that were erased since, and so are not.
    pub erased: u64,
    /// Events of the audit chains, all of which fit their seals.
    pub events: u64,
    /// Density matrices that had to be mended.
    pub unsound: u64,
    /// Memories asked for by their own words, and how many of them were found.
    pub asked: usize,
    /// See `asked`.
    pub found: usize,
}

/// The place of the settings, unless another is named.
pub(crate) fn place(settings: &Settings, named: Option<&Path>) -> Result<Place> {
    let dir = named.or(settings.backups.as_ref().map(|backups| backups.dir.as_path()));
    let dir = dir.context("no place for backups is known: set SOMABRAIN_BACKUP_DIR, or name one by --place")?;
    Ok(Place::new(dir))
}

fn now() -> Timestamp {
    SystemClock.now()
}

/// Who restores, for the audit log.
fn note(at: Timestamp) -> Note {
    Note {
        subject: "somabrain".into(),
        action: Action::Erase.as_str(),
        request_id: "restore".into(),
        basis: None,
        traceparent: None,
        at,
    }
}

/// That a backup is of the profile that is set.
fn fits(backup: &Backup, settings: &Settings) -> Result<()> {
    let (of, set) = (&backup.manifest.profile, settings.profile.as_str());
    anyhow::ensure!(
        of == set,
        "the backup of {} is of the {of} profile, and SOMABRAIN_PROFILE is {set}: set it to {of}",
        backup.moment
    );
    Ok(())
}

/// Names of what was erased, by tenant.
fn by_tenant(erasures: impl IntoIterator<Item = Erasure>) -> BTreeMap<Tenant, Vec<MemoryId>> {
    let mut tenants: BTreeMap<Tenant, Vec<MemoryId>> = BTreeMap::new();
    for erasure in erasures {
        tenants.entry(erasure.tenant).or_default().push(erasure.id);
    }
    tenants
}

/// Adds to the list of what was erased whatever it does not know yet.
fn note_erased(place: &Place, erased: impl IntoIterator<Item = (Tenant, MemoryId)>) -> Result<()> {
    let list = place.erasures();
    let known = list.read()?;
    let new = erased.into_iter().map(|(tenant, id)| Erasure { tenant, id }).filter(|erasure| !known.contains(erasure));
    Ok(list.append(&new.collect::<Vec<_>>())?)
}
