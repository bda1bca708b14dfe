//! A server on loopback in front of an engine that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::long_term::{Act, Entry, LongTermMemory, Searched, ServiceId};
use domain::encoding::{EncoderId, Encoding};
use domain::index::Found;
use domain::link::{Link, Relation};
use domain::memory::{Cost, Importance, Kind, Memory, MemoryId, MemoryText, Origin, Procedure, Seq, Source, Times};
use domain::metadata::{Metadata, Value};
use domain::recall::cue::{Cue, Filter};
use domain::recall::term::{Term, Weights};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_memory_service::{MemoryService, client, server};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) const TOKEN: &str = "a-token-of-its-own";
pub(crate) const NAME: ServiceId = ServiceId(Uuid::from_u128(0xA11CE));

/// Notes what it is told and answers what it was given.
#[derive(Default)]
pub(crate) struct Scripted {
    /// Its next names, one an answer; then [`NAME`].
    pub(crate) names: Mutex<VecDeque<ServiceId>>,
    pub(crate) failing: Mutex<Option<PortErrorKind>>,
    pub(crate) applied: Mutex<Vec<Vec<Entry>>>,
    pub(crate) cues: Mutex<Vec<Cue>>,
    pub(crate) found: Mutex<Found>,
}

impl Scripted {
    fn check(&self) -> Result<(), PortError> {
        let failing = *self.failing.lock().unwrap();
        failing.map_or(Ok(()), |kind| Err(PortError::new("long_term", "answer", kind, "a secret")))
    }
}

impl LongTermMemory for Scripted {
    async fn apply(&self, _: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        self.check()?;
        self.applied.lock().unwrap().push(entries.to_vec());
        self.service().await
    }

    async fn position(&self, _: &Tenant) -> Result<Seq, PortError> {
        self.check()?;
        let applied = self.applied.lock().unwrap();
        Ok(applied.iter().flatten().map(|entry| entry.seq).max().unwrap_or_default())
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.check()?;
        self.applied.lock().unwrap().clear();
        Ok(())
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        self.check()?;
        self.cues.lock().unwrap().push(cue.clone());
        let found = self.found.lock().unwrap().clone();
        Ok(Searched { found, by: self.service().await? })
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        Ok(self.names.lock().unwrap().pop_front().unwrap_or(NAME))
    }
}

/// A running server with its engine and a client.
pub(crate) struct Service {
    pub(crate) engine: Arc<Scripted>,
    pub(crate) endpoint: String,
    pub(crate) client: MemoryService,
    _running: JoinSet<std::io::Result<()>>,
}

pub(crate) async fn service() -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let engine = Arc::new(Scripted::default());
    let config = server::Config { token: TOKEN.into(), version: "v1.2.3".into(), traces: Default::default() };
    let mut running = JoinSet::new();
    running.spawn(server::serve(listener, engine.clone(), config, std::future::pending()));
    let client = client(&endpoint);
    Service { engine, endpoint, client, _running: running }
}

/// A client that waits half a second.
pub(crate) fn client(endpoint: &str) -> MemoryService {
    within(endpoint, Duration::from_millis(500))
}

/// A client for what takes long in a build that is not optimized.
pub(crate) fn patient(endpoint: &str) -> MemoryService {
    within(endpoint, Duration::from_secs(60))
}

fn within(endpoint: &str, timeout: Duration) -> MemoryService {
    let mut config = client::Config::new(endpoint, TOKEN);
    config.guard.timeout = timeout;
    MemoryService::connect(config).unwrap()
}

/// An answer as it came: status, the header of that name, and the body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Service {
    /// A request with a token, or without; with a body it is a POST.
    pub(crate) async fn ask(&self, path: &str, token: Option<&str>, body: Option<&str>) -> Answer {
        let (url, token) = (format!("{}{path}", self.endpoint), token.map(str::to_owned));
        let body = body.map(str::to_owned);
        let asking = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
            let bearer = token.map(|token| format!("Bearer {token}"));
            let response = match body {
                None => bearer.iter().fold(agent.get(&url), |ask, bearer| ask.header("authorization", bearer)).call(),
                Some(body) => {
                    bearer.iter().fold(agent.post(&url), |ask, bearer| ask.header("authorization", bearer)).send(&body)
                }
            };
            let mut response = response.unwrap();
            let content_type = response.headers().get("content-type");
            let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
            let text = response.body_mut().read_to_string().unwrap();
            Answer { status: response.status().as_u16(), content_type, text }
        });
        asking.await.unwrap()
    }
}

