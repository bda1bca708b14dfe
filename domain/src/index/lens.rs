//! How an index reads memories and queries.

use std::sync::Arc;

use crate::encoding::table::Table;

/// What an index reads with.
#[derive(Debug, Clone, Default)]
pub struct Lens {
    /// The static encoder's table: queries are read wordpiece by wordpiece, memories compared word by word. Without one
    /// only words and given encodings are compared.
    pub table: Option<Arc<Table>>,
    /// Which ways of reading are on.
    pub ways: Ways,
}

/// Ways of reading, each of which can be turned off to measure what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// Whether a turn of a session is read together with its neighbours.
    pub context: bool,
    /// Whether the names of frequent speakers are cut from memories and queries: who speaks is a cue of its own.
    pub names: bool,
    /// Whether long memories are cut into passages and answer by their best one.
    pub passages: bool,
}

impl Lens {
    /// With every way of reading on.
    pub fn new(table: Option<Arc<Table>>) -> Self {
        Self { table, ways: Ways::default() }
    }
}

impl Default for Ways {
    fn default() -> Self {
        Self { context: true, names: true, passages: true }
    }
}
