//! What is searched for.

use domain::encoding::Encoding;
use domain::memory::{Importance, Kind, MemoryId, MemoryText, Source};
use domain::recall::cue::{Cue, Filter};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use somabrain_record::{EncodingRecord, MetadataRecord};

use uuid::Uuid;

use super::InvalidWire;
use super::terms::TermsWire;

/// A cue without its tenant, which stands in the path.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CueWire {
    namespace: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<EncodingRecord>,
    #[serde(default)]
    filter: FilterWire,
    limit: usize,
    weights: TermsWire,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    include: Vec<Uuid>,
    at: i64,
}

/// A filter; times are microseconds since 1970 in UTC, what is left out is not asked for, and what is not known is refused.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FilterWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags_all: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags_any: Vec<String>,
    #[serde(skip_serializing_if = "MetadataRecord::is_empty")]
    metadata: MetadataRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_after: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_before: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_importance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_at: Option<i64>,
}

impl CueWire {
    /// Most candidates that can be asked for.
    pub(crate) const MOST: usize = 10_000;

    /// The cue of a tenant.
    pub(crate) fn of(self, tenant: Tenant) -> Result<Cue, InvalidWire> {
        if !(1..=Self::MOST).contains(&self.limit) {
            return Err(InvalidWire::new("limit", format_args!("must lie in 1 to {}", Self::MOST)));
        }
        Ok(Cue {
            tenant,
            namespace: Namespace::try_new(&self.namespace).map_err(|e| InvalidWire::new("namespace", e))?,
            text: MemoryText::try_new(&self.text).map_err(|e| InvalidWire::new("text", e))?,
            encoding: self.encoding.map(Encoding::try_from).transpose()?,
            filter: self.filter.try_into().map_err(|invalid: InvalidWire| invalid.within("filter"))?,
            limit: self.limit,
            weights: self.weights.0,
            include: self.include.into_iter().map(MemoryId).collect(),
            at: Timestamp::from_micros(self.at).map_err(|broken| InvalidWire::new("at", broken))?,
        })
    }
}

impl From<&Cue> for CueWire {
    fn from(cue: &Cue) -> Self {
        Self {
            namespace: cue.namespace.as_str().into(),
            text: cue.text.as_str().into(),
            encoding: cue.encoding.as_ref().map(EncodingRecord::from),
            filter: FilterWire::from(&cue.filter),
            limit: cue.limit.clamp(1, Self::MOST),
            weights: TermsWire(cue.weights),
            include: cue.include.iter().map(|id| id.0).collect(),
            at: cue.at.micros(),
        }
    }
}

impl From<&Filter> for FilterWire {
    fn from(filter: &Filter) -> Self {
        let text = |label: &Option<Label>| label.as_ref().map(|label| label.as_str().to_owned());
        let texts = |labels: &[Label]| labels.iter().map(|label| label.as_str().to_owned()).collect();
        Self {
            user: text(&filter.user),
            agent: text(&filter.agent),
            session: text(&filter.session),
            speaker: text(&filter.speaker),
            kind: filter.kind.map(|kind| kind.as_str().into()),
            tags_all: texts(&filter.tags_all),
            tags_any: texts(&filter.tags_any),
            metadata: MetadataRecord(filter.metadata.clone()),
            source: filter.source.map(|source| source.as_str().into()),
            occurred_after: filter.occurred_after.map(Timestamp::micros),
            occurred_before: filter.occurred_before.map(Timestamp::micros),
            min_importance: filter.min_importance.map(Importance::get),
            holds_at: filter.holds_at.map(Timestamp::micros),
            known_at: filter.known_at.map(Timestamp::micros),
        }
    }
}

impl TryFrom<FilterWire> for Filter {
    type Error = InvalidWire;

    fn try_from(wire: FilterWire) -> Result<Self, InvalidWire> {
        let least = |value| Importance::try_new(value).map_err(|e| InvalidWire::new("min_importance", e));
        Ok(Self {
            user: label("user", wire.user)?,
            agent: label("agent", wire.agent)?,
            session: label("session", wire.session)?,
            speaker: label("speaker", wire.speaker)?,
            kind: named("kind", wire.kind, Kind::from_name)?,
            tags_all: labels("tags_all", wire.tags_all)?,
            tags_any: labels("tags_any", wire.tags_any)?,
            metadata: wire.metadata.0,
            source: named("source", wire.source, Source::from_name)?,
            occurred_after: moment("occurred_after", wire.occurred_after)?,
            occurred_before: moment("occurred_before", wire.occurred_before)?,
            min_importance: wire.min_importance.map(least).transpose()?,
            holds_at: moment("holds_at", wire.holds_at)?,
            known_at: moment("known_at", wire.known_at)?,
        })
    }
}

fn label(field: &str, text: Option<String>) -> Result<Option<Label>, InvalidWire> {
    Ok(labels(field, text.into_iter().collect())?.pop())
}

fn labels(field: &str, texts: Vec<String>) -> Result<Vec<Label>, InvalidWire> {
    texts.iter().map(|text| Label::try_new(text).map_err(|broken| InvalidWire::new(field, broken))).collect()
}

fn named<T>(field: &str, name: Option<String>, of: fn(&str) -> Option<T>) -> Result<Option<T>, InvalidWire> {
    let known = |name: String| of(&name).ok_or_else(|| InvalidWire::new(field, "an unknown name"));
    name.map(known).transpose()
}

fn moment(field: &str, micros: Option<i64>) -> Result<Option<Timestamp>, InvalidWire> {
    let moment = |micros| Timestamp::from_micros(micros).map_err(|broken| InvalidWire::new(field, broken));
    micros.map(moment).transpose()
}
