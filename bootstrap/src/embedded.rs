//! The embedded profile: one process, one data folder, no server.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use application::brain::Brain;
use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use application::ports::metrics::Measurement;
use application::ports::{Component, Ports, Standing};
use domain::audit::{AuditKey, Published};
use domain::index::lens::Lens;
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_inprocess::admission::RateLimit;
use somabrain_inprocess::working::{self, SessionMemory};
use somabrain_jwt::Jwt;
use somabrain_prometheus::Prometheus;
use somabrain_regorus::Regorus;
use somabrain_sqlite::{AuditReport, OpenError, Sqlite};

use crate::backup::erasures::ErasureLog;
use crate::beside::Beside;
use crate::clock::Clock;
use crate::encoder::TextEncoder;
use crate::profile::{Profile, component};
use crate::settings::Settings;
use crate::stream::Stream;
use crate::{api, keys};

/// All ports of one process over one data folder.
pub(crate) struct Embedded {
    sqlite: Sqlite,
    working: SessionMemory,
    encoder: TextEncoder,
    policy: Regorus,
    tokens: Jwt,
    admission: RateLimit,
    events: Stream,
    metrics: Prometheus,
    clock: Clock,
    erasures: ErasureLog,
    beside: Beside,
}

/// Opens the data folder and assembles the profile.
pub(crate) async fn open(settings: &Settings) -> Result<Brain<Embedded>> {
    open_at(settings, Clock::Machine).await
}

/// The same with a clock of the caller's.
pub(crate) async fn open_at(settings: &Settings, clock: Clock) -> Result<Brain<Embedded>> {
    let encoder = TextEncoder::connect(settings).await?;
    let config = somabrain_sqlite::Config {
        lens: Lens { table: Some(encoder.table()), ways: settings.ways },
        dimensions: encoder.dimensions(),
        events: settings.kafka.is_some(),
        ..somabrain_sqlite::Config::new(&settings.data_dir, keys::audit_key(settings)?)
    };
    let tuning = api::tuning(settings, &encoder);
    let ports = Embedded {
        sqlite: Sqlite::open(config).await?,
        working: SessionMemory::new(working::Config {
            size: settings.wm_size,
            ttl: settings.wm_ttl,
            ..working::Config::default()
        }),
        policy: policy(settings)?,
        tokens: keys::tokens(settings)?,
        admission: RateLimit::new(settings.rates.clone()),
        events: Stream::connect(settings).await?,
        metrics: Prometheus::new(somabrain_prometheus::Config { version: api::version() }),
        clock,
        erasures: ErasureLog::new(settings),
        beside: Beside::default(),
        encoder,
    };
    let brain = Brain::new(ports, tuning);
    tell_of_stale(brain.ports());
    brain.recover_observations(brain.now()).await.context("could not fold the observations of the last run")?;
    Ok(brain)
}

/// The bundled policy with the operator's own files.
pub(crate) fn policy(settings: &Settings) -> Result<Regorus> {
    let policies = settings.policy_dir.as_deref().map(own_policies).transpose()?.unwrap_or_default();
    Regorus::try_new(somabrain_regorus::Config { policies }).context("the policy cannot be used")
}

/// Every `.rego` file of a folder but tests, by name.
fn own_policies(folder: &Path) -> Result<Vec<(String, String)>> {
    let unreadable = || format!("could not read SOMABRAIN_POLICY_DIR {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name.ends_with(".rego") && !name.ends_with("_test.rego") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
            files.push((name, text));
        }
    }
    ensure!(
        !files.is_empty(),
        "SOMABRAIN_POLICY_DIR {} has no .rego file: add one, or do not set it",
        folder.display()
    );
    files.sort();
    Ok(files)
}

/// Says that memories are of another encoder, and what to do about it.
fn tell_of_stale(ports: &Embedded) {
    let stale = ports.sqlite.count_foreign(ports.encoder.id());
    if stale > 0 {
        tracing::info!(
            stale,
            "memories are encoded by another encoder and found by that too: see `somabrain reencode`"
        );
    }
}