pub(crate) fn tenant() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

fn label(name: &str) -> Label {
    Label::try_new(name).unwrap()
}

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

pub(crate) fn encoding() -> Encoding {
    let row: Vec<i8> = (0..256).map(|n| (n - 128) as i8).collect();
    Encoding::from_row(EncoderId::new("trial-1"), row.into()).unwrap()
}

/// Numbers of every kind.
pub(crate) fn metadata() -> Metadata {
    let list = vec![Value::Null, Value::Bool(true), Value::Float(-0.0), Value::Float(1.0), Value::Integer(1)];
    let inner = [("k\"".to_owned(), Value::List(list)), ("e".to_owned(), Value::Float(1e300 / 3.0))].into();
    let entries = [
        ("big".to_owned(), Value::Integer(i128::MIN)),
        ("inner".to_owned(), Value::Object(inner)),
        ("text".to_owned(), Value::Text("1.5\u{0}".into())),
    ];
    Metadata::try_new(entries.into()).unwrap()
}

/// A memory with little in it.
pub(crate) fn memory(number: u128, content: &str) -> Memory {
    Memory {
        tenant: tenant(),
        id: MemoryId(Uuid::from_u128(number)),
        namespace: Namespace::default(),
        content: MemoryText::try_new(content).unwrap(),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: vec![],
        metadata: Metadata::default(),
        times: Times { occurred: None, created: at(0), valid: at(0), invalid: None, expires: None },
        supersedes: vec![],
        links: vec![],
        procedure: None,
        encoding: None,
        novelty: 0.0,
        salience: 0.0,
        version: 1,
    }
}

/// A memory with something in every field.
pub(crate) fn whole() -> Memory {
    let text = |text: &str| MemoryText::try_new(text).unwrap();
    let plain = memory(7, "brew coffee \u{1F375}\n\"quoted\"\t\u{0}");
    let times =
        Times { occurred: Some(at(-1)), invalid: Some(at(5)), expires: Some(at(i64::from(i32::MAX))), ..plain.times };
    Memory {
        kind: Kind::Procedural,
        importance: Importance::try_new(0.1 + 0.2).unwrap(),
        origin: Origin {
            user: Some(label("u")),
            agent: Some(label("a")),
            session: Some(label("s")),
            speaker: Some(label("Zoë")),
            source: Source::Tool,
        },
        tags: vec![label("b"), label("a")],
        metadata: metadata(),
        times,
        supersedes: vec![MemoryId(Uuid::from_u128(1))],
        links: vec![Link { to: MemoryId(Uuid::from_u128(2)), relation: Relation::PartOf }],
        procedure: Some(Procedure {
            preconditions: vec![text("water")],
            effects: vec![text("not thirst")],
            cost: Cost::try_new(0.7 * 3.0).unwrap(),
        }),
        encoding: Some(encoding()),
        novelty: 1.0 / 3.0,
        salience: 2.0 / 3.0,
        version: u32::MAX,
        ..plain
    }
}

pub(crate) fn put(seq: i64, memory: Memory) -> Entry {
    Entry { seq: Seq(seq), act: Act::Put { first: Seq(seq), memory: Arc::new(memory) } }
}

/// A cue with something in every field.
pub(crate) fn cue() -> Cue {
    Cue {
        tenant: tenant(),
        namespace: Namespace::try_new("notes").unwrap(),
        text: MemoryText::try_new("where is \"it\"?").unwrap(),
        encoding: Some(encoding()),
        filter: Filter {
            user: Some(label("u")),
            agent: Some(label("a")),
            session: Some(label("s")),
            speaker: Some(label("Zoë")),
            kind: Some(Kind::Semantic),
            tags_all: vec![label("b"), label("a")],
            tags_any: vec![label("c")],
            metadata: metadata(),
            source: Some(Source::Import),
            occurred_after: Some(at(-7)),
            occurred_before: Some(at(7)),
            min_importance: Some(Importance::try_new(0.1 + 0.2).unwrap()),
            holds_at: Some(at(8)),
            known_at: Some(at(9)),
        },
        limit: 48,
        weights: Weights::default().with(Term::Semantic, 0.1 + 0.2).with(Term::Session, -1e-30).with(Term::Date, -0.0),
        include: vec![MemoryId(Uuid::from_u128(7))],
        at: at(10),
    }
}
