//! What recall is asked with.

use std::collections::HashSet;

use crate::encoding::Encoding;
use crate::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Source};
use crate::metadata::Metadata;
use crate::recall::term::Weights;
use crate::tenant::{Label, Namespace, Tenant};
use crate::time::Timestamp;

/// A question to the memories of one namespace.
#[derive(Debug, Clone)]
pub struct Cue {
    /// Whose memories.
    pub tenant: Tenant,
    /// Which part of them.
    pub namespace: Namespace,
    /// The query as it was asked.
    pub text: MemoryText,
    /// The query's place in meaning, where the encoder is not one that the engine has itself.
    pub encoding: Option<Encoding>,
    /// What every candidate must satisfy.
    pub filter: Filter,
    /// Most candidates wanted, 1 or more.
    pub limit: usize,
    /// How the caller will weigh the signals, so that the best are among the candidates.
    pub weights: Weights,
    /// Memories that are to be candidates beside those, if the filter admits them.
    pub include: Vec<MemoryId>,
    /// The moment that is asked about: what happened lately happened shortly before it.
    pub at: Timestamp,
}

/// What a memory must satisfy; applied before any cut, never a security boundary.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// The data subject.
    pub user: Option<Label>,
    /// The agent.
    pub agent: Option<Label>,
    /// The conversation.
    pub session: Option<Label>,
    /// Who said it.
    pub speaker: Option<Label>,
    /// What kind of memory.
    pub kind: Option<Kind>,
    /// All of these tags.
    pub tags_all: Vec<Label>,
    /// At least one of these tags, if any are named.
    pub tags_any: Vec<Label>,
    /// These keys of the metadata with exactly these values.
    pub metadata: Metadata,
    /// By which path it came in.
    pub source: Option<Source>,
    /// Happened at or after.
    pub occurred_after: Option<Timestamp>,
    /// Happened before.
    pub occurred_before: Option<Timestamp>,
    /// Matters at least this much.
    pub min_importance: Option<Importance>,
    /// When the memory must hold; `None`: at any time.
    pub holds_at: Option<Timestamp>,
    /// By when it must have been stored.
    pub known_at: Option<Timestamp>,
}

impl Filter {
    /// Most tags that all must be there, and most of which one must.
    pub const TAGS: usize = 64;

    /// The moment at which a memory must hold, if that and nothing else is asked.
    pub(crate) fn only_when(&self) -> Option<Timestamp> {
        let at = self.holds_at?;
        (*self == Self { holds_at: Some(at), ..Self::default() }).then_some(at)
    }

    /// Whether `memory` satisfies everything asked.
    pub fn admits(&self, memory: &Memory) -> bool {
        let origin = &memory.origin;
        let happened = memory.times.happened();
        wanted(&self.user, &origin.user)
            && wanted(&self.agent, &origin.agent)
            && wanted(&self.session, &origin.session)
            && wanted(&self.speaker, &origin.speaker)
            && self.kind.is_none_or(|kind| kind == memory.kind)
            && self.source.is_none_or(|source| source == origin.source)
            && self.admits_tags(&memory.tags)
            && self.metadata.entries().iter().all(|(key, value)| memory.metadata.get(key) == Some(value))
            && self.occurred_after.is_none_or(|from| happened >= from)
            && self.occurred_before.is_none_or(|to| happened < to)
            && self.min_importance.is_none_or(|least| memory.importance >= least)
            && self.holds_at.is_none_or(|at| memory.times.hold_at(at))
            && self.known_at.is_none_or(|at| memory.times.created <= at)
    }

    fn admits_tags(&self, tags: &[Label]) -> bool {
        let fit = |has: &dyn Fn(&Label) -> bool| {
            self.tags_all.iter().all(has) && (self.tags_any.is_empty() || self.tags_any.iter().any(has))
        };
        if tags.len() <= Memory::TAGS {
            return fit(&|tag| tags.contains(tag));
        }
        // Memories of earlier versions have as many as a body could hold.
        let tags: HashSet<&Label> = tags.iter().collect();
        fit(&|tag| tags.contains(tag))
    }
}

fn wanted(asked: &Option<Label>, is: &Option<Label>) -> bool {
    asked.is_none() || asked == is
}
