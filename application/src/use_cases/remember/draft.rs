//! A memory before it is one: what callers give.

use std::time::Duration;

use domain::link::Link;
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Procedure};
use domain::metadata::Metadata;
use domain::tenant::{Label, Namespace};
use domain::time::Timestamp;

/// A memory as a caller gives it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The caller's own id; none: a new one.
    pub id: Option<MemoryId>,
    /// Where it belongs.
    pub namespace: Namespace,
    /// What is to be remembered.
    pub content: MemoryText,
    /// What kind of thing it is.
    pub kind: Kind,
    /// How much it matters.
    pub importance: Importance,
    /// Whom it is of; a `speaker` in the metadata counts where none is given here.
    pub origin: Origin,
    /// The caller's tags.
    pub tags: Vec<Label>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// When it happened.
    pub occurred: Option<Timestamp>,
    /// From when on it holds.
    pub valid: Option<Timestamp>,
    /// From when on it no longer holds.
    pub invalid: Option<Timestamp>,
    /// How long it is to be kept.
    pub ttl: Option<Duration>,
    /// What it corrects.
    pub supersedes: Vec<MemoryId>,
    /// What it points at.
    pub links: Vec<Link>,
    /// How something is done.
    pub procedure: Option<Procedure>,
}

impl Draft {
    /// A memory with nothing but its content.
    pub fn new(content: MemoryText) -> Self {
        Self {
            id: None,
            namespace: Namespace::default(),
            content,
            kind: Kind::default(),
            importance: Importance::default(),
            origin: Origin::default(),
            tags: Vec::new(),
            metadata: Metadata::default(),
            occurred: None,
            valid: None,
            invalid: None,
            ttl: None,
            supersedes: Vec::new(),
            links: Vec::new(),
            procedure: None,
        }
    }

    /// The list with more items than it may have, and how many that is.
    pub(super) fn too_long(&self) -> Option<(&'static str, usize)> {
        let facts = |of: fn(&Procedure) -> &Vec<MemoryText>| self.procedure.as_ref().map_or(0, |how| of(how).len());
        let lists = [
            ("tags", self.tags.len(), Memory::TAGS),
            ("supersedes", self.supersedes.len(), Memory::SUPERSEDES),
            ("links", self.links.len(), Memory::LINKS_AT_FIRST),
            ("procedure.preconditions", facts(|how| &how.preconditions), Procedure::FACTS),
            ("procedure.effects", facts(|how| &how.effects), Procedure::FACTS),
        ];
        lists.into_iter().find(|(_, found, most)| found > most).map(|(field, _, most)| (field, most))
    }
}
