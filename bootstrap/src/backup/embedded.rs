//! The embedded profile's backups: a copy of its database.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use application::ports::Ports;
use application::ports::ledger::{Erasing, Ledger, Selection};
use domain::audit::Published;
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use somabrain_backup::{Backup, Place};
use somabrain_sqlite::Held;

use super::create::Written;
use super::{Outcome, by_tenant, note, now, sample};
use crate::embedded::{self, Embedded};
use crate::keys;
use crate::settings::Settings;

/// The database's name, in a data folder and in a backup.
const FILE: &str = "somabrain.db";
/// How folders begin whose databases restores have replaced.
pub(crate) const ASIDE: &str = "before-restore-";
/// The key of the audit chain, in a data folder and beside the backups.
const KEY: &str = "audit.key";
/// Ids that one act buries.
const BURIED: usize = 10_000;

/// Copies the database of the data folder, whoever writes to it meanwhile.
pub(super) async fn write(settings: &Settings, place: &Place, into: &Path) -> Result<Written> {
    let (folder, file) = (settings.data_dir.clone(), into.join(FILE));
    ensure!(
        folder.join(FILE).exists(),
        "there is no {FILE} in {}: set SOMABRAIN_DATA_DIR to a data folder",
        folder.display()
    );
    let copied = tokio::task::spawn_blocking(move || somabrain_sqlite::copy(&folder, &file)).await;
    let copied = copied.context("the copy was not finished")??;
    // Without the key nobody could check the audit log of a backup once the data folder is lost. In no backup: whoever has
    // both could write another past.
    if settings.audit_key.is_none()
        && let Some(key) = keys::kept_audit_secret(settings)?
    {
        keys::keep_secret(&place.root().join(KEY), &key).context("could not keep the audit key beside the backups")?;
    }
    Ok(Written { schema: copied.schema.to_string(), rows: copied.rows.into_iter().collect(), erased: copied.erased })
}

/// Opens a copy of a backup as a server would, and checks it.
pub(super) async fn verify(settings: &Settings, place: &Place, backup: &Backup) -> Result<Outcome> {
    let scratch =
        tempfile::tempdir().context("could not make a scratch folder: is there room in the temporary folder?")?;
    let settings = within(settings, scratch.path(), place, backup).await?;
    let held = somabrain_sqlite::look(&scratch.path().join(FILE))?;
    let rows = held.rows.into_iter().collect();
    ensure!(
        backup.manifest.rows == rows,
        "the backup of {} holds {rows:?}, its manifest says otherwise",
        backup.moment
    );
    let brain = embedded::open(&settings).await?;
    let mut outcome = look(brain.ports(), &settings).await?;
    embedded::close(brain).await?;
    outcome.events = verify_chains(&settings)?;
    Ok(outcome)
}

/// Puts a backup in the place of the data folder's database, which is kept beside it.
pub(super) async fn restore(settings: &Settings, place: &Place, backup: &Backup) -> Result<(Outcome, PathBuf)> {
    let held = Held::take(&settings.data_dir).context("stop the server first")?;
    let work = settings.data_dir.join("restoring");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("{} is in the way", work.display()))?;
    }
    fs::create_dir_all(&work).with_context(|| format!("could not make {}", work.display()))?;
    let own = within(settings, &work, place, backup).await?;
    let mut erasures: Vec<(Tenant, MemoryId)> =
        place.erasures().read()?.into_iter().map(|erasure| (erasure.tenant, erasure.id)).collect();
    if settings.data_dir.join(FILE).exists() {
        match somabrain_sqlite::erased_in(&settings.data_dir) {
            Ok(erased) => erasures.extend(erased),
            Err(error) => tracing::warn!(%error, "the present database does not say what was erased in it"),
        }
    }
    super::note_erased(place, erasures)?;
    let brain = embedded::open(&own).await?;
    let erased = bury(brain.ports(), place).await?;
    let outcome = look(brain.ports(), &own).await?;
    embedded::close(brain).await?;
    let events = verify_chains(&own)?;
    let aside = settings.data_dir.join(format!("{ASIDE}{}", somabrain_backup::Moment::of(now())));
    held.replace(&work.join(FILE), &aside).context("the restored database could not be put in place")?;
    if settings.audit_key.is_none()
        && let Some(key) = keys::kept_audit_secret(&own)?
    {
        keys::keep_secret(&settings.data_dir.join(KEY), &key).context("could not keep the audit key")?;
    }
    fs::remove_dir_all(&work).with_context(|| format!("could not remove {}", work.display()))?;
    Ok((Outcome { erased, events, ..outcome }, aside))
}

/// A backup's copy in a folder, with the key of its audit chain; and the settings to open it with.
async fn within(settings: &Settings, folder: &Path, place: &Place, backup: &Backup) -> Result<Settings> {
    let (from, to) = (backup.file(FILE), folder.join(FILE));
    let copied =
        tokio::task::spawn_blocking(move || fs::copy(&from, &to)).await.context("the copy was not finished")?;
    copied.with_context(|| format!("the backup of {} could not be copied", backup.moment))?;
    if settings.audit_key.is_none() {
        let beside = place.root().join(KEY);
        let key = match fs::read(&beside) {
            Ok(key) => key,
            Err(_) => keys::kept_audit_secret(settings)?.with_context(|| {
                format!(
                    "there is no {} and no {KEY} in {}: set SOMABRAIN_AUDIT_KEY to the key of the time",
                    beside.display(),
                    settings.data_dir.display()
                )
            })?,
        };
        keys::keep_secret(&folder.join(KEY), &key).context("could not keep the audit key")?;
    }
    // A rehearsal tells no stream.
    Ok(Settings { data_dir: folder.into(), kafka: None, backups: None, ..settings.clone() })
}

/// Erases what was erased since the backup; a namespace of which nothing is left loses its matrix too.
async fn bury(ports: &Embedded, place: &Place) -> Result<u64> {
    let (ledger, mut erased) = (ports.ledger(), 0);
    for (tenant, ids) in by_tenant(place.erasures().read()?) {
        let act = |selection| Erasing { tenant: tenant.clone(), selection, note: note(now()) };
        let mut touched = std::collections::BTreeSet::new();
        for some in ids.chunks(BURIED) {
            let done =
                ledger.erase(act(Selection::Buried(some.to_vec()))).await.context("what was erased must stay so")?;
            erased += done.answer.memories.len() as u64;
            touched.extend(done.answer.memories.into_iter().map(|memory| memory.namespace));
        }
        let left = ledger.namespaces(&tenant).await.context("could not count namespaces")?;
        for namespace in touched.into_iter().filter(|name| left.iter().all(|(other, _)| other != name)) {
            ledger.erase(act(Selection::Namespace(namespace))).await.context("what was erased must stay so")?;
        }
    }
    Ok(erased)
}

async fn look(ports: &Embedded, settings: &Settings) -> Result<Outcome> {
    let tenants: Vec<Tenant> =
        embedded::verify_audit(settings, &Published::new())?.heads.into_iter().map(|(tenant, _)| tenant).collect();
    let sample = sample::take(ports.ledger(), &tenants).await?;
    let found = sample::find(ports.long_term(), &sample, now()).await?;
    let memories = ports.sqlite().statistics().memories;
    Ok(Outcome { memories, asked: sample.len(), found, ..Outcome::default() })
}

fn verify_chains(settings: &Settings) -> Result<u64> {
    Ok(embedded::verify_audit(settings, &Published::new())?.heads.iter().map(|(_, head)| head.number).sum())
}
