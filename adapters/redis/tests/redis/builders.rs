//! Memories, moments and a plain client.

use std::sync::Arc;

use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Times};
use domain::metadata::Metadata;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::{MICROS, Timestamp};
use redis::aio::MultiplexedConnection;
use uuid::Uuid;

/// 2026-01-01 and some seconds.
pub(crate) fn second(seconds: i64) -> Timestamp {
    micros(seconds * MICROS)
}

pub(crate) fn micros(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_767_225_600 * MICROS + micros).unwrap()
}

pub(crate) fn acme() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

pub(crate) fn session(name: &str) -> Label {
    Label::try_new(name).unwrap()
}

pub(crate) fn id(number: u64) -> MemoryId {
    MemoryId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

pub(crate) fn memory(number: u64) -> Memory {
    Memory {
        tenant: acme(),
        id: id(number),
        namespace: Namespace::default(),
        content: MemoryText::try_new(&format!("entry {number}")).unwrap(),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: Vec::new(),
        metadata: Metadata::default(),
        times: Times { occurred: None, created: second(0), valid: second(0), invalid: None, expires: None },
        supersedes: Vec::new(),
        links: Vec::new(),
        procedure: None,
        encoding: None,
        novelty: 0.5,
        salience: 0.5,
        version: 1,
    }
}

pub(crate) fn numbered(numbers: impl IntoIterator<Item = u64>) -> Vec<Arc<Memory>> {
    numbers.into_iter().map(|number| Arc::new(memory(number))).collect()
}

/// A client that goes past the adapter.
pub(crate) async fn plain(url: &str) -> MultiplexedConnection {
    redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// Every key that begins with `prefix`, with its time to live in seconds (-1: none).
pub(crate) async fn keys(client: &mut MultiplexedConnection, prefix: &str) -> Vec<(String, i64)> {
    let mut found: Vec<String> = redis::cmd("KEYS").arg(format!("{prefix}*")).query_async(client).await.unwrap();
    found.sort();
    let mut keys = Vec::new();
    for key in found {
        let ttl = redis::cmd("TTL").arg(&key).query_async(client).await.unwrap();
        keys.push((key.strip_prefix(prefix).unwrap().to_owned(), ttl));
    }
    keys
}
