//! A memory: what was said or happened, whose it is, when it held and when we knew.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use uuid::Uuid;

use crate::encoding::Encoding;
use crate::link::Link;
use crate::metadata::Metadata;
use crate::tenant::{Label, Namespace, Tenant};
use crate::time::Timestamp;

/// A memory's name within its tenant; ids made by the service are UUIDv7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemoryId(pub Uuid);

impl fmt::Display for MemoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The place of an act in the ledger: 1, 2, 3, … The order of things is always `Seq`, never id or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Seq(pub i64);

/// Which law a memory breaks.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum InvalidMemory {
    /// No character that can be seen.
    #[error("must not be empty or blank")]
    Blank,
    /// More than 32,768 characters.
    #[error("has {found} characters, at most {limit} are allowed: split it into several memories")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Importance outside 0 to 1.
    #[error("is {0}, must lie in 0 to 1")]
    Importance(f64),
    /// A cost that is negative or not finite.
    #[error("is {0}, must be finite and not negative")]
    Cost(f64),
}

/// A text of 1 to 32,768 characters, at least one of them visible; kept unchanged. Cloning shares it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemoryText(Arc<str>);

impl MemoryText {
    /// Most characters (Unicode scalar values) of a text.
    pub const LIMIT: usize = 32_768;

    /// Checks `text` and takes it as it stands.
    pub fn try_new(text: &str) -> Result<Self, InvalidMemory> {
        let found = text.chars().count();
        if found > Self::LIMIT {
            return Err(InvalidMemory::TooLong { found, limit: Self::LIMIT });
        }
        if text.chars().all(is_blank) {
            return Err(InvalidMemory::Blank);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// White space, control characters and characters without width.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// What kind of thing is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Something that happened or was said.
    #[default]
    Episodic,
    /// Something that is so.
    Semantic,
    /// How something is done.
    Procedural,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Episodic, Self::Semantic, Self::Procedural];

    /// The kind's name in the API and in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Episodic => "episodic",
            Self::Semantic => "semantic",
            Self::Procedural => "procedural",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// By which path a memory came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Source {
    /// A person said it.
    #[default]
    User,
    /// An agent wrote it.
    Agent,
    /// A tool returned it.
    Tool,
    /// It was imported.
    Import,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::User, Self::Agent, Self::Tool, Self::Import];

    /// The source's name in the API and in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Import => "import",
        }
    }

    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// How much a memory matters, 0 to 1; 0.5 where nobody says.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Importance(f64);

impl Importance {
    /// Checks the range.
    pub fn try_new(value: f64) -> Result<Self, InvalidMemory> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(InvalidMemory::Importance(value)) }
    }

    /// The value, 0 to 1.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for Importance {
    fn default() -> Self {
        Self(0.5)
    }
}

/// How something is done: what must hold before, what holds after, what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    /// Facts that must hold, as short texts.
    pub preconditions: Vec<MemoryText>,
    /// Facts that hold afterwards; `not X` says that X no longer does.
    pub effects: Vec<MemoryText>,
    /// What doing it costs, 0 or more.
    pub cost: Cost,
}

/// A finite number, 0 or more; 1 where nobody says.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Cost(f64);

impl Cost {
    /// Checks the range.
    pub fn try_new(value: f64) -> Result<Self, InvalidMemory> {
        if value.is_finite() && value >= 0.0 { Ok(Self(value)) } else { Err(InvalidMemory::Cost(value)) }
    }

    /// The value.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Procedure {
    /// Most preconditions, and most effects.
    pub const FACTS: usize = 64;
    /// Most characters of one of them.
    pub const FACT: usize = 1_024;
}

impl Default for Cost {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Whom a memory is of: the data subject and the conversation that it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The user it is about.
    pub user: Option<Label>,
    /// The agent that it belongs to.
    pub agent: Option<Label>,
    /// The conversation.
    pub session: Option<Label>,
    /// Who said it.
    pub speaker: Option<Label>,
    /// By which path it came in.
    pub source: Source,
}

/// The two clocks of a memory: when it held, and when we knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it happened, if anybody said.
    pub occurred: Option<Timestamp>,
    /// When it was stored.
    pub created: Timestamp,
    /// From when on it holds: given, else `occurred`, else `created`.
    pub valid: Timestamp,
    /// From when on it no longer holds.
    pub invalid: Option<Timestamp>,
    /// When it expires (time to live).
    pub expires: Option<Timestamp>,
}

impl Times {
    /// When it happened, as far as anybody knows: `occurred`, else `created`.
    pub fn happened(&self) -> Timestamp {
        self.occurred.unwrap_or(self.created)
    }

    /// The same, ended at `at` at the latest: what ended earlier stays ended.
    pub fn ended_by(self, at: Timestamp) -> Self {
        Self { invalid: Some(self.invalid.map_or(at, |end| end.min(at))), ..self }
    }

    /// Whether the memory holds at `at` and has not expired by then.
    pub fn hold_at(&self, at: Timestamp) -> bool {
        self.valid <= at && self.invalid.is_none_or(|end| at < end) && self.expires.is_none_or(|end| at < end)
    }
}

/// Bytes of an id as text, with what stands around it.
const ID_BYTES: usize = 64;

/// One memory, whole. (tenant, id) is its key; the content is never edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name within the tenant.
    pub id: MemoryId,
    /// The part of the tenant's memories that it belongs to.
    pub namespace: Namespace,
    /// What is remembered.
    pub content: MemoryText,
    /// What kind of thing it is.
    pub kind: Kind,
    /// How much it matters.
    pub importance: Importance,
    /// Whom it is of.
    pub origin: Origin,
    /// The caller's tags.
    pub tags: Vec<Label>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// When it held, and when we knew.
    pub times: Times,
    /// The memories that this one corrects.
    pub supersedes: Vec<MemoryId>,
    /// What it points at.
    pub links: Vec<Link>,
    /// How something is done, for procedural memories.
    pub procedure: Option<Procedure>,
    /// Its place in meaning; none for a text without any wordpiece.
    pub encoding: Option<Encoding>,
    /// How new it was when it came, 0 to 1.
    pub novelty: f64,
    /// How much it claimed attention when it came, 0 to 1.
    pub salience: f64,
    /// 1 when stored, one more with each change.
    pub version: u32,
}

impl Memory {
    /// Most tags.
    pub const TAGS: usize = 64;
    /// Most memories that one corrects.
    pub const SUPERSEDES: usize = 256;
    /// Most links that a memory is stored with.
    pub const LINKS_AT_FIRST: usize = 256;
    /// Most links in all.
    pub const LINKS: usize = 1024;

    /// About how many bytes it has as text.
    pub fn bytes(&self) -> usize {
        let facts = self.procedure.iter().flat_map(|how| how.preconditions.iter().chain(&how.effects));
        let texts: usize = std::iter::once(&self.content).chain(facts).map(|text| text.as_str().len()).sum();
        let tags: usize = self.tags.iter().map(|tag| tag.as_str().len()).sum();
        texts + tags + self.metadata.bytes() + ID_BYTES * (self.supersedes.len() + self.links.len())
    }
}
