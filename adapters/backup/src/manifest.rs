//! What a backup says of itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The form of backups that this version makes, and the latest that it can read.
pub const FORMAT: u32 = 1;

/// The manifest: versions, counts, checksums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// The program that made it.
    pub version: String,
    /// `embedded` or `networked`.
    pub profile: String,
    /// The newest migration of the tables that are in it.
    pub schema: String,
    /// When it began, in RFC 3339: everything acknowledged before is in it.
    pub began: String,
    /// When it ended: nothing acknowledged after is in it.
    pub ended: String,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// The settings at the time, without secrets.
    pub settings: BTreeMap<String, String>,
    /// The files beside the manifest.
    pub files: Vec<FileEntry>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the backup's folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// How many rows a table has; zero where there is no such table.
    pub fn count(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl FileEntry {
    /// Reads a file through.
    pub(crate) fn of(path: &Path, name: &str) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => {
                    digest.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
        Ok(Self { name: name.to_owned(), bytes, sha256: HEXLOWER.encode(&digest.finalize()) })
    }
}
