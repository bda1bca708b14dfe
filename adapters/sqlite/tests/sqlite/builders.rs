//! Memories and acts with everything but the point of a test filled in.

use std::path::Path;
use std::sync::Arc;

use application::ports::ledger::LedgerError;
use application::ports::ledger::{
    Change, Changing, Erased, Erasing, IdempotencyKey, Ledger, Listed, NewMemory, Note, Page, Remembering, Selection,
    Stored,
};
use domain::audit::AuditKey;
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Seq, Times};
use domain::metadata::Metadata;
use domain::recall::cue::{Cue, Filter};
use domain::recall::term::{Term, Weights};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::{MICROS, Timestamp};
use somabrain_sqlite::{Config, Sqlite};
use uuid::Uuid;

pub(crate) fn key() -> AuditKey {
    AuditKey::try_new(b"a key for trying out").unwrap()
}

pub(crate) async fn open(folder: &Path) -> Sqlite {
    Sqlite::open(Config::new(folder, key())).await.unwrap()
}

pub(crate) fn tenant() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

pub(crate) fn namespace(name: &str) -> Namespace {
    Namespace::try_new(name).unwrap()
}

pub(crate) fn label(name: &str) -> Label {
    Label::try_new(name).unwrap()
}

pub(crate) fn id(number: u128) -> MemoryId {
    MemoryId(Uuid::from_u128(number))
}

/// 2026-01-01 and so many seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_767_225_600 + seconds) * MICROS).unwrap()
}

pub(crate) fn note(seconds: i64) -> Note {
    Note {
        subject: "ann".into(),
        action: "memory:write",
        request_id: "request-1".into(),
        basis: None,
        traceparent: None,
        at: at(seconds),
    }
}

pub(crate) fn memory(number: u128, content: &str) -> Memory {
    Memory {
        tenant: tenant(),
        id: id(number),
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
        encoding: Some(encoding(number)),
        novelty: 1.0,
        salience: 0.5,
        version: 1,
    }
}

pub(crate) fn encoding(number: u128) -> Encoding {
    let vector: Vec<f32> = (0..256).map(|n| ((number as f32 + 1.0) * (n as f32 + 1.0)).sin()).collect();
    Encoding::from_vector(EncoderId::new("trial-1"), &vector).unwrap()
}

pub(crate) fn remembering(memories: impl IntoIterator<Item = Memory>) -> Remembering {
    let new = |memory: Memory| NewMemory { memory: Arc::new(memory), own_id: false };
    Remembering {
        tenant: tenant(),
        memories: memories.into_iter().map(new).collect(),
        key: None,
        full: false,
        note: note(0),
    }
}

pub(crate) fn with_key(act: Remembering, key: &str, fingerprint: u8) -> Remembering {
    Remembering { key: Some(IdempotencyKey { key: label(key), fingerprint: [fingerprint; 32] }), ..act }
}

pub(crate) async fn remember(sqlite: &Sqlite, memories: impl IntoIterator<Item = Memory>) -> Vec<Stored> {
    sqlite.remember(remembering(memories)).await.map(answer).unwrap()
}

pub(crate) async fn change(sqlite: &Sqlite, number: u128, change: Change) -> Result<Arc<Memory>, LedgerError> {
    let act = Changing { tenant: tenant(), id: id(number), expected: None, change, note: note(60) };
    sqlite.change(act).await.map(answer)
}

pub(crate) async fn erase(sqlite: &Sqlite, selection: Selection) -> Erased {
    sqlite.erase(Erasing { tenant: tenant(), selection, note: note(120) }).await.map(answer).unwrap()
}

pub(crate) async fn read(sqlite: &Sqlite, number: u128) -> Option<Arc<Memory>> {
    sqlite.read(&tenant(), &[id(number)]).await.unwrap().pop()
}

pub(crate) async fn list(sqlite: &Sqlite) -> Listed {
    let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 1000 };
    sqlite.list(&tenant(), page).await.unwrap()
}

pub(crate) fn cue(text: &str) -> Cue {
    Cue {
        tenant: tenant(),
        namespace: Namespace::default(),
        text: MemoryText::try_new(text).unwrap(),
        encoding: None,
        filter: Filter::default(),
        limit: 10,
        weights: Weights::default().with(Term::Lexical, 1.0).with(Term::Semantic, 1.0),
        include: vec![],
        at: Timestamp::MIN,
    }
}

/// What became of an act.
pub(crate) fn answer<T>(written: application::ports::ledger::Written<T>) -> T {
    written.answer
}
