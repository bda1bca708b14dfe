//! Where backups go, how often, and how many are kept.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::Values;

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
        let interval =
            values.text("backup_interval").map(|text| duration("SOMABRAIN_BACKUP_INTERVAL", text)).transpose()?;
        let keep: usize = values.parsed("backup_keep", "48", "a whole number of backups, 1 or more")?;
        ensure!(keep >= 1, "SOMABRAIN_BACKUP_KEEP must be 1 or more");
        let Some(dir) = values.text("backup_dir") else {
            ensure!(interval.is_none(), "SOMABRAIN_BACKUP_INTERVAL needs a place: set SOMABRAIN_BACKUP_DIR too");
            return Ok(None);
        };
        Ok(Some(Self { dir: dir.into(), interval, keep }))
    }
}

/// A time such as `30s`, `15m`, `1h` or `7d`.
pub(crate) fn duration(name: &str, text: &str) -> Result<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => 0,
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => bail!("{name} is `{text}`, must be a time such as 30s, 15m, 1h or 7d"),
    }
}
