//! A place with backups.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::draft::Draft;
use crate::erasures::Erasures;
use crate::error::BackupError;
use crate::manifest::{FORMAT, FileEntry, Manifest};
use crate::moment::Moment;

pub(crate) const MANIFEST: &str = "manifest.json";
/// How the name of a folder ends that is no backup yet.
const UNFINISHED: &str = ".unfinished";

/// The folder that backups lie in.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
}

/// One whole backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// What it is of.
    pub moment: Moment,
    /// Where it lies.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl Place {
    /// `{folder}/somabrain`; nothing is made before the first backup.
    pub fn new(folder: &Path) -> Self {
        Self { root: folder.join("somabrain") }
    }

    /// Where the backups' folders lie.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What was erased.
    pub fn erasures(&self) -> Erasures {
        Erasures::new(self.root.join("erasures.ndjson"))
    }

    /// Begins a backup. What a process has left unfinished that was killed is taken away.
    pub fn begin(&self, moment: Moment) -> Result<Draft, BackupError> {
        make(&self.root).map_err(BackupError::at(&self.root))?;
        let lock = self.root.join("lock");
        let held = File::options().write(true).create(true).truncate(false).open(&lock);
        let held = held.map_err(BackupError::at(&lock))?;
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(self.root.clone())),
            Err(TryLockError::Error(source)) => return Err(BackupError::Io { path: lock, source }),
        }
        for name in self.names()?.iter().filter(|name| name.ends_with(UNFINISHED)) {
            let path = self.root.join(name);
            fs::remove_dir_all(&path).map_err(BackupError::at(&path))?;
        }
        let folder = self.root.join(moment.to_string());
        if folder.exists() {
            return Err(BackupError::Taken(moment));
        }
        let unfinished = self.root.join(format!("{moment}{UNFINISHED}"));
        make(&unfinished).map_err(BackupError::at(&unfinished))?;
        Ok(Draft { moment, folder, unfinished, finished: false, _lock: held })
    }

    /// What each backup is of, the oldest first; their manifests may be damaged.
    pub fn moments(&self) -> Result<Vec<Moment>, BackupError> {
        let mut moments: Vec<Moment> = self.names()?.iter().filter_map(|name| name.parse().ok()).collect();
        moments.sort_unstable();
        Ok(moments)
    }

    /// The newest backup at or before a moment.
    pub fn at_or_before(&self, wanted: Moment) -> Result<Option<Moment>, BackupError> {
        Ok(self.moments()?.into_iter().rfind(|moment| *moment <= wanted))
    }

    /// A backup by what it is of; its files are not looked at.
    pub fn open(&self, moment: Moment) -> Result<Backup, BackupError> {
        let folder = self.root.join(moment.to_string());
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(BackupError::at(&path))?;
        let wrong = |why: serde_json::Error| BackupError::Manifest { moment, why: why.to_string() };
        let said: serde_json::Value = serde_json::from_str(&text).map_err(wrong)?;
        // The form is asked for first: a later one may look different.
        let found = said.get("format").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if found > u64::from(FORMAT) {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            return Err(BackupError::Newer { moment, found, known: FORMAT });
        }
        Ok(Backup { moment, folder, manifest: serde_json::from_value(said).map_err(wrong)? })
    }

    /// Takes the oldest backups away until `keep` are left; answers which.
    pub fn prune(&self, keep: usize) -> Result<Vec<Moment>, BackupError> {
        let moments = self.moments()?;
        let old = &moments[..moments.len().saturating_sub(keep)];
        for moment in old {
            let folder = self.root.join(moment.to_string());
            // Renamed first: a half-deleted folder is no backup.
            let going = self.root.join(format!("{moment}{UNFINISHED}"));
            fs::rename(&folder, &going).map_err(BackupError::at(&folder))?;
            fs::remove_dir_all(&going).map_err(BackupError::at(&going))?;
        }
        Ok(old.to_vec())
    }

    fn names(&self) -> Result<Vec<String>, BackupError> {
        let read = match fs::read_dir(&self.root) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(BackupError::at(&self.root)(error)),
        };
        let name =
            |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
        read.map(name).collect::<io::Result<_>>().map_err(BackupError::at(&self.root))
    }
}

impl Backup {
    /// The path of a file that the manifest names.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Reads every file through: each must be what the manifest says.
    pub fn check(&self) -> Result<(), BackupError> {
        for entry in &self.manifest.files {
            let damaged = |why: String| BackupError::Damaged { moment: self.moment, file: entry.name.clone(), why };
            let path = self.file(&entry.name);
            let found = match FileEntry::of(&path, &entry.name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(damaged("is missing".into())),
                found => found.map_err(BackupError::at(&path))?,
            };
            if found.bytes != entry.bytes {
                return Err(damaged(format!("has {} bytes, not {}", found.bytes, entry.bytes)));
            }
            if found.sha256 != entry.sha256 {
                return Err(damaged("has another SHA-256 than its manifest says".into()));
            }
        }
        Ok(())
    }
}

/// For this user alone: backups hold what memories say.
#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
