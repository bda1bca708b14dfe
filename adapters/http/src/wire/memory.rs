//! A memory as callers see it.

use domain::memory::Memory;
use poem_openapi::Object;
use serde::Serialize;

use crate::wire::link::LinkBody;
use crate::wire::metadata::MetadataObject;
use crate::wire::names::{MemoryKind, MemorySource};
use crate::wire::procedure::ProcedureBody;
use crate::wire::values::{Id, Moment, Name, NamespaceName, Share, Text};

/// A memory, whole.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Memory")]
pub struct MemoryBody {
    /// Its name within the tenant.
    pub id: Id,
    /// The part of the tenant's memories that it belongs to.
    pub namespace: NamespaceName,
    /// What is remembered, as it was said.
    pub content: Text,
    /// What kind of thing it is.
    pub kind: MemoryKind,
    /// How much it matters, 0 to 1.
    pub importance: Share,
    /// Who said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Name>,
    /// The conversation that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Name>,
    /// The user that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Name>,
    /// The agent that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<Name>,
    /// The caller's tags.
    pub tags: Vec<Name>,
    /// The caller's own data.
    pub metadata: MetadataObject,
    /// By which path it came in.
    pub source: MemorySource,
    /// When it happened, if anybody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// When it was stored.
    pub created_at: Moment,
    /// From when on it holds.
    pub valid_at: Moment,
    /// From when on it no longer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_at: Option<Moment>,
    /// When it expires (time to live).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// The memories that this one corrects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(skip_serializing_if_is_empty, default)]
    pub supersedes: Vec<Id>,
    /// What it points at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(skip_serializing_if_is_empty, default)]
    pub links: Vec<LinkBody>,
    /// How something is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedureBody>,
    /// How new it was when it came, 0 to 1.
    pub novelty: f64,
    /// How much it claimed attention when it came, 0 to 1.
    pub salience: f64,
    /// 1 when stored, one more with each change.
    pub version: u32,
}

impl From<&Memory> for MemoryBody {
    fn from(memory: &Memory) -> Self {
        let (origin, times) = (&memory.origin, &memory.times);
        let name = |label: &Option<_>| label.clone().map(Name);
        Self {
            id: Id(memory.id),
            namespace: NamespaceName(memory.namespace.clone()),
            content: Text(memory.content.clone()),
            kind: memory.kind.into(),
            importance: Share(memory.importance),
            speaker: name(&origin.speaker),
            session_id: name(&origin.session),
            user_id: name(&origin.user),
            agent_id: name(&origin.agent),
            tags: memory.tags.iter().cloned().map(Name).collect(),
            metadata: MetadataObject(memory.metadata.clone()),
            source: origin.source.into(),
            occurred_at: times.occurred.map(Moment),
            created_at: Moment(times.created),
            valid_at: Moment(times.valid),
            invalid_at: times.invalid.map(Moment),
            expires_at: times.expires.map(Moment),
            supersedes: memory.supersedes.iter().copied().map(Id).collect(),
            links: memory.links.iter().map(LinkBody::from).collect(),
            procedure: memory.procedure.as_ref().map(ProcedureBody::from),
            novelty: memory.novelty,
            salience: memory.salience,
            version: memory.version,
        }
    }
}
