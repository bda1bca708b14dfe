//! A run: all rows into one file, that file safe on disk under its name, and only then the rows out of the database.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use application::ports::archiving::{Archiving, AuditLog, Segment};
use application::ports::ledger::Note;
use domain::audit::{AuditKey, Head, verify};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use super::{BEGINS, ENDS, Line};

/// Most rows that one act deletes: it is to be short, as others write meanwhile.
const AT_ONCE: u64 = 5_000;

/// What became of a run.
pub(crate) struct Archived {
    /// Rows.
    pub rows: u64,
    /// Of so many tenants.
    pub tenants: usize,
    /// Where they are now.
    pub file: PathBuf,
}

/// Archives what was made before a moment; `None`: there is nothing. The chain is verified on the way: one that is broken is
/// not archived.
pub(crate) async fn run(
    log: &impl AuditLog,
    key: &AuditKey,
    folder: &Path,
    before: Timestamp,
    note: Note,
) -> Result<Option<Archived>> {
    // Also where there is nothing to write yet: whoever verifies with it asks for a folder.
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    let segments = log.archivable(before).await?;
    if segments.is_empty() {
        return Ok(None);
    }
    let name: String = note.at.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let file = folder.join(format!("{BEGINS}{name}{ENDS}"));
    let unwritable = || format!("could not write {}", file.display());
    let acts = write(log, key, &segments, &file).await.with_context(unwritable)?;
    for (tenant, from, upto) in acts {
        let act = Archiving { tenant, from, upto, note: note.clone() };
        if !log.archive(&act).await.context("the rows are in the archive and still in the database: run it again")? {
            bail!("the chain of tenant {} was archived by another run meanwhile: run it again", act.tenant);
        }
    }
    let rows = segments.iter().map(|segment| segment.upto - segment.from.number).sum();
    Ok(Some(Archived { rows, tenants: segments.len(), file }))
}

/// Writes the file, synced and under its name; answers by which acts its rows are to be deleted.
async fn write(
    log: &impl AuditLog,
    key: &AuditKey,
    segments: &[Segment],
    file: &Path,
) -> Result<Vec<(Tenant, Head, Head)>> {
    let folder = file.parent().context("a file in a folder")?;
    ensure!(!file.exists(), "it is there already");
    let unfinished = file.with_extension("partial");
    let mut lines = BufWriter::new(File::create(&unfinished)?);
    let mut acts = Vec::new();
    for segment in segments {
        copy(log, key, segment, &mut lines, &mut acts).await?;
    }
    lines.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&unfinished, file)?;
    File::open(folder)?.sync_all()?;
    Ok(acts)
}

async fn copy(
    log: &impl AuditLog,
    key: &AuditKey,
    segment: &Segment,
    lines: &mut impl Write,
    acts: &mut Vec<(Tenant, Head, Head)>,
) -> Result<()> {
    let Segment { tenant, from, upto } = segment;
    let (mut end, mut begun) = (*from, *from);
    while end.number < *upto {
        let rows = log.sealed_events(tenant, end.number, *upto).await?;
        ensure!(!rows.is_empty(), "the audit log of tenant {tenant} ends at event {}", end.number);
        for (event, seal) in rows {
            serde_json::to_writer(&mut *lines, &Line::of(&event, &seal))?;
            lines.write_all(b"\n")?;
            let checked = verify(key, tenant, end, [(event, seal)]);
            end = checked.with_context(|| format!("the audit log of tenant {tenant} was tampered with"))?;
            if end.number - begun.number == AT_ONCE || end.number == *upto {
                acts.push((tenant.clone(), begun, end));
                begun = end;
            }
        }
    }
    Ok(())
}
