//! What a search costs on its way: 48 candidates through client and server on loopback, the engine answering at once.
//!
//! `cargo run --release -p somabrain-memory-service --example search_cost`

use std::sync::Arc;
use std::time::Instant;

use application::ports::error::PortError;
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use domain::encoding::{EncoderId, Encoding};
use domain::index::{Candidate, Found, Reading};
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Seq, Times};
use domain::metadata::{Metadata, Value};
use domain::recall::cue::{Cue, Filter};
use domain::recall::fuse::default_weights;
use domain::recall::term::{Signals, Term};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_memory_service::{MemoryService, client, server};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Answers the same candidates to whatever is asked.
struct Canned(Vec<Candidate>);

impl LongTermMemory for Canned {
    async fn apply(&self, _: &Tenant, _: &[Entry]) -> Result<ServiceId, PortError> {
        Ok(ServiceId::NAMELESS)
    }

    async fn position(&self, _: &Tenant) -> Result<Seq, PortError> {
        Ok(Seq(0))
    }

    async fn clear(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn search(&self, _: &Cue) -> Result<Searched, PortError> {
        let found = Found { candidates: self.0.clone(), reading: Reading::default() };
        Ok(Searched { found, by: ServiceId::NAMELESS })
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        Ok(ServiceId::NAMELESS)
    }
}

fn candidate(number: u8) -> Result<Candidate, Box<dyn std::error::Error>> {
    let now = Timestamp::parse("2026-01-01T00:00:00Z")?;
    let row: Vec<i8> = (0..256).map(|n| (n * i32::from(number) % 251 - 125) as i8).collect();
    let memory = Memory {
        tenant: Tenant::try_new("acme")?,
        id: MemoryId(uuid::Uuid::from_u128(number.into())),
        namespace: Namespace::default(),
        content: MemoryText::try_new(&"a turn of a conversation by the sea ".repeat(6))?,
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin { session: Some(Label::try_new("session-1")?), ..Origin::default() },
        tags: vec![Label::try_new("sea")?],
        metadata: Metadata::try_new([("turn".to_owned(), Value::Integer(number.into()))].into())?,
        times: Times { occurred: Some(now), created: now, valid: now, invalid: None, expires: None },
        supersedes: Vec::new(),
        links: Vec::new(),
        procedure: None,
        encoding: Some(Encoding::from_row(EncoderId::new("static-1"), row.into())?),
        novelty: 1.0 / f64::from(number),
        salience: 0.1 * f64::from(number),
        version: 1,
    };
    let signals = Signals::default().with(Term::Semantic, 1.0 / f32::from(number)).with(Term::Lexical, 0.3);
    Ok(Candidate { memory: Arc::new(memory), seq: Seq(number.into()), signals, named: false })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let engine = Canned((1..=48).map(candidate).collect::<Result<_, _>>()?);
    let bytes: usize = engine.0.iter().map(|one| somabrain_record::to_json(&one.memory).len()).sum();
    let config = server::Config { token: "a-token".into(), version: "v1".into(), traces: Default::default() };
    let mut running = JoinSet::new();
    running.spawn(server::serve(listener, Arc::new(engine), config, std::future::pending()));
    let memory = MemoryService::connect(client::Config::new(&endpoint, "a-token"))?;
    let cue = Cue {
        tenant: Tenant::try_new("acme")?,
        namespace: Namespace::default(),
        text: MemoryText::try_new("what did we say by the sea?")?,
        encoding: None,
        filter: Filter::default(),
        limit: 48,
        weights: default_weights(),
        include: Vec::new(),
        at: Timestamp::MIN,
    };
    for _ in 0..200 {
        memory.search(&cue).await?;
    }
    let mut took = Vec::new();
    for _ in 0..2_000 {
        let began = Instant::now();
        memory.search(&cue).await?;
        took.push(began.elapsed());
    }
    took.sort();
    println!("48 candidates of {bytes} bytes: median {:?}, p99 {:?}", took[1_000], took[1_980]);
    let began = Instant::now();
    for _ in 0..2_000 {
        memory.position(&cue.tenant).await?;
    }
    println!("a request of nothing: {:?} on average", began.elapsed() / 2_000);
    Ok(())
}