/// Merges what is left and lets go of the folder.
pub(crate) async fn close(brain: Brain<Embedded>) -> Result<()> {
    brain.ports().beside.end().await;
    brain.merge_observations().await.context("could not merge the last observations")?;
    brain.recover_observations(brain.now()).await.context("could not merge the last observations")?;
    tokio::task::spawn_blocking(move || drop(brain)).await.context("the data folder could not be closed")
}

/// Whether opening failed because another process has the folder.
pub(crate) fn in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(OpenError::InUse { .. }))
}

/// Checks the audit chains; reads only, also beside a running server.
pub(crate) fn verify_audit(settings: &Settings, published: &Published) -> Result<AuditReport> {
    let secret = keys::kept_audit_secret(settings)?.with_context(|| {
        format!("there is no audit.key in {}: set SOMABRAIN_DATA_DIR to a data folder", settings.data_dir.display())
    })?;
    let key = AuditKey::try_new(&secret).context("the key of the audit log cannot be used")?;
    Ok(somabrain_sqlite::verify_audit(&settings.data_dir, &key, published)?)
}

impl Embedded {
    /// The data folder's adapter, for maintenance commands.
    pub(crate) fn sqlite(&self) -> &Sqlite {
        &self.sqlite
    }
}

impl Profile for Embedded {
    async fn measurements(&self) -> Vec<Measurement> {
        let mut measured = vec![Measurement::Memories(self.sqlite.statistics().memories)];
        measured.extend(self.encoder.measurement());
        measured
    }

    async fn tenants_with_expired(&self, now: Timestamp) -> Vec<Tenant> {
        self.sqlite.tenants_with_expired(now)
    }

    /// The writer does it by itself.
    async fn prune(&self, now: Timestamp) -> Result<(), PortError> {
        if self.sqlite.compact_if_due(now).await? {
            tracing::info!("compacted: nothing of what was erased is left in the database");
        }
        Ok(())
    }

    fn place(settings: &Settings) -> String {
        format!("data in {}", settings.data_dir.display())
    }

    async fn close(brain: Brain<Self>) -> Result<()> {
        close(brain).await
    }
}

impl Ports for Embedded {
    type Ledger = Sqlite;
    type Outbox = Sqlite;
    type LongTerm = Sqlite;
    type Working = SessionMemory;
    type Density = Sqlite;
    type Encoder = TextEncoder;
    type Policy = Regorus;
    type Authenticator = Jwt;
    type Admission = RateLimit;
    type Events = Stream;
    type Metrics = Prometheus;
    type System = Clock;

    fn ledger(&self) -> &Sqlite {
        &self.sqlite
    }
    fn outbox(&self) -> &Sqlite {
        &self.sqlite
    }
    fn long_term(&self) -> &Sqlite {
        &self.sqlite
    }
    fn working(&self) -> &SessionMemory {
        &self.working
    }
    fn density(&self) -> &Sqlite {
        &self.sqlite
    }
    fn encoder(&self) -> &TextEncoder {
        &self.encoder
    }
    fn policy(&self) -> &Regorus {
        &self.policy
    }
    fn authenticator(&self) -> &Jwt {
        &self.tokens
    }
    fn admission(&self) -> &RateLimit {
        &self.admission
    }
    fn events(&self) -> &Stream {
        &self.events
    }
    fn metrics(&self) -> &Prometheus {
        &self.metrics
    }
    fn system(&self) -> &Clock {
        &self.clock
    }

    async fn note_erased(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<(), PortError> {
        self.erasures.note(tenant, ids).await
    }

    fn standing(&self) -> Vec<Standing> {
        let mut standing = ["storage", "index", "policy"].map(Standing::needed).to_vec();
        standing.push(self.encoder.standing());
        standing.extend(self.events.standing());
        standing
    }

    async fn probe(&self, on: Standing) -> Component {
        match on.name {
            "storage" => component(on, self.sqlite.probe()).await,
            "encoder" => component(on, self.encoder.probe()).await,
            "kafka" => component(on, self.events.check()).await,
            // Index and policy live in this process: as long as it answers, they do.
            _ => on.found(Ok(()), Duration::ZERO),
        }
    }

    fn beside(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.beside.begin(work);
    }
}
