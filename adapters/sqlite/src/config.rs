//! What the adapter is told.

use std::path::PathBuf;
use std::time::Duration;

use domain::audit::AuditKey;
use domain::index::lens::Lens;

/// Where the data is and how it is kept.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder; made if it is not there.
    pub folder: PathBuf,
    /// The key of the audit chains.
    pub audit_key: AuditKey,
    /// How memories and queries are read: with the static encoder's table word by word.
    pub lens: Lens,
    /// Dimensions of a new density matrix: those of the encoder.
    pub dimensions: usize,
    /// Whether there is an event stream that is told of every act ([`Outbox`](application::ports::outbox::Outbox)).
    pub events: bool,
    /// How long after the last write the log is moved into the database.
    pub quiet: Duration,
    /// How long it may wait while writes keep coming: then nothing erased is left in it.
    pub longest: Duration,
}

impl Config {
    /// The usual: 256 dimensions, no table, no event stream, the log moved after 5 s of quiet and at least once a minute.
    pub fn new(folder: impl Into<PathBuf>, audit_key: AuditKey) -> Self {
        Self {
            folder: folder.into(),
            audit_key,
            lens: Lens::default(),
            dimensions: 256,
            events: false,
            quiet: Duration::from_secs(5),
            longest: Duration::from_secs(55),
        }
    }
}

/// What a database is for; said in its header, so that neither is taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Ledger, long-term memory and density matrices.
    Ledger,
    /// A long-term memory alone, of a ledger that is elsewhere.
    Engine,
}

impl Purpose {
    /// Its number in `PRAGMA application_id`.
    pub(crate) fn id(self) -> i64 {
        match self {
            Self::Ledger => 0,
            Self::Engine => 0x534D_454D,
        }
    }

    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ledger => "a ledger",
            Self::Engine => "a memory service's long-term memory",
        }
    }
}
