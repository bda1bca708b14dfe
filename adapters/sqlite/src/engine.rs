//! The long-term memory alone: what a memory service keeps of a ledger that is elsewhere.

use std::path::PathBuf;
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use domain::audit::AuditKey;
use domain::index::lens::Lens;
use domain::memory::Seq;
use domain::recall::cue::Cue;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::config::{Config, Purpose};
use crate::{OpenError, Sqlite, Statistics};

/// Where the memory service's data is and how it is kept.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The data folder; made if it is not there. Never a ledger's.
    pub folder: PathBuf,
    /// The name that it gets if there is nothing in the folder yet, or nothing that has one: its alone.
    pub name: Uuid,
    /// How memories and queries are read: with the static encoder's table word by word.
    pub lens: Lens,
    /// How long after the last write the log is moved into the database.
    pub quiet: Duration,
    /// How long it may wait while writes keep coming: then nothing erased is left in it.
    pub longest: Duration,
}

impl EngineConfig {
    /// The usual: no table, the log moved after 5 s of quiet and at least once a minute.
    pub fn new(folder: impl Into<PathBuf>, name: Uuid) -> Self {
        let usual = Config::new(folder, unused_key());
        Self { folder: usual.folder, name, lens: Lens::default(), quiet: usual.quiet, longest: usual.longest }
    }
}

/// A long-term memory on disk, told by entries only; what was applied is there after a restart.
///
/// One data folder, held by this process alone. Dropping it blocks until the file is closed.
pub struct Engine(Sqlite);

impl Engine {
    /// Opens a data folder, or makes one; what is there is checked as a ledger's is.
    pub async fn open(config: EngineConfig) -> Result<Self, OpenError> {
        let EngineConfig { folder, name, lens, quiet, longest } = config;
        let config = Config { lens, quiet, longest, ..Config::new(folder, unused_key()) };
        Ok(Self(Sqlite::open_for(Purpose::Engine, Some(name), config).await?))
    }

    /// How much there is.
    pub fn statistics(&self) -> Statistics {
        self.0.statistics()
    }

    /// Whether the file can be read and the writer answers, for `/health`.
    pub async fn probe(&self) -> Result<(), PortError> {
        self.0.probe().await
    }

    /// Writes the database anew and moves the log into it, so that nothing erased is left on disk; writes wait meanwhile.
    pub async fn compact(&self) -> Result<(), PortError> {
        self.0.compact().await
    }

    /// The same if anything was erased since the last time and that is a day ago; answers whether it was done.
    pub async fn compact_if_due(&self, now: Timestamp) -> Result<bool, PortError> {
        self.0.compact_if_due(now).await
    }
}

/// Applying nothing asks whether anything could be applied.
impl LongTermMemory for Engine {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        match entries {
            [] => self.probe().await.map(|()| self.0.service),
            entries => self.0.apply(tenant, entries).await,
        }
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        self.0.position(tenant).await
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.0.empty().await
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        self.0.search(cue).await
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        self.0.service().await
    }
}

/// An engine keeps no audit chain: entries come from a ledger that has one.
fn unused_key() -> AuditKey {
    AuditKey::try_new(b"no chain is kept").expect("sixteen bytes are enough")
}
