// Memories and cues for tests, and for the example of the crate's documentation (hence no inner doc comment).

use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Times};
use domain::metadata::Metadata;
use domain::recall::cue::{Cue, Filter};
use domain::recall::fuse;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

/// The memory of that number: one text, said by nobody in particular, stored at the epoch.
pub(crate) fn memory(number: u128, text: &str) -> Memory {
    let created = Timestamp::from_micros(0).unwrap();
    Memory {
        tenant: Tenant::try_new("acme").unwrap(),
        id: MemoryId(uuid::Uuid::from_u128(number)),
        namespace: Namespace::default(),
        content: MemoryText::try_new(text).unwrap(),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: vec![],
        metadata: Metadata::default(),
        times: Times { occurred: None, created, valid: created, invalid: None, expires: None },
        supersedes: vec![],
        links: vec![],
        procedure: None,
        encoding: None,
        novelty: 1.0,
        salience: 0.5,
        version: 1,
    }
}

/// A query for the ten best of all memories.
pub(crate) fn cue(text: &str) -> Cue {
    Cue {
        tenant: Tenant::try_new("acme").unwrap(),
        namespace: Namespace::default(),
        text: MemoryText::try_new(text).unwrap(),
        encoding: None,
        filter: Filter::default(),
        limit: 10,
        weights: fuse::default_weights(),
        include: vec![],
        at: Timestamp::from_micros(0).unwrap(),
    }
}
