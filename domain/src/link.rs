//! Typed links between memories.

use crate::memory::MemoryId;

/// What a link says: `from` *relation* `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// `from` cannot be done before `to` is.
    Requires,
    /// `from` makes `to` possible.
    Enables,
    /// `from` comes before `to`.
    Precedes,
    /// `from` brings `to` about.
    Causes,
    /// `from` is a part of `to`.
    PartOf,
    /// `from` speaks for `to`.
    Supports,
    /// `from` speaks against `to`.
    Contradicts,
    /// They belong together.
    Related,
}

impl Relation {
    /// Every relation, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Requires,
        Self::Enables,
        Self::Precedes,
        Self::Causes,
        Self::PartOf,
        Self::Supports,
        Self::Contradicts,
        Self::Related,
    ];

    /// The relation's name in the API and in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Enables => "enables",
            Self::Precedes => "precedes",
            Self::Causes => "causes",
            Self::PartOf => "part_of",
            Self::Supports => "supports",
            Self::Contradicts => "contradicts",
            Self::Related => "related",
        }
    }

    /// The relation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == name)
    }
}

/// The far end of a link, as its memory holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    /// The memory that is pointed at.
    pub to: MemoryId,
    /// What is said of it.
    pub relation: Relation,
}

/// A link with both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// The memory that holds the link.
    pub from: MemoryId,
    /// The far end and the relation.
    pub link: Link,
}
