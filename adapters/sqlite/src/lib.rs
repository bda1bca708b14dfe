//! Ledger and long-term memory in one act: rows on disk, the index in memory.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use application::ports::ledger::Ledger;
//! use domain::audit::AuditKey;
//! use domain::tenant::Tenant;
//! use somabrain_sqlite::{Config, Sqlite};
//!
//! let key = AuditKey::try_new(b"sixteen bytes or more")?;
//! let sqlite = Sqlite::open(Config::new("somabrain-data", key)).await?;
//! let namespaces = sqlite.namespaces(&Tenant::try_new("acme")?).await?;
//! println!("{namespaces:?}, {:?}", sqlite.statistics());
//! # Ok(())
//! # }
//! ```

mod acts;
mod archive;
mod audit;
mod backup;
mod beginnings;
mod compaction;
mod config;
mod connection;
mod desk;
mod engine;
mod error;
mod examine;
mod idle;
mod index;
mod load;
mod name;
mod open;
mod outbox;
mod ports;
mod read;
mod row;
mod schema;
mod versions;
mod writer;

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::long_term::ServiceId;
use domain::audit::AuditKey;
use domain::density::matrix::DensityMatrix;
use domain::encoding::EncoderId;
use domain::memory::Seq;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use uuid::Uuid;

pub use audit::{AuditError, AuditReport, verify_audit};
pub use backup::{Copied, Held, copy, erased_in, is_behind, look};
pub use config::Config;
pub use engine::{Engine, EngineConfig};
pub use error::OpenError;
pub use examine::{Examined, examine};

use config::Purpose;
use index::Index;
use outbox::Leases;
use ports::failure;
use read::Readers;
use writer::{Command, Writer};

/// One data folder, held by this process alone: ledger, long-term memory and density matrices.
///
/// Dropping it ends the writing thread after what waits, and blocks until the file is closed.
pub struct Sqlite {
    service: ServiceId,
    index: Arc<Index>,
    mixed: Arc<DensityMatrix>,
    folder: PathBuf,
    audit_key: AuditKey,
    /// Who tells the event stream, where there is one.
    leases: Option<Leases>,
    // Fields are dropped in order: readers, then the writer as the last connection, then the lock.
    readers: Readers,
    writer: Writer,
    _lock: File,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Memories, all tenants.
    pub memories: u64,
    /// Bytes of the database and its log on disk.
    pub bytes: u64,
}

impl Sqlite {
    /// Opens a data folder, or makes one. What is there is checked, every checksum too, before anything is written; a
    /// folder that is refused is as it was. A density matrix that is damaged is no reason to refuse: it is mended or
    /// replaced once all else was found sound.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        Self::open_for(Purpose::Ledger, None, config).await
    }

    async fn open_for(purpose: Purpose, name: Option<Uuid>, config: Config) -> Result<Self, OpenError> {
        let (folder, dimensions, audit_key) = (config.folder.clone(), config.dimensions, config.audit_key.clone());
        let leases = config.events.then(Leases::default);
        let file = connection::file(&folder);
        let opened = tokio::task::spawn_blocking(move || open::open(purpose, name, config)).await;
        let opened = opened.map_err(|source| OpenError::Other { file, source: source.into() })??;
        let mixed = Arc::new(DensityMatrix::maximally_mixed(dimensions));
        let open::Opened { service, index, readers, writer, lock } = opened;
        Ok(Self { service, index, mixed, folder, audit_key, leases, readers, writer, _lock: lock })
    }

    /// How much there is.
    pub fn statistics(&self) -> Statistics {
        let file = connection::file(&self.folder);
        let log = file.with_extension("db-wal");
        let bytes = [file, log].iter().filter_map(|file| fs::metadata(file).ok()).map(|found| found.len()).sum();
        Statistics { memories: self.index.read().len() as u64, bytes }
    }

    /// How many memories of all tenants another encoder has encoded.
    pub fn count_foreign(&self, encoder: &EncoderId) -> u64 {
        self.index.read().stale(encoder, Seq(0)).filter(|stale| stale.memory.encoding.is_some()).count() as u64
    }

    /// How many memories of all tenants the encoder has not encoded.
    pub fn count_stale(&self, encoder: &EncoderId) -> u64 {
        self.index.read().stale(encoder, Seq(0)).count() as u64
    }

    /// The tenants that have a memory past its time to live: whom an erasure of what has expired is for.
    pub fn tenants_with_expired(&self, by: Timestamp) -> Vec<Tenant> {
        self.index.read().tenants_with_expired(by)
    }

    /// Whether the file can be read and the writer answers, for `/health`.
    pub async fn probe(&self) -> Result<(), PortError> {
        let query = "SELECT user_version AS number FROM pragma_user_version";
        let read = self.readers.run(|connection| connection::number(connection, query)).await;
        read.map_err(|error| error.at("ledger", "read the database"))?;
        let answered = self.writer.ask(Command::Probe).await;
        answered.map_err(|error| failure(error).at("ledger", "reach the writer"))
    }

    /// Builds the index again from the rows; writes wait meanwhile.
    pub async fn reindex(&self) -> Result<(), PortError> {
        let done = self.writer.ask(Command::Reindex).await;
        done.map_err(|error| failure(error).at("ledger", "build the index again"))
    }

    /// Takes every memory, link and tombstone away, for an engine that is to be told anew.
    pub(crate) async fn empty(&self) -> Result<(), PortError> {
        let done = self.writer.ask(Command::Empty).await;
        done.map_err(|error| failure(error).at("long_term", "forget everything"))
    }

    /// Writes the database anew and moves the log into it, so that nothing erased is left on disk and room is given back.
    /// Writes wait meanwhile; it takes as much room on disk and in memory as the data.
    pub async fn compact(&self) -> Result<(), PortError> {
        let done = self.writer.ask(Command::Compact).await;
        done.map_err(|error| failure(error).at("ledger", "move the log into the database"))
    }

    /// The same if anything was erased since the last time and that is a day ago; answers whether it was done.
    pub async fn compact_if_due(&self, now: Timestamp) -> Result<bool, PortError> {
        let done = self.writer.ask(|answer| Command::CompactIfDue(now, answer)).await;
        done.map_err(|error| failure(error).at("ledger", "move the log into the database"))
    }
}
