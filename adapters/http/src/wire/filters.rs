//! The filter of a recall as JSON.

use domain::recall::cue::Filter;
use domain::tenant::Label;
use poem_openapi::Object;
use serde::Deserialize;

use crate::wire::few::Few;
use crate::wire::metadata::MetadataObject;
use crate::wire::names::{MemoryKind, MemorySource};
use crate::wire::values::{Moment, Name, Share};

/// What every memory of the answer must satisfy. A filter narrows; it is no security boundary.
#[derive(Debug, Clone, Default, Deserialize, Object)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Memories about this user.
    pub user_id: Option<Name>,
    /// Memories of this agent.
    pub agent_id: Option<Name>,
    /// Memories of this conversation.
    pub session_id: Option<Name>,
    /// What this speaker said.
    pub speaker: Option<Name>,
    /// Memories of this kind.
    pub kind: Option<MemoryKind>,
    /// Memories with all of these tags, at most 64.
    pub tags_all: Option<Few<Name, { Filter::TAGS }>>,
    /// Memories with at least one of these tags, at most 64.
    pub tags_any: Option<Few<Name, { Filter::TAGS }>>,
    /// Memories whose metadata hold these keys with exactly these values.
    pub metadata: Option<MetadataObject>,
    /// Memories that came in by this path.
    pub source: Option<MemorySource>,
    /// What happened at or after this moment.
    pub occurred_after: Option<Moment>,
    /// What happened before this moment.
    pub occurred_before: Option<Moment>,
    /// What matters at least this much.
    pub min_importance: Option<Share>,
}

impl From<Filters> for Filter {
    fn from(filters: Filters) -> Self {
        let name = |name: Option<Name>| name.map(|name| name.0);
        let names = |names: Option<Few<Name, { Filter::TAGS }>>| -> Vec<Label> {
            names.unwrap_or_default().into_iter().map(|name| name.0).collect()
        };
        Self {
            user: name(filters.user_id),
            agent: name(filters.agent_id),
            session: name(filters.session_id),
            speaker: name(filters.speaker),
            kind: filters.kind.map(Into::into),
            tags_all: names(filters.tags_all),
            tags_any: names(filters.tags_any),
            metadata: filters.metadata.unwrap_or_default().0,
            source: filters.source.map(Into::into),
            occurred_after: filters.occurred_after.map(|moment| moment.0),
            occurred_before: filters.occurred_before.map(|moment| moment.0),
            min_importance: filters.min_importance.map(|share| share.0),
            holds_at: None,
            known_at: None,
        }
    }
}
