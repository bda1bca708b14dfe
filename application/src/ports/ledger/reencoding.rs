//! Encodings of another encoder: which there are, and what takes their place.

use std::sync::Arc;

use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Tenant;

use super::Note;

/// A memory that the encoder has not encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// Where it was stored.
    pub seq: Seq,
    /// The memory, its encoding of another encoder or none at all.
    pub memory: Arc<Memory>,
}

/// Encodings for memories that are there already.
#[derive(Debug, Clone)]
pub struct Reencoding {
    /// Whose they are.
    pub tenant: Tenant,
    /// The encoder that made all of them.
    pub encoder: EncoderId,
    /// The memories and their new encodings; `None`: the text holds nothing that the encoder knows.
    pub encodings: Vec<(MemoryId, Option<Encoding>)>,
    /// Who does it.
    pub note: Note,
}
