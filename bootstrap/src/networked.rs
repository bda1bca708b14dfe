//! The networked profile: servers hold everything, replicas hold nothing.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use application::brain::Brain;
use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use application::ports::metrics::Measurement;
use application::ports::{Component, Ports, Standing};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_inprocess::SystemClock;
use somabrain_jwt::Jwt;
use somabrain_memory_service::MemoryService;
use somabrain_opa::Opa;
use somabrain_postgres::Postgres;
use somabrain_prometheus::Prometheus;
use somabrain_redis::Redis;

use crate::backup::erasures::ErasureLog;
use crate::beside::Beside;
use crate::encoder::TextEncoder;
use crate::profile::{Profile, component};
use crate::rate::Rate;
use crate::settings::{Servers, Settings};
use crate::stream::Stream;
use crate::{api, keys};

/// How long rows of the outbox that were told are kept, in seconds: operators look at them for seven days.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// How long a memory service may be away before it is forgotten, in seconds: if it comes back it is told everything.
const AWAY_SECONDS: i64 = 24 * 3600;

/// The components; the last is the memory service that stands by.
const REDIS: Standing = Standing::optional("redis");
const POSTGRES: Standing = Standing::needed("postgres");
const OPA: Standing = Standing::needed("opa");
const MEMORY: Standing = Standing::optional("memory_service");
const BACKUP: Standing = Standing::optional("memory_service_backup");

/// All ports of one replica.
pub(crate) struct Networked {
    postgres: Postgres,
    redis: Arc<Redis>,
    memory: MemoryService,
    memory_backup: Option<MemoryService>,
    opa: Opa,
    events: Stream,
    admission: Rate,
    encoder: TextEncoder,
    tokens: Jwt,
    metrics: Prometheus,
    clock: SystemClock,
    erasures: ErasureLog,
    beside: Beside,
    /// Failures of Redis that the metrics know of.
    redis_failures: AtomicU64,
}

/// Connects to the servers and assembles the profile. Only Postgres must answer: its tables are made or migrated first.
pub(crate) async fn connect(settings: &Settings) -> Result<Brain<Networked>> {
    let servers = settings.servers.as_ref().context("the networked profile has no servers")?;
    let encoder = TextEncoder::connect(settings).await?;
    let tuning = api::tuning(settings, &encoder);
    let redis = Arc::new(redis(settings, servers).await?);
    let config = somabrain_postgres::Config { dimensions: encoder.dimensions(), ..postgres_config(settings)? };
    let ports = Networked {
        postgres: Postgres::connect(config).await.context(UNUSABLE)?,
        erasures: ErasureLog::new(settings),
        beside: Beside::default(),
        memory: memory(servers)?,
        memory_backup: memory_backup(servers)?,
        opa: opa(servers).await?,
        events: Stream::connect(settings).await?,
        admission: Rate::new(redis.clone(), settings),
        redis,
        tokens: keys::tokens(settings)?,
        metrics: Prometheus::new(somabrain_prometheus::Config { version: api::version() }),
        clock: SystemClock,
        redis_failures: AtomicU64::new(0),
        encoder,
    };
    Ok(Brain::new(ports, tuning))
}

/// Postgres alone, with its tables brought up to date.
pub(crate) async fn postgres(settings: &Settings) -> Result<Postgres> {
    Postgres::connect(postgres_config(settings)?).await.context(UNUSABLE)
}

/// The same, with its tables left as they are.
pub(crate) async fn postgres_as_it_is(settings: &Settings) -> Result<Postgres> {
    Postgres::open(postgres_config(settings)?).await.context(UNUSABLE)
}

/// Why nothing goes on without Postgres.
const UNUSABLE: &str = "Postgres of SOMABRAIN_POSTGRES_DSN cannot be used";

/// How Postgres is used; of the usual number of dimensions.
pub(crate) fn postgres_config(settings: &Settings) -> Result<somabrain_postgres::Config> {
    let servers = settings.servers.as_ref().context("the networked profile has no servers")?;
    Ok(somabrain_postgres::Config {
        roots: servers.roots.clone(),
        migration_dsn: servers.postgres_migration.as_ref().map(|dsn| dsn.reveal().to_owned()),
        connections: servers.postgres_pool,
        events: settings.kafka.is_some(),
        ..somabrain_postgres::Config::new(servers.postgres.reveal(), keys::audit_key(settings)?)
    })
}

/// Redis, which need not answer yet.
pub(crate) async fn redis(settings: &Settings, servers: &Servers) -> Result<Redis> {
    let config = somabrain_redis::Config {
        size: settings.wm_size,
        ttl: settings.wm_ttl,
        rates: settings.rates.clone(),
        roots: servers.roots.clone(),
        ..somabrain_redis::Config::new(servers.redis.reveal())
    };
    Redis::connect(config).await.context("SOMABRAIN_REDIS_URL cannot be used")
}

/// The memory service, which need not answer yet.
pub(crate) fn memory(servers: &Servers) -> Result<MemoryService> {
    let config = somabrain_memory_service::client::Config {
        roots: servers.roots.clone(),
        ..somabrain_memory_service::client::Config::new(&servers.memory, servers.memory_token.reveal())
    };
    MemoryService::connect(config).context("SOMABRAIN_MEMORY_HTTP_ENDPOINT cannot be used")
}

/// The one that stands by: told by the relay only, so that few requests at once are enough.
fn memory_backup(servers: &Servers) -> Result<Option<MemoryService>> {
    let Some(endpoint) = &servers.memory_backup else { return Ok(None) };
    let config = somabrain_memory_service::client::Config {
        component: BACKUP.name,
        threads: 4,
        roots: servers.roots.clone(),
        ..somabrain_memory_service::client::Config::new(endpoint, servers.memory_token.reveal())
    };
    MemoryService::connect(config).map(Some).context("SOMABRAIN_MEMORY_BACKUP_ENDPOINT cannot be used")
}

