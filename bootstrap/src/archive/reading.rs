//! The check of all archived rows: from the first event of each chain on, each with its seal.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use domain::audit::{AuditEvent, AuditKey, Head, Published, Seal, verify};
use domain::tenant::Tenant;

use super::{BEGINS, ENDS, Line};

/// The seals of all archived events by their tenants, the first event's first. A run that was broken off leaves rows that
/// the next run archives once more: these must be the same.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    seals: BTreeMap<Tenant, Vec<Seal>>,
}

impl Archive {
    /// Reads and checks every file of the folder; the error names the first line that is not what was archived.
    pub(crate) fn read(folder: &Path, key: &AuditKey) -> Result<Self> {
        let mut archive = Self::default();
        for file in files(folder).with_context(|| format!("could not read the folder {}", folder.display()))? {
            let lines =
                BufReader::new(File::open(&file).with_context(|| format!("could not read {}", file.display()))?);
            for (number, line) in lines.lines().enumerate() {
                let place = || format!("{}, line {}", file.display(), number + 1);
                let line = line.with_context(|| format!("could not read {}", place()))?;
                archive.take(key, &line).with_context(place)?;
            }
        }
        Ok(archive)
    }

    /// Whether the archived part of each chain holds what was published of it.
    pub(crate) fn hold(&self, published: &Published) -> Result<()> {
        for (tenant, seals) in &self.seals {
            for (number, seal) in (1..).zip(seals) {
                let held = published.hold(tenant, &Head { number, seal: *seal });
                held.with_context(|| format!("the archive of tenant {tenant} was tampered with"))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, key: &AuditKey, line: &str) -> Result<()> {
        let line: Line = serde_json::from_str(line).context("it is no row of an audit log")?;
        let (tenant, number) = (line.tenant.clone(), line.number);
        let Some((event, seal)) = line.read() else {
            bail!("event {number} of tenant {tenant} was tampered with: a field cannot be read")
        };
        self.put(key, event, seal)
    }

    fn put(&mut self, key: &AuditKey, event: AuditEvent, seal: Seal) -> Result<()> {
        let (tenant, number) = (event.tenant.clone(), event.number);
        let seals = self.seals.entry(tenant.clone()).or_default();
        let known = seals.len() as u64;
        ensure!(
            (1..=known + 1).contains(&number),
            "event {} of tenant {tenant} is missing: event {number} stands in its place",
            known + 1
        );
        let at = usize::try_from(number - 1).context("a number of an event")?;
        let before = match at.checked_sub(1) {
            None => Head::genesis(key, &tenant),
            Some(before) => Head { number: number - 1, seal: seals[before] },
        };
        let tampered = || format!("the archive of tenant {tenant} was tampered with");
        let end = verify(key, &tenant, before, [(event, seal)]).with_context(tampered)?;
        match seals.get(at) {
            None => seals.push(end.seal),
            Some(known) => {
                ensure!(*known == end.seal, "event {number} of tenant {tenant} is there twice, not the same")
            }
        }
        Ok(())
    }

    /// The tenants that it has rows of.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.seals.keys()
    }

    /// Whether the archive has all that came before the beginning of a chain.
    pub(crate) fn meets(&self, tenant: &Tenant, beginning: &Head) -> Result<()> {
        let seals = self.seals.get(tenant).map_or(&[][..], Vec::as_slice);
        ensure!(
            seals.len() as u64 >= beginning.number,
            "the archive of tenant {tenant} ends at event {}, its audit log in the database begins after event {}",
            seals.len(),
            beginning.number
        );
        let last = usize::try_from(beginning.number - 1).ok().and_then(|last| seals.get(last));
        ensure!(last == Some(&beginning.seal), "the audit log of tenant {tenant} does not continue its archive");
        Ok(())
    }
}

/// The files of archives in the order of their runs.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let is_archive = |name: &str| name.starts_with(BEGINS) && name.ends_with(ENDS);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_archive) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
