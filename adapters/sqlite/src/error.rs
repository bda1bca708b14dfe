//! What can go wrong with a SQLite file, and what it means to callers.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::Arc;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::ledger::{LedgerError, Refusal};
use somabrain_record::InvalidRecord;
use thiserror::Error;

/// Why a data folder was not opened; each says what to do. The folder is as it was.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder is not there and cannot be made, is read-only, or belongs to someone else.
    #[error("the data folder {} cannot be written: give this user the right to write there, or choose another folder", folder.display())]
    Unwritable {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("the data folder {} is in use by another process: stop that one first, or choose another folder", folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// What is stored there is not what was written.
    #[error("the database {} is damaged (corrupt): {what}; it was left untouched: restore a backup", file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What was found.
        what: String,
    },
    /// It is there for something else.
    #[error("the database {} is {found}, not {wanted}: choose another data folder", file.display())]
    Purpose {
        /// Which file.
        file: PathBuf,
        /// What it is.
        found: &'static str,
        /// What was to be opened.
        wanted: &'static str,
    },
    /// It was written by a later version of this program.
    #[error("the database {} was made by a newer version (schema {found}, this program knows {known}): use that version", file.display())]
    Newer {
        /// Which file.
        file: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// Anything else.
    #[error("the database {} could not be opened", file.display())]
    Other {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: Box<dyn StdError + Send + Sync>,
    },
}

/// A stored row that no memory can be made of, or that is not what was written.
#[derive(Debug, Clone, Error)]
#[error("column {column} is invalid: {why}")]
pub(crate) struct InvalidRow {
    column: &'static str,
    why: String,
}

impl InvalidRow {
    pub(crate) fn new(column: &'static str, why: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { column, why: why.into().to_string() }
    }
}

impl From<InvalidRecord> for InvalidRow {
    fn from(invalid: InvalidRecord) -> Self {
        Self { column: invalid.field, why: invalid.reason }
    }
}

/// An operation that the database could not do.
#[derive(Debug, Clone, Error)]
pub(crate) enum Error {
    /// SQLite says so.
    #[error("sqlite: {0}")]
    Database(Arc<diesel::result::Error>),
    /// A row is not what was written.
    #[error("a stored row is damaged")]
    Row(#[from] InvalidRow),
    /// A density matrix was merged before, or one of its memories is not there.
    #[error("a memory of the fold is in the matrix already, or is no more")]
    Merged,
    /// An entry names another tenant's memory.
    #[error("an entry is of another tenant than the one it was sent for")]
    Stray,
    /// The connection could not be opened.
    #[error("could not open the database: {0}")]
    Connect(Arc<diesel::ConnectionError>),
    /// The file system says so.
    #[error("{0}")]
    Io(Arc<std::io::Error>),
    /// The thread that writes is gone or failed over this act.
    #[error("the writer has ended")]
    Ended,
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<diesel::ConnectionError> for Error {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Connect(Arc::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

impl Error {
    /// What a caller can do about it. diesel hands on SQLite's words, not its codes.
    pub(crate) fn kind(&self) -> PortErrorKind {
        match self {
            Self::Database(error) => kind_of(&error.to_string()),
            Self::Connect(error) => kind_of(&error.to_string()),
            Self::Row(_) => PortErrorKind::Corrupt,
            Self::Merged => PortErrorKind::Conflict,
            Self::Stray => PortErrorKind::Internal,
            Self::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => PortErrorKind::Full,
            Self::Io(_) | Self::Ended => PortErrorKind::Unavailable,
        }
    }

    /// The same at the edge of the crate.
    pub(crate) fn at(self, port: &'static str, operation: &'static str) -> PortError {
        PortError::new(port, operation, self.kind(), self)
    }
}

fn kind_of(words: &str) -> PortErrorKind {
    const KINDS: [(&str, PortErrorKind); 9] = [
        ("full", PortErrorKind::Full),
        ("locked", PortErrorKind::Unavailable),
        ("busy", PortErrorKind::Unavailable),
        ("readonly", PortErrorKind::Unavailable),
        ("disk I/O error", PortErrorKind::Unavailable),
        ("unable to open", PortErrorKind::Unavailable),
        ("malformed", PortErrorKind::Corrupt),
        ("not a database", PortErrorKind::Corrupt),
        ("unsupported file format", PortErrorKind::Corrupt),
    ];
    KINDS.iter().find(|(part, _)| words.contains(part)).map_or(PortErrorKind::Internal, |(_, kind)| *kind)
}

/// Why an act was not done.
#[derive(Debug, Clone, Error)]
pub(crate) enum ActError {
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database could not.
    #[error(transparent)]
    Failed(Error),
}

impl From<Error> for ActError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<InvalidRow> for ActError {
    fn from(error: InvalidRow) -> Self {
        Self::Failed(error.into())
    }
}

impl From<InvalidRecord> for ActError {
    fn from(error: InvalidRecord) -> Self {
        InvalidRow::from(error).into()
    }
}

impl From<diesel::result::Error> for ActError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl ActError {
    /// The same at the edge of the crate.
    pub(crate) fn at(self, operation: &'static str) -> LedgerError {
        match self {
            Self::Refused(refusal) => LedgerError::Refused(refusal),
            Self::Failed(error) => LedgerError::Port(error.at("ledger", operation)),
        }
    }
}
