//! A backup while it is being made: nobody takes it for one before it is whole and on disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::BackupError;
use crate::manifest::{FileEntry, Manifest};
use crate::moment::Moment;
use crate::place::{Backup, MANIFEST};

/// A folder that is to become a backup; dropped before [`Draft::finish`], it is taken away.
#[derive(Debug)]
pub struct Draft {
    pub(crate) moment: Moment,
    pub(crate) folder: PathBuf,
    pub(crate) unfinished: PathBuf,
    pub(crate) finished: bool,
    /// Held, so that one process at a time makes backups in a place.
    pub(crate) _lock: File,
}

impl Draft {
    /// Where its files are to be written.
    pub fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// What the backup is of.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Makes it a backup: every file is read through and synced, the manifest says so, and then the folder gets its name.
    pub fn finish(mut self, mut manifest: Manifest) -> Result<Backup, BackupError> {
        manifest.files = self.entries()?;
        let path = self.unfinished.join(MANIFEST);
        let text = serde_json::to_string_pretty(&manifest).expect("a manifest is JSON");
        fs::write(&path, text + "\n").map_err(BackupError::at(&path))?;
        sync(&path)?;
        sync(&self.unfinished)?;
        fs::rename(&self.unfinished, &self.folder).map_err(BackupError::at(&self.folder))?;
        self.finished = true;
        if let Some(place) = self.folder.parent() {
            sync(place)?;
        }
        Ok(Backup { moment: self.moment, folder: self.folder.clone(), manifest })
    }

    fn entries(&self) -> Result<Vec<FileEntry>, BackupError> {
        let unreadable = || BackupError::at(&self.unfinished);
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.unfinished).map_err(unreadable())? {
            let path = file.map_err(unreadable())?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            sync(&path)?;
            entries.push(FileEntry::of(&path, &name).map_err(BackupError::at(&path))?);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever begins the next takes away what cannot be taken away now.
            fs::remove_dir_all(&self.unfinished).ok();
        }
    }
}

pub(crate) fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::at(path))
}
