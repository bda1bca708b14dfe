//! The wire as the OpenAPI document describes it. Bodies are read and written by serde; a test compares the two.

use std::collections::BTreeMap;

use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;

use super::payload::Described;
use crate::wire::{CandidatesWire, CueWire, EntriesWire, PositionWire, ServiceWire};

impl Described for EntriesWire {
    type Schema = Entries;
}

impl Described for PositionWire {
    type Schema = Position;
}

impl Described for ServiceWire {
    type Schema = Service;
}

impl Described for CueWire {
    type Schema = Cue;
}

impl Described for CandidatesWire {
    type Schema = Candidates;
}

/// Entries to apply, in their order.
#[derive(Debug, Object)]
pub(super) struct Entries {
    /// At most 1,000.
    #[oai(validator(max_items = 1000))]
    entries: Vec<Entry>,
}

/// A memory as it now is (`first` and `memory`), or one that is no more (`erase`).
#[derive(Debug, Object)]
struct Entry {
    /// The place in the ledger of the act that made it so, 1 or more.
    seq: i64,
    /// The place where the memory was stored first.
    #[oai(skip_serializing_if_is_none)]
    first: Option<i64>,
    /// The memory, whole.
    #[oai(skip_serializing_if_is_none)]
    memory: Option<Memory>,
    /// The memory that is no more.
    #[oai(skip_serializing_if_is_none)]
    erase: Option<Erasure>,
}

/// Which memory is no more.
#[derive(Debug, Object)]
struct Erasure {
    /// Where it was.
    namespace: String,
    /// Its name.
    id: String,
}

/// How far a tenant's entries were applied.
#[derive(Debug, Object)]
pub(super) struct Position {
    /// The highest place that was applied; 0 before the first.
    position: i64,
    /// Who has applied it.
    #[oai(skip_serializing_if_is_none)]
    service: Option<String>,
}

/// Who answers.
#[derive(Debug, Object)]
pub(super) struct Service {
    /// The service's name, a UUID: made together with its data and kept with them, another one once they are lost.
    service: String,
}

/// What is searched for.
#[derive(Debug, Object)]
pub(super) struct Cue {
    /// Which part of the tenant's memories.
    namespace: String,
    /// The query as it was asked.
    text: String,
    /// The query's place in meaning, where the engine's own encoder did not make it.
    #[oai(skip_serializing_if_is_none)]
    encoding: Option<Encoding>,
    /// What every candidate must satisfy.
    #[oai(default)]
    filter: Filter,
    /// Most candidates wanted, 1 to 10,000.
    limit: u64,
    /// How the caller will weigh the signals, by their names.
    weights: BTreeMap<String, f32>,
    /// Memories that are to be candidates beside those, if the filter admits them.
    #[oai(default, skip_serializing_if_is_empty)]
    include: Vec<String>,
    /// The moment that is asked about.
    at: i64,
}

/// What a memory must satisfy; what is left out is not asked for.
#[derive(Debug, Default, Object)]
#[oai(deny_unknown_fields)]
struct Filter {
    /// The data subject.
    #[oai(skip_serializing_if_is_none)]
    user: Option<String>,
    /// The agent.
    #[oai(skip_serializing_if_is_none)]
    agent: Option<String>,
    /// The conversation.
    #[oai(skip_serializing_if_is_none)]
    session: Option<String>,
    /// Who said it.
    #[oai(skip_serializing_if_is_none)]
    speaker: Option<String>,
    /// `episodic`, `semantic` or `procedural`.
    #[oai(skip_serializing_if_is_none)]
    kind: Option<String>,
    /// All of these tags.
    #[oai(default, skip_serializing_if_is_empty)]
    tags_all: Vec<String>,
    /// At least one of these tags.
    #[oai(default, skip_serializing_if_is_empty)]
    tags_any: Vec<String>,
    /// These keys of the metadata with exactly these values.
    #[oai(default, skip_serializing_if_is_empty)]
    metadata: BTreeMap<String, Any<Value>>,
    /// `user`, `agent`, `tool` or `import`.
    #[oai(skip_serializing_if_is_none)]
    source: Option<String>,
    /// Happened at or after.
    #[oai(skip_serializing_if_is_none)]
    occurred_after: Option<i64>,
    /// Happened before.
    #[oai(skip_serializing_if_is_none)]
    occurred_before: Option<i64>,
    /// Matters at least this much, 0 to 1.
    #[oai(skip_serializing_if_is_none)]
    min_importance: Option<f64>,
    /// When the memory must hold.
    #[oai(skip_serializing_if_is_none)]
    holds_at: Option<i64>,
    /// By when it must have been stored.
    #[oai(skip_serializing_if_is_none)]
    known_at: Option<i64>,
}

