//! The names of what was erased: no backup brings it back.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::memory::MemoryId;
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draft::sync;
use crate::error::BackupError;

/// A memory that is no more: its name, never its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Erasure {
    /// Whose it was.
    pub tenant: Tenant,
    /// Its id.
    pub id: MemoryId,
}

/// The file that lists them, a JSON object a line; lines are only ever added, and any may stand there twice.
#[derive(Debug, Clone)]
pub struct Erasures {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Line {
    tenant: String,
    id: Uuid,
}

impl Erasures {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds names; they are on disk when it returns.
    pub fn append(&self, erasures: &[Erasure]) -> Result<(), BackupError> {
        if erasures.is_empty() {
            return Ok(());
        }
        let new = !self.path.exists();
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(BackupError::at(folder))?;
        }
        let mut lines = String::new();
        for erasure in erasures {
            let line = Line { tenant: erasure.tenant.as_str().into(), id: erasure.id.0 };
            lines.push_str(&serde_json::to_string(&line).expect("names are JSON"));
            lines.push('\n');
        }
        self.write(lines).map_err(BackupError::at(&self.path))?;
        match self.path.parent() {
            Some(folder) if new => sync(folder),
            _ => Ok(()),
        }
    }

    fn write(&self, mut lines: String) -> io::Result<()> {
        let mut file = File::options().append(true).read(true).create(true).open(&self.path)?;
        // Several processes may add at once: one after the other, and after a line that was cut off by a power cut.
        file.lock()?;
        if !ends_a_line(&mut file)? {
            lines.insert(0, '\n');
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    }

    /// All names so far. A last line that was cut off is of an erasure that nobody was told of; anything else that
    /// cannot be read is an error.
    pub fn read(&self) -> Result<BTreeSet<Erasure>, BackupError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(BackupError::at(&self.path)(error)),
        };
        let mut erasures = BTreeSet::new();
        for (nth, line) in text.split_inclusive('\n').enumerate() {
            let wrong = |why: String| BackupError::Erasures { path: self.path.clone(), line: nth + 1, why };
            let whole = line.trim();
            match serde_json::from_str::<Line>(whole) {
                _ if whole.is_empty() => {}
                Ok(line) => {
                    let tenant = Tenant::try_new(&line.tenant).map_err(|error| wrong(error.to_string()))?;
                    erasures.insert(Erasure { tenant, id: MemoryId(line.id) });
                }
                // The file goes on after a line that was cut off: `{"tenant": …` without its end.
                Err(error) if error.is_eof() => {}
                Err(error) => return Err(wrong(error.to_string())),
            }
        }
        Ok(erasures)
    }
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
