//! A memory as callers give it.

use std::collections::BTreeSet;
use std::time::Duration;

use application::use_cases::remember::Draft;
use domain::link::Link;
use domain::memory::{Memory, Origin};
use poem_openapi::Object;
use serde::Deserialize;

use crate::object;
use crate::wire::few::Few;
use crate::wire::link::LinkBody;
use crate::wire::metadata::MetadataObject;
use crate::wire::names::{MemoryKind, MemorySource};
use crate::wire::procedure::ProcedureBody;
use crate::wire::values::{Count, Id, Moment, Name, NamespaceName, Share, Text};

/// A memory to store. Only `content` is needed. `{"payload": {…}}` around the same fields is accepted too.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
pub struct RememberRequest {
    /// What is to be remembered: 1 to 32,768 characters, kept unchanged.
    pub content: Text,
    /// An id of the caller's own. Repeating it with the same content changes nothing and answers 200; with other
    /// content the answer is 409.
    pub id: Option<Id>,
    /// The part of the memories that it belongs to; `default` if left out.
    pub namespace: Option<NamespaceName>,
    /// The user that it is about.
    pub user_id: Option<Name>,
    /// The agent that it belongs to.
    pub agent_id: Option<Name>,
    /// Who said it; also read from `metadata.speaker`.
    pub speaker: Option<Name>,
    /// The conversation that it comes from.
    pub session_id: Option<Name>,
    /// Another name of `session_id`.
    pub run_id: Option<Name>,
    /// What kind of thing it is; `episodic` if left out.
    pub kind: Option<MemoryKind>,
    /// How much it matters, 0 to 1; 0.5 if left out.
    pub importance: Option<Share>,
    /// Tags of the caller's own, at most 64; one given twice is kept once.
    pub tags: Option<Few<Name, { Memory::TAGS }>>,
    /// Data of the caller's own: an object of at most 16 KiB.
    pub metadata: Option<MetadataObject>,
    /// By which path it comes in; `user` if left out.
    pub source: Option<MemorySource>,
    /// When it happened.
    pub occurred_at: Option<Moment>,
    /// From when on it holds; `occurred_at` if left out, else now.
    pub valid_at: Option<Moment>,
    /// From when on it no longer holds.
    pub invalid_at: Option<Moment>,
    /// How many seconds it is to be kept; for good if left out.
    pub ttl_seconds: Option<Count<1, { u32::MAX }>>,
    /// Memories that this one corrects: they stop holding when this one begins to. At most 256.
    pub supersedes: Option<Few<Id, { Memory::SUPERSEDES }>>,
    /// Other memories that it points at: at most 256, to which others can be added up to 1,024.
    #[serde(default, deserialize_with = "object::maybe_few")]
    pub links: Option<Few<LinkBody, { Memory::LINKS_AT_FIRST }>>,
    /// How something is done, for memories of kind `procedural`.
    #[serde(default, deserialize_with = "object::maybe")]
    pub procedure: Option<ProcedureBody>,
}

impl RememberRequest {
    /// The field of this request that breaks a law between two fields, and how.
    pub(crate) fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        if self.session_id.is_some() && self.run_id.is_some() && self.session_id != self.run_id {
            return Some(("run_id", "is another name of session_id and must not differ from it"));
        }
        let begins = self.valid_at.as_ref().or(self.occurred_at.as_ref());
        match (begins, &self.invalid_at) {
            (Some(begins), Some(ends)) if ends.0 <= begins.0 => Some(("invalid_at", "must be later than valid_at")),
            _ => None,
        }
    }
}

impl From<RememberRequest> for Draft {
    fn from(request: RememberRequest) -> Self {
        let name = |name: Option<Name>| name.map(|name| name.0);
        let moment = |moment: Option<Moment>| moment.map(|moment| moment.0);
        Self {
            id: request.id.map(|id| id.0),
            namespace: request.namespace.map(|name| name.0).unwrap_or_default(),
            kind: request.kind.map(Into::into).unwrap_or_default(),
            importance: request.importance.map(|share| share.0).unwrap_or_default(),
            origin: Origin {
                user: name(request.user_id),
                agent: name(request.agent_id),
                session: name(request.session_id.or(request.run_id)),
                speaker: name(request.speaker),
                source: request.source.map(Into::into).unwrap_or_default(),
            },
            tags: each_once(request.tags.unwrap_or_default().into_iter().map(|tag| tag.0)),
            metadata: request.metadata.unwrap_or_default().0,
            occurred: moment(request.occurred_at),
            valid: moment(request.valid_at),
            invalid: moment(request.invalid_at),
            ttl: request.ttl_seconds.map(|seconds| Duration::from_secs(seconds.0.into())),
            supersedes: each_once(request.supersedes.unwrap_or_default().into_iter().map(|id| id.0)),
            links: each_once(request.links.unwrap_or_default().into_iter().map(Link::from)),
            procedure: request.procedure.map(Into::into),
            ..Self::new(request.content.0)
        }
    }
}

/// The same in the same order, but nothing twice.
pub(crate) fn each_once<T: Ord + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}

/// Several memories to store, all or nothing.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
pub struct RememberBatchRequest {
    /// 1 to 1,000 memories.
    #[serde(deserialize_with = "object::list")]
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub memories: Vec<RememberRequest>,
}
