//! Memories, names and acts for cases: plain ones, from which a case differs in what it is about.

use std::sync::Arc;

use application::ports::ledger::{
    Change, Changing, Erasing, Ledger, LedgerError, NewMemory, Note, PastPage, Refusal, Remembering, Selection, Stored,
    Version, Written,
};
use domain::encoding::{EncoderId, Encoding};
use domain::link::{Link, Relation};
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Times};
use domain::metadata::Metadata;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

/// Most dimensions of the encodings in cases.
const DIMENSIONS: usize = 64;

/// The moment `seconds` after the first of 2026.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").expect("RFC 3339").plus_seconds(seconds)
}

pub(crate) fn acme() -> Tenant {
    tenant("acme")
}

pub(crate) fn tenant(name: &str) -> Tenant {
    Tenant::try_new(name).expect("a tenant")
}

pub(crate) fn namespace(name: &str) -> Namespace {
    Namespace::try_new(name).expect("a namespace")
}

pub(crate) fn label(text: &str) -> Label {
    Label::try_new(text).expect("a label")
}

pub(crate) fn text(text: &str) -> MemoryText {
    MemoryText::try_new(text).expect("a text")
}

pub(crate) fn id(number: u128) -> MemoryId {
    MemoryId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number))
}

pub(crate) fn link(to: u128, relation: Relation) -> Link {
    Link { to: id(to), relation }
}

/// A memory of acme's default namespace, stored at second 0.
pub(crate) fn memory(number: u128, content: &str) -> Memory {
    Memory {
        tenant: acme(),
        id: id(number),
        namespace: Namespace::default(),
        content: text(content),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: Vec::new(),
        metadata: Metadata::default(),
        times: Times { occurred: None, created: second(0), valid: second(0), invalid: None, expires: None },
        supersedes: Vec::new(),
        links: Vec::new(),
        procedure: None,
        encoding: Some(encoding(number as u64)),
        novelty: 0.5,
        salience: 0.5,
        version: 1,
    }
}

/// Memories 1 to `count`, each with its number as content.
pub(crate) fn numbered(count: u128) -> Vec<Memory> {
    (1..=count).map(|number| memory(number, &format!("entry {number}"))).collect()
}

/// All states of a memory.
pub(crate) async fn versions(ledger: &impl Ledger, tenant: &Tenant, number: u128) -> Vec<Version> {
    let page = PastPage { after: 0, limit: 1_000 };
    ledger.versions(tenant, id(number), page).await.expect("versions").versions
}

/// A direction that the seed names.
pub(crate) fn encoding(seed: u64) -> Encoding {
    let mut state = seed.wrapping_add(1);
    let mut component = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f32 / (1u64 << 30) as f32) - 1.0
    };
    let vector: Vec<f32> = (0..DIMENSIONS).map(|_| component()).collect();
    Encoding::from_vector(EncoderId::new("contract-64"), &vector).expect("a direction")
}

pub(crate) fn note(at: Timestamp) -> Note {
    Note {
        subject: "ada".into(),
        action: "memory:remember",
        request_id: "request-1".into(),
        traceparent: None,
        at,
        basis: None,
    }
}

/// Stores memories whose ids the service made, of the tenant of the first of them.
pub(crate) fn remembering(memories: Vec<Memory>) -> Remembering {
    let tenant = memories.first().map_or_else(acme, |memory| memory.tenant.clone());
    let memories = memories.into_iter().map(|memory| NewMemory { memory: Arc::new(memory), own_id: false });
    Remembering { tenant, memories: memories.collect(), key: None, full: false, note: note(second(0)) }
}

/// Stores a memory whose id is the caller's own.
pub(crate) fn with_own_id(memory: Memory) -> Remembering {
    let mut act = remembering(vec![memory]);
    act.memories[0].own_id = true;
    act
}

pub(crate) fn changing(number: u128, change: Change) -> Changing {
    Changing { tenant: acme(), id: id(number), expected: None, change, note: note(second(60)) }
}

pub(crate) fn erasing(selection: Selection) -> Erasing {
    Erasing { tenant: acme(), selection, note: note(second(120)) }
}

/// Stores memories and expects that nothing speaks against it.
pub(crate) async fn store(ledger: &impl Ledger, memories: Vec<Memory>) -> Vec<Stored> {
    ledger.remember(remembering(memories)).await.map(answer).expect("stored")
}

/// The memory as it is now.
pub(crate) async fn read(ledger: &impl Ledger, number: u128) -> Option<Arc<Memory>> {
    ledger.read(&acme(), &[id(number)]).await.expect("read").pop()
}

/// Why the ledger would not.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, LedgerError>) -> Refusal {
    match answer {
        Err(LedgerError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// What became of an act.
pub(crate) fn answer<T>(written: Written<T>) -> T {
    written.answer
}
