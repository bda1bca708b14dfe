//! How an index reads memories and queries.

use std::sync::Arc;

use crate::encoding::table::Table;

/// What an index reads with. Everything is on, but for measuring what each part is worth.
#[derive(Debug, Clone)]
pub struct Lens {
    /// The static encoder's table: queries are read wordpiece by wordpiece, memories compared word by word.
    pub table: Option<Arc<Table>>,
    /// Whether a turn of a session is read together with its neighbours.
    pub context: bool,
    /// Whether the names of frequent speakers are cut from memories and queries: who speaks is a cue of its own.
    pub cut_names: bool,
    /// Whether long memories are cut into passages and answer by their best one.
    pub passages: bool,
}

impl Lens {
    /// Everything on; without a table only words and given encodings are compared.
    pub fn new(table: Option<Arc<Table>>) -> Self {
        Self { table, context: true, cut_names: true, passages: true }
    }
}

impl Default for Lens {
    fn default() -> Self {
        Self::new(None)
    }
}