/// What was found, the best first.
#[derive(Debug, Object)]
pub(super) struct Candidates {
    /// At most as many as wanted.
    candidates: Vec<Candidate>,
    /// How the query was read.
    reading: Reading,
    /// Who has searched.
    #[oai(skip_serializing_if_is_none)]
    service: Option<String>,
}

/// How a namespace reads a query.
#[derive(Debug, Object)]
struct Reading {
    /// Content words, the names of speakers left out.
    words: u64,
    /// How many speakers it names.
    named: u64,
}

/// A memory with its signals for the cue.
#[derive(Debug, Object)]
struct Candidate {
    /// The place of its last change in the ledger.
    seq: i64,
    /// The raw signals by their names; zeros are left out.
    signals: BTreeMap<String, f32>,
    /// The memory, whole.
    memory: Memory,
    /// Whether the query names the one who said it.
    named: bool,
}

/// A memory, whole.
#[derive(Debug, Object)]
struct Memory {
    /// Whose it is.
    tenant: String,
    /// Its name within the tenant, a UUID.
    id: String,
    /// The part of the tenant's memories that it belongs to.
    namespace: String,
    /// What is remembered.
    content: String,
    /// `episodic`, `semantic` or `procedural`.
    kind: String,
    /// How much it matters, 0 to 1.
    importance: f64,
    /// The user it is about.
    #[oai(skip_serializing_if_is_none)]
    user: Option<String>,
    /// The agent that it belongs to.
    #[oai(skip_serializing_if_is_none)]
    agent: Option<String>,
    /// The conversation.
    #[oai(skip_serializing_if_is_none)]
    session: Option<String>,
    /// Who said it.
    #[oai(skip_serializing_if_is_none)]
    speaker: Option<String>,
    /// `user`, `agent`, `tool` or `import`.
    source: String,
    /// The caller's tags.
    #[oai(default, skip_serializing_if_is_empty)]
    tags: Vec<String>,
    /// The caller's own data; whole numbers have up to 128 bits.
    #[oai(default, skip_serializing_if_is_empty)]
    metadata: BTreeMap<String, Any<Value>>,
    /// When it happened.
    #[oai(skip_serializing_if_is_none)]
    occurred: Option<i64>,
    /// When it was stored.
    created: i64,
    /// From when on it holds.
    valid: i64,
    /// From when on it no longer holds.
    #[oai(skip_serializing_if_is_none)]
    invalid: Option<i64>,
    /// When it expires.
    #[oai(skip_serializing_if_is_none)]
    expires: Option<i64>,
    /// The memories that it corrects.
    #[oai(default, skip_serializing_if_is_empty)]
    supersedes: Vec<String>,
    /// What it points at: pairs of a relation and a memory's id.
    #[oai(default, skip_serializing_if_is_empty)]
    links: Vec<Vec<String>>,
    /// How something is done.
    #[oai(skip_serializing_if_is_none)]
    procedure: Option<Procedure>,
    /// Its place in meaning.
    #[oai(skip_serializing_if_is_none)]
    encoding: Option<Encoding>,
    /// How new it was when it came, 0 to 1.
    novelty: f64,
    /// How much it claimed attention when it came, 0 to 1.
    salience: f64,
    /// 1 when stored, one more with each change.
    version: u32,
}

/// How something is done.
#[derive(Debug, Object)]
struct Procedure {
    /// What doing it costs, 0 or more.
    cost: f64,
    /// Facts that hold afterwards.
    effects: Vec<String>,
    /// Facts that must hold.
    preconditions: Vec<String>,
}

/// A place in meaning.
#[derive(Debug, Object)]
struct Encoding {
    /// The encoder's id.
    encoder: String,
    /// The int8 components as bytes in base64.
    row: String,
}
