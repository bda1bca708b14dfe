//! The embedded profile: one process, one data folder, no server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use application::brain::{self, Brain};
use application::call::Caller;
use application::ports::error::PortError;
use application::ports::{Component, Ports};
use domain::audit::AuditKey;
use domain::tenant::Tenant;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use somabrain_inprocess::EventLog;
use somabrain_inprocess::SystemClock;
use somabrain_inprocess::admission::{self, RateLimit};
use somabrain_inprocess::working::{self, SessionMemory};
use somabrain_jwt::{Jwt, Key};
use somabrain_prometheus::Prometheus;
use somabrain_regorus::Regorus;
use somabrain_sqlite::{AuditReport, OpenError, Sqlite};
use somabrain_static_encoder::StaticEncoder;

use crate::settings::{Mode, Settings};

/// All ports of one process over one data folder.
pub(crate) struct Embedded {
    sqlite: Sqlite,
    working: SessionMemory,
    encoder: StaticEncoder,
    policy: Regorus,
    tokens: Jwt,
    admission: RateLimit,
    events: EventLog,
    metrics: Prometheus,
    clock: SystemClock,
}

/// Opens the data folder and assembles the profile.
pub(crate) async fn open(settings: &Settings) -> Result<Brain<Embedded>> {
    let encoder = StaticEncoder::shipped().context("the shipped table of the encoder could not be read")?;
    let config = somabrain_sqlite::Config {
        table: Some(encoder.table()),
        ..somabrain_sqlite::Config::new(&settings.data_dir, audit_key(settings)?)
    };
    let ports = Embedded {
        sqlite: Sqlite::open(config).await?,
        working: SessionMemory::new(working::Config {
            size: settings.wm_size,
            ttl: settings.wm_ttl,
            ..working::Config::default()
        }),
        encoder,
        policy: Regorus::try_new(somabrain_regorus::Config::default()).context("the policy could not be compiled")?,
        tokens: tokens(settings)?,
        admission: RateLimit::try_new(admission::Config {
            rps: settings.rate_rps.map(f64::from),
            burst: settings.rate_burst,
        })?,
        events: EventLog::new(0),
        metrics: Prometheus::new(somabrain_prometheus::Config { version: version() }),
        clock: SystemClock,
    };
    let brain =
        Brain::new(ports, brain::Settings { abstain_below: settings.abstain_below, ..brain::Settings::default() });
    brain.recover_observations(brain.now()).await.context("could not fold the observations of the last run")?;
    Ok(brain)
}

/// Merges what is left and lets go of the folder.
pub(crate) async fn close(brain: Brain<Embedded>) -> Result<()> {
    brain.merge_observations().await.context("could not merge the last observations")?;
    brain.recover_observations(brain.now()).await.context("could not merge the last observations")?;
    tokio::task::spawn_blocking(move || drop(brain)).await.context("the data folder could not be closed")
}

/// Whether opening failed because another process has the folder.
pub(crate) fn in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(OpenError::InUse { .. }))
}

/// Checks the audit chains; reads only, also beside a running server.
pub(crate) fn verify_audit(settings: &Settings) -> Result<AuditReport> {
    let secret = kept_audit_secret(settings)?.with_context(|| {
        format!("there is no audit.key in {}: set SOMABRAIN_DATA_DIR to a data folder", settings.data_dir.display())
    })?;
    let key = AuditKey::try_new(&secret).context("the key of the audit log cannot be used")?;
    Ok(somabrain_sqlite::verify_audit(&settings.data_dir, &key)?)
}

/// How the API serves under these settings.
pub(crate) fn http_config(settings: &Settings) -> Result<somabrain_http::Config> {
    let development = settings.mode == Mode::Development;
    Ok(somabrain_http::Config {
        bind: settings.address,
        mode: if development { somabrain_http::Mode::Development } else { somabrain_http::Mode::Production },
        anonymous: development.then(local_caller),
        limits: somabrain_http::Limits { slow: settings.slow, ..somabrain_http::Limits::default() },
        cursor_key: cursor_key(&audit_secret(settings)?),
        version: version(),
    })
}

