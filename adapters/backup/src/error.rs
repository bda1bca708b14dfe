//! What can be wrong with backups.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::moment::Moment;

/// Why a backup cannot be made, found or believed.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The system was in the way.
    #[error("{} cannot be used", path.display())]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// There is a backup of that second already.
    #[error("there is a backup of {0} already: wait a second and try again")]
    Taken(Moment),
    /// Another process makes one in the same place.
    #[error("another process is making a backup in {}", .0.display())]
    Busy(PathBuf),
    /// The manifest cannot be read.
    #[error("the backup of {moment} is damaged: its manifest.json cannot be read: {why}")]
    Manifest {
        /// Which backup.
        moment: Moment,
        /// What is wrong.
        why: String,
    },
    /// It was made by a later version in a way that this one does not know.
    #[error("the backup of {moment} has format {found}, this version knows {known}: use a later version")]
    Newer {
        /// Which backup.
        moment: Moment,
        /// Its format.
        found: u32,
        /// The latest known.
        known: u32,
    },
    /// A file is not what was written.
    #[error("the backup of {moment} is damaged: {file} {why}")]
    Damaged {
        /// Which backup.
        moment: Moment,
        /// Which of its files.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The list of what was erased cannot be believed.
    #[error("{} is damaged at line {line}: {why}", path.display())]
    Erasures {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

impl BackupError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
