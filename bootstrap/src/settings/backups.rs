//! Where backups go, how often, and how many are kept.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::Values;
use crate::age::Age;

/// Backups that this program makes by itself, and where the commands look for them.
#[derive(Debug, Clone)]
pub(crate) struct Backups {
    /// The folder that `somabrain/{YYYYMMDD_HHMMSS}/` lies in.
    pub dir: PathBuf,
    /// How often a server makes one; `None`: only the command does.
    pub interval: Option<Duration>,
    /// How many are kept.
    pub keep: usize,
}

impl Backups {
    /// Reads what was set; `None`: no folder was.
    pub(super) fn read(values: &Values<'_>) -> Result<Option<Self>> {
        let interval = values.text("backup_interval").map(interval).transpose()?;
        let keep: usize = values.parsed("backup_keep", "48", "a whole number of backups, 1 or more")?;
        ensure!(keep >= 1, "SOMABRAIN_BACKUP_KEEP must be 1 or more");
        let Some(dir) = values.text("backup_dir") else {
            ensure!(interval.is_none(), "SOMABRAIN_BACKUP_INTERVAL needs a place: set SOMABRAIN_BACKUP_DIR too");
            return Ok(None);
        };
        Ok(Some(Self { dir: dir.into(), interval, keep }))
    }
}

fn interval(text: &str) -> Result<Duration> {
    match text.trim().parse::<Age>() {
        Ok(age) if !age.duration().is_zero() => Ok(age.duration()),
        _ => bail!("SOMABRAIN_BACKUP_INTERVAL is `{text}`, must be a duration such as 15m, 1h or 1d"),
    }
}
