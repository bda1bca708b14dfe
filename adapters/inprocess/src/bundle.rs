//! All ports in the process: what stories and wire tests run on.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::ports::admission::Rates;
use application::ports::error::PortError;
use application::ports::long_term::ServiceId;
use application::ports::{Component, Ports, Standing};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::admission::RateLimit;
use crate::counters::Counters;
use crate::events::EventLog;
use crate::hashed_words::HashedWords;
use crate::hold::Hold;
use crate::own_tenant::OwnTenant;
use crate::switch::Switch;
use crate::system::ManualClock;
use crate::tokens::Tokens;
use crate::volatile::Volatile;
use crate::working::{self, SessionMemory};

/// Dimensions of the encodings: few, so that stories are quick.
const DIMENSIONS: usize = 64;

/// A bundle without any server or file. Its clock stands at the first moment of 2026 until it is moved; its tokens are
/// those that were granted; its policy is [`OwnTenant`]; whatever could be a server can be switched off.
#[derive(Debug)]
pub struct InProcess {
    ledger: Switch<Volatile>,
    long_term: Switch<Volatile>,
    long_term_backup: Option<Switch<Volatile>>,
    outbox: Switch<Volatile>,
    density: Switch<Volatile>,
    working: Switch<SessionMemory>,
    encoder: Switch<HashedWords>,
    policy: Switch<OwnTenant>,
    tokens: Tokens,
    admission: Switch<RateLimit>,
    events: Switch<EventLog>,
    counters: Counters,
    clock: ManualClock,
    hold: Hold,
    probes: AtomicUsize,
    noted: Mutex<Vec<(Tenant, MemoryId)>>,
}

impl InProcess {
    /// Nothing stored, no limit, nobody granted a token.
    pub fn new() -> Self {
        Self::with(working::Config::default(), RateLimit::new(Rates::new()))
    }

    /// The same with a working memory of another size.
    pub fn with_working(config: working::Config) -> Self {
        Self::with(config, RateLimit::new(Rates::new()))
    }

    /// The same with rate limits.
    pub fn with_rates(rates: Rates) -> Self {
        Self::with(working::Config::default(), RateLimit::new(rates))
    }

    /// The same with a long-term memory apart from the ledger, as where each is a server.
    pub fn apart() -> Self {
        let mut ports = Self::new();
        let ledger = Arc::new(Volatile::apart(DIMENSIONS));
        ports.ledger = Switch::new(ledger.clone());
        ports.outbox = Switch::new(ledger.clone());
        ports.density = Switch::new(ledger);
        ports
    }

    /// The same with a second long-term memory that stands by. Both are named; the first can be turned to the second, as an
    /// address that leads to the other server: `long_term().turn_to(1)`.
    pub fn with_backup() -> Self {
        Self::with_backup_named(ServiceId(Uuid::from_u128(2)))
    }

    /// The same with another name of the second, or none.
    pub fn with_backup_named(second: ServiceId) -> Self {
        let named = |name| Arc::new(Volatile::new(DIMENSIONS).named(name));
        let (first, second) = (named(ServiceId(Uuid::from_u128(1))), named(second));
        let mut ports = Self::apart();
        ports.long_term = Switch::<Volatile>::new(first).or(second.clone());
        ports.long_term_backup = Some(Switch::new(second));
        ports
    }

    /// Where probes and notes of erasures can be held up.
    pub fn hold(&self) -> &Hold {
        &self.hold
    }

    /// How many probes were begun.
    pub fn probes(&self) -> usize {
        self.probes.load(Ordering::SeqCst)
    }

    /// What was noted as erased.
    pub fn noted(&self) -> Vec<(Tenant, MemoryId)> {
        self.noted.lock().expect("no holder of this lock panics").clone()
    }

    fn with(working: working::Config, limit: RateLimit) -> Self {
        let stored = Arc::new(Volatile::new(DIMENSIONS));
        Self {
            ledger: Switch::new(stored.clone()),
            long_term: Switch::new(stored.clone()),
            long_term_backup: None,
            outbox: Switch::new(stored.clone()),
            density: Switch::new(stored),
            working: Switch::new(SessionMemory::new(working)),
            encoder: Switch::new(HashedWords::new(DIMENSIONS)),
            policy: Switch::new(OwnTenant),
            tokens: Tokens::default(),
            admission: Switch::new(limit),
            events: Switch::new(EventLog::new(1000)),
            counters: Counters::default(),
            hold: Hold::default(),
            probes: AtomicUsize::new(0),
            noted: Mutex::default(),
            clock: ManualClock::at(Timestamp::parse("2026-01-01T00:00:00Z").expect("a moment of RFC 3339")),
        }
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new()
    }
}

impl Ports for InProcess {
    type Ledger = Switch<Volatile>;
    type LongTerm = Switch<Volatile>;
    type Outbox = Switch<Volatile>;
    type Working = Switch<SessionMemory>;
    type Density = Switch<Volatile>;
    type Encoder = Switch<HashedWords>;
    type Policy = Switch<OwnTenant>;
    type Authenticator = Tokens;
    type Admission = Switch<RateLimit>;
    type Events = Switch<EventLog>;
    type Metrics = Counters;
    type System = ManualClock;

    fn ledger(&self) -> &Self::Ledger {
        &self.ledger
    }
    fn long_term(&self) -> &Self::LongTerm {
        &self.long_term
    }
    fn long_term_backup(&self) -> Option<&Self::LongTerm> {
        self.long_term_backup.as_ref()
    }
    fn outbox(&self) -> &Self::Outbox {
        &self.outbox
    }
    fn working(&self) -> &Self::Working {
        &self.working
    }
    fn density(&self) -> &Self::Density {
        &self.density
    }
    fn encoder(&self) -> &Self::Encoder {
        &self.encoder
    }
    fn policy(&self) -> &Self::Policy {
        &self.policy
    }
    fn authenticator(&self) -> &Self::Authenticator {
        &self.tokens
    }
    fn admission(&self) -> &Self::Admission {
        &self.admission
    }
    fn events(&self) -> &Self::Events {
        &self.events
    }
    fn metrics(&self) -> &Self::Metrics {
        &self.counters
    }
    fn system(&self) -> &Self::System {
        &self.clock
    }

    async fn note_erased(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<(), PortError> {
        self.hold.pass().await;
        let new = ids.iter().map(|id| (tenant.clone(), *id));
        self.noted.lock().expect("no holder of this lock panics").extend(new);
        Ok(())
    }

    fn standing(&self) -> Vec<Standing> {
        let mut standing = ["storage", "index", "policy", "encoder"].map(Standing::needed).to_vec();
        standing.push(Standing::optional("working_memory"));
        standing
    }

    async fn probe(&self, on: Standing) -> Component {
        let reached = match on.name {
            "storage" => self.ledger.reach("ledger", "answer").map(drop),
            "index" => self.long_term.reach("long_term", "answer").map(drop),
            "policy" => self.policy.reach("policy", "answer").map(drop),
            "encoder" => self.encoder.reach("encoder", "answer").map(drop),
            _ => self.working.reach("working", "answer").map(drop),
        };
        self.probes.fetch_add(1, Ordering::SeqCst);
        self.hold.pass().await;
        on.found(reached.map_err(|error| error.to_string()), Duration::ZERO)
    }

    fn beside(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        #[expect(clippy::disallowed_methods, reason = "it stands for bootstrap, which may spawn")]
        tokio::spawn(work);
    }
}
