//! Which links say what comes before what, and which to follow from a goal.
//!
//! An application reaches in layers: it asks its ledger for the edges *behind* the memories recalled (all edges with
//! [`HELD_BY_LATER`] that these hold and all edges with [`HELD_BY_EARLIER`] that point at them), reads the memories that
//! [`layer`] names, and goes on from those until a layer is empty or enough has been read. What it could not read stays
//! in the edges and becomes a gap of the plan.

use std::collections::BTreeSet;

use crate::link::{Edge, Relation};
use crate::memory::MemoryId;

/// Links held by what comes later: follow them from the memory that holds them.
pub const HELD_BY_LATER: [Relation; 1] = [Relation::Requires];
/// Links held by what comes earlier: follow them back from the memory that they point at.
pub const HELD_BY_EARLIER: [Relation; 3] = [Relation::Enables, Relation::Precedes, Relation::Causes];

/// What a link says about order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dependency {
    /// What comes first.
    pub before: MemoryId,
    /// What waits for it.
    pub after: MemoryId,
}

impl Dependency {
    /// The order that `edge` states; `None` for a relation that states none.
    pub fn of(edge: &Edge) -> Option<Self> {
        let (from, to) = (edge.from, edge.link.to);
        match edge.link.relation {
            Relation::Requires => Some(Self { before: to, after: from }),
            Relation::Enables | Relation::Precedes | Relation::Causes => Some(Self { before: from, after: to }),
            Relation::PartOf | Relation::Supports | Relation::Contradicts | Relation::Related => None,
        }
    }
}

/// The memories that must come before those `known` and are not known themselves, by id: the next to ask for.
pub fn layer(known: &BTreeSet<MemoryId>, edges: &[Edge]) -> BTreeSet<MemoryId> {
    edges
        .iter()
        .filter_map(Dependency::of)
        .filter(|dependency| known.contains(&dependency.after) && !known.contains(&dependency.before))
        .map(|dependency| dependency.before)
        .collect()
}
