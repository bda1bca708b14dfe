//! Which memories are linked, seen from both ends.

use std::collections::HashMap;

use crate::memory::{Memory, MemoryId};

/// The near ends of the links of a namespace's memories, by their far ends.
#[derive(Debug, Default)]
pub(super) struct Links {
    incoming: HashMap<MemoryId, Vec<MemoryId>>,
}

impl Links {
    pub(super) fn add(&mut self, memory: &Memory) {
        for link in &memory.links {
            self.incoming.entry(link.to).or_default().push(memory.id);
        }
    }

    pub(super) fn remove(&mut self, memory: &Memory) {
        for link in &memory.links {
            let Some(incoming) = self.incoming.get_mut(&link.to) else { continue };
            if let Some(at) = incoming.iter().position(|near| *near == memory.id) {
                incoming.swap_remove(at);
            }
            if incoming.is_empty() {
                self.incoming.remove(&link.to);
            }
        }
    }

    /// The memories that a memory points at, and those that point at it.
    pub(super) fn of<'a>(&'a self, memory: &'a Memory) -> impl Iterator<Item = MemoryId> + 'a {
        let incoming = self.incoming.get(&memory.id).into_iter().flatten().copied();
        memory.links.iter().map(|link| link.to).chain(incoming)
    }
}