/// Who a call without a token is in development mode, and who the owner of the folder is on the command line.
pub(crate) fn local_caller() -> Caller {
    Caller {
        tenant: Tenant::try_new("local").expect("a short plain word"),
        subject: "local".into(),
        roles: vec!["admin".into()],
    }
}

fn version() -> String {
    concat!("v", env!("CARGO_PKG_VERSION")).into()
}

/// Checks tokens as the settings say; also mints them.
pub(crate) fn tokens(settings: &Settings) -> Result<Jwt> {
    let tokens = &settings.tokens;
    let mut keys: Vec<Key> = tokens.secrets.iter().map(|secret| Key::Secret(secret.reveal().into())).collect();
    keys.extend(tokens.public_key.iter().cloned().map(Key::Pem));
    Jwt::try_new(somabrain_jwt::Config {
        keys,
        issuer: tokens.issuer.clone(),
        audience: tokens.audience.clone(),
        tenant_claim: tokens.tenant_claim.clone(),
        roles_claim: tokens.roles_claim.clone(),
        ..somabrain_jwt::Config::default()
    })
    .context("the keys of SOMABRAIN_JWT_SECRET or SOMABRAIN_JWT_PUBLIC_KEY_PATH cannot be used")
}

fn audit_key(settings: &Settings) -> Result<AuditKey> {
    AuditKey::try_new(&audit_secret(settings)?).context("SOMABRAIN_AUDIT_KEY cannot be used")
}

/// The key of the settings; without one, a key that is made once and kept in the data folder.
fn audit_secret(settings: &Settings) -> Result<Vec<u8>> {
    if let Some(key) = kept_audit_secret(settings)? {
        return Ok(key);
    }
    let key: [u8; 32] = rand::random();
    keep_secret(&key_file(settings), &key).with_context(|| unusable(settings))?;
    Ok(key.to_vec())
}

/// The key of the settings, else the one in the data folder, if there is one.
fn kept_audit_secret(settings: &Settings) -> Result<Option<Vec<u8>>> {
    if let Some(key) = &settings.audit_key {
        return Ok(Some(key.reveal().as_bytes().to_vec()));
    }
    match fs::read(key_file(settings)) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| unusable(settings)),
    }
}

fn key_file(settings: &Settings) -> PathBuf {
    settings.data_dir.join("audit.key")
}

fn unusable(settings: &Settings) -> String {
    format!(
        "the data folder {} cannot be used: give this user the right to read and write there, or set SOMABRAIN_DATA_DIR \
         to another folder",
        settings.data_dir.display()
    )
}

/// Writes a file that only its owner may read, whole or not at all.
fn keep_secret(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("key.new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// The key of list cursors: another use, so another key.
fn cursor_key(secret: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(b"somabrain list cursors");
    mac.finalize().into_bytes().into()
}

impl Embedded {
    /// The data folder's adapter, for maintenance commands.
    pub(crate) fn sqlite(&self) -> &Sqlite {
        &self.sqlite
    }
}

impl Ports for Embedded {
    type Ledger = Sqlite;
    type Outbox = Sqlite;
    type LongTerm = Sqlite;
    type Working = SessionMemory;
    type Density = Sqlite;
    type Encoder = StaticEncoder;
    type Policy = Regorus;
    type Authenticator = Jwt;
    type Admission = RateLimit;
    type Events = EventLog;
    type Metrics = Prometheus;
    type System = SystemClock;

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
    fn encoder(&self) -> &StaticEncoder {
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
    fn events(&self) -> &EventLog {
        &self.events
    }
    fn metrics(&self) -> &Prometheus {
        &self.metrics
    }
    fn system(&self) -> &SystemClock {
        &self.clock
    }

    async fn probe(&self) -> Vec<Component> {
        let begin = Instant::now();
        let storage = self.sqlite.probe().await.map_err(|error: PortError| error.to_string());
        let took = begin.elapsed();
        let inside = |name| Component { name, status: Ok(()), latency: Duration::ZERO, optional: false };
        // Index, policy and encoder live in this process: as long as it answers, they do.
        vec![
            Component { name: "storage", status: storage, latency: took, optional: false },
            inside("index"),
            inside("policy"),
            inside("encoder"),
        ]
    }
}
