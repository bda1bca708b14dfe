//! Asking an index in tests.

use std::sync::Arc;

use domain::index::NamespaceIndex;
use domain::memory::{Memory, Seq};

use crate::memories::cue;

/// An index without a table of these memories, each stored at the place of its number.
pub(crate) fn index(memories: impl IntoIterator<Item = Memory>) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(None);
    memories.into_iter().for_each(|memory| put(&mut index, memory));
    index
}

/// Stores a memory at the place of its number.
pub(crate) fn put(index: &mut NamespaceIndex, memory: Memory) {
    let seq = Seq(i64::try_from(memory.id.0.as_u128()).unwrap());
    index.put(seq, Arc::new(memory));
}

/// The numbers of the ten best.
pub(crate) fn ask(index: &NamespaceIndex, text: &str) -> Vec<u128> {
    index.search(&cue(text)).candidates.iter().map(|one| one.memory.id.0.as_u128()).collect()
}
