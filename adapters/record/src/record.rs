//! The shape of a memory in JSON, and its conversions.

use domain::encoding::Encoding;
use domain::link::{Link, Relation};
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Procedure, Source, Times};
use domain::tenant::{InvalidName, Label, Namespace, Tenant};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::InvalidRecord;
use crate::parts::{EncodingRecord, MetadataRecord, ProcedureRecord};

/// A whole memory for serde; into a [`Memory`] by `TryFrom`, which checks everything again.
///
/// Times are microseconds since 1970 in UTC, an encoding is its encoder's id and its int8 row in base64. What is absent
/// or empty is left out. To be read by `serde_json` only, and not inside a tagged or flattened type: metadata is taken
/// from the text itself, so that no number is rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    tenant: String,
    id: Uuid,
    namespace: String,
    content: String,
    kind: String,
    importance: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speaker: Option<String>,
    source: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "MetadataRecord::is_empty")]
    metadata: MetadataRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    occurred: Option<i64>,
    created: i64,
    valid: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invalid: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    supersedes: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<(String, Uuid)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    procedure: Option<ProcedureRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<EncodingRecord>,
    novelty: f64,
    salience: f64,
    version: u32,
}

impl From<&Memory> for Record {
    fn from(memory: &Memory) -> Self {
        let text = |label: &Option<Label>| label.as_ref().map(|label| label.as_str().to_owned());
        let (origin, times) = (&memory.origin, &memory.times);
        Self {
            tenant: memory.tenant.as_str().into(),
            id: memory.id.0,
            namespace: memory.namespace.as_str().into(),
            content: memory.content.as_str().into(),
            kind: memory.kind.as_str().into(),
            importance: memory.importance.get(),
            user: text(&origin.user),
            agent: text(&origin.agent),
            session: text(&origin.session),
            speaker: text(&origin.speaker),
            source: origin.source.as_str().into(),
            tags: memory.tags.iter().map(|tag| tag.as_str().into()).collect(),
            metadata: MetadataRecord(memory.metadata.clone()),
            occurred: times.occurred.map(Timestamp::micros),
            created: times.created.micros(),
            valid: times.valid.micros(),
            invalid: times.invalid.map(Timestamp::micros),
            expires: times.expires.map(Timestamp::micros),
            supersedes: memory.supersedes.iter().map(|id| id.0).collect(),
            links: memory.links.iter().map(|link| (link.relation.as_str().into(), link.to.0)).collect(),
            procedure: memory.procedure.as_ref().map(ProcedureRecord::from),
            encoding: memory.encoding.as_ref().map(EncodingRecord::from),
            novelty: memory.novelty,
            salience: memory.salience,
            version: memory.version,
        }
    }
}

impl TryFrom<Record> for Memory {
    type Error = InvalidRecord;

    fn try_from(record: Record) -> Result<Self, InvalidRecord> {
        Ok(Self {
            tenant: Tenant::try_new(&record.tenant).map_err(|broken| InvalidRecord::new("tenant", broken))?,
            id: MemoryId(record.id),
            namespace: Namespace::try_new(&record.namespace).map_err(|e| InvalidRecord::new("namespace", e))?,
            content: MemoryText::try_new(&record.content).map_err(|e| InvalidRecord::new("content", e))?,
            kind: named("kind", Kind::from_name(&record.kind))?,
            importance: Importance::try_new(record.importance).map_err(|e| InvalidRecord::new("importance", e))?,
            origin: Origin {
                user: label("user", record.user.as_deref())?,
                agent: label("agent", record.agent.as_deref())?,
                session: label("session", record.session.as_deref())?,
                speaker: label("speaker", record.speaker.as_deref())?,
                source: named("source", Source::from_name(&record.source))?,
            },
            tags: record
                .tags
                .iter()
                .map(|tag| Label::try_new(tag).map_err(|e| wrong_name("tags", e)))
                .collect::<Result<_, _>>()?,
            metadata: record.metadata.0,
            times: Times {
                occurred: maybe_moment("occurred", record.occurred)?,
                created: moment("created", record.created)?,
                valid: moment("valid", record.valid)?,
                invalid: maybe_moment("invalid", record.invalid)?,
                expires: maybe_moment("expires", record.expires)?,
            },
            supersedes: record.supersedes.into_iter().map(MemoryId).collect(),
            links: record.links.iter().map(link).collect::<Result<_, _>>()?,
            procedure: record.procedure.map(Procedure::try_from).transpose()?,
            encoding: record.encoding.map(Encoding::try_from).transpose()?,
            novelty: record.novelty,
            salience: record.salience,
            version: record.version,
        })
    }
}

fn label(field: &'static str, text: Option<&str>) -> Result<Option<Label>, InvalidRecord> {
    text.map(|text| Label::try_new(text).map_err(|e| wrong_name(field, e))).transpose()
}

fn wrong_name(field: &'static str, error: InvalidName) -> InvalidRecord {
    InvalidRecord::new(field, error)
}

fn named<T>(field: &'static str, known: Option<T>) -> Result<T, InvalidRecord> {
    known.ok_or_else(|| InvalidRecord::new(field, "an unknown name"))
}

fn link((relation, to): &(String, Uuid)) -> Result<Link, InvalidRecord> {
    Ok(Link { to: MemoryId(*to), relation: named("links", Relation::from_name(relation))? })
}

fn moment(field: &'static str, micros: i64) -> Result<Timestamp, InvalidRecord> {
    Timestamp::from_micros(micros).map_err(|e| InvalidRecord::new(field, e))
}

fn maybe_moment(field: &'static str, micros: Option<i64>) -> Result<Option<Timestamp>, InvalidRecord> {
    micros.map(|micros| moment(field, micros)).transpose()
}