/// OPA, which need not answer yet.
pub(crate) async fn opa(servers: &Servers) -> Result<Opa> {
    let config = somabrain_opa::Config {
        cache: servers.policy_cache,
        token: servers.opa_token.as_ref().map(|token| token.reveal().to_owned()),
        roots: servers.roots.clone(),
        ..somabrain_opa::Config::new(&servers.opa)
    };
    Opa::connect(config).await.context("SOMABRAIN_OPA_URL cannot be used")
}

impl Networked {
    /// Postgres, for maintenance commands.
    pub(crate) fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Failures of Redis since they were asked for last.
    fn new_redis_failures(&self) -> u64 {
        let all = self.redis.failures();
        all.saturating_sub(self.redis_failures.swap(all, Ordering::Relaxed))
    }
}

impl Profile for Networked {
    async fn measurements(&self) -> Vec<Measurement> {
        let (active, max) = self.postgres.connections();
        let breaker = |component, state| Measurement::Breaker { component, state };
        let mut measured = vec![
            Measurement::Connections { active, max },
            Measurement::RedisErrors(self.new_redis_failures()),
            breaker(REDIS.name, self.redis.breaker()),
            breaker(POSTGRES.name, self.postgres.breaker()),
            breaker(OPA.name, self.opa.breaker()),
            breaker(MEMORY.name, self.memory.breaker()),
        ];
        measured.extend(self.memory_backup.iter().map(|memory| breaker(BACKUP.name, memory.breaker())));
        measured.extend(self.encoder.measurement());
        measured.extend(self.events.measurement());
        measured.extend(self.postgres.count_memories().await.ok().map(Measurement::Memories));
        measured
    }

    async fn tenants_with_expired(&self, now: Timestamp) -> Vec<Tenant> {
        self.postgres.tenants_with_expired(now).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "postgres could not say what has expired");
            Vec::new()
        })
    }

    async fn prune(&self, now: Timestamp) -> Result<(), PortError> {
        let keys = self.postgres.forget_keys(now).await?;
        let told = self.postgres.prune_outbox(now.plus_seconds(-KEPT_SECONDS)).await?;
        let forgotten = self.postgres.forget_memory_services(now.plus_seconds(-AWAY_SECONDS)).await?;
        tracing::debug!(keys, told, forgotten, "rows that nobody asks for any more were deleted");
        Ok(())
    }

    fn place(settings: &Settings) -> String {
        let memory = settings.servers.as_ref().map_or("", |servers| &servers.memory);
        format!("memories in Postgres, searched by the memory service at {memory}")
    }

    async fn close(brain: Brain<Self>) -> Result<()> {
        brain.ports().beside.end().await;
        // What cannot be merged now is folded again by another replica, or at the next start.
        if let Err(error) = brain.merge_observations().await {
            tracing::warn!(error = %error, "the last observations were not merged; they are recovered from the ledger");
        }
        Ok(())
    }
}

impl Ports for Networked {
    type Ledger = Postgres;
    type Outbox = Postgres;
    type LongTerm = MemoryService;
    type Working = Redis;
    type Density = Postgres;
    type Encoder = TextEncoder;
    type Policy = Opa;
    type Authenticator = Jwt;
    type Admission = Rate;
    type Events = Stream;
    type Metrics = Prometheus;
    type System = SystemClock;

    fn ledger(&self) -> &Postgres {
        &self.postgres
    }
    fn outbox(&self) -> &Postgres {
        &self.postgres
    }
    fn long_term(&self) -> &MemoryService {
        &self.memory
    }
    fn long_term_backup(&self) -> Option<&MemoryService> {
        self.memory_backup.as_ref()
    }
    fn working(&self) -> &Redis {
        &self.redis
    }
    fn density(&self) -> &Postgres {
        &self.postgres
    }
    fn encoder(&self) -> &TextEncoder {
        &self.encoder
    }
    fn policy(&self) -> &Opa {
        &self.opa
    }
    fn authenticator(&self) -> &Jwt {
        &self.tokens
    }
    fn admission(&self) -> &Rate {
        &self.admission
    }
    fn events(&self) -> &Stream {
        &self.events
    }
    fn metrics(&self) -> &Prometheus {
        &self.metrics
    }
    fn system(&self) -> &SystemClock {
        &self.clock
    }

    async fn note_erased(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<(), PortError> {
        self.erasures.note(tenant, ids).await
    }

    fn standing(&self) -> Vec<Standing> {
        let mut standing = vec![REDIS, POSTGRES, OPA, MEMORY];
        standing.extend(self.memory_backup.as_ref().map(|_| BACKUP));
        standing.extend(self.encoder.is_apart().then(|| self.encoder.standing()));
        standing.extend(self.events.standing());
        standing
    }

    async fn probe(&self, on: Standing) -> Component {
        match (on, &self.memory_backup) {
            (REDIS, _) => component(on, self.redis.probe()).await,
            (POSTGRES, _) => component(on, self.postgres.probe()).await,
            (OPA, _) => component(on, self.opa.probe()).await,
            (MEMORY, _) => component(on, self.memory.probe()).await,
            (BACKUP, Some(backup)) => component(on, backup.probe()).await,
            _ if on == self.encoder.standing() => component(on, self.encoder.probe()).await,
            _ => component(on, self.events.check()).await,
        }
    }

    fn beside(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.beside.begin(work);
    }
}
