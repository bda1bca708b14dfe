//! A memory as a row, and back; a row is input and is checked again.

use std::sync::Arc;

use diesel::prelude::{Insertable, Queryable};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Seq, Source, Times};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_record::json;
use uuid::Uuid;

use crate::error::InvalidRow;
use crate::schema::memories;
use crate::values::{from_text, to_text};
use somabrain_record::checksum::{Digest, same};

/// A row of `memories`. None is written as NULL and not left out, so that one prepared statement serves all rows.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = memories, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) changed_seq: i64,
    pub(crate) tenant_id: String,
    pub(crate) id: Uuid,
    pub(crate) namespace: String,
    pub(crate) content: String,
    pub(crate) kind: String,
    pub(crate) importance: f64,
    pub(crate) user_id: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) speaker: Option<String>,
    pub(crate) source: String,
    pub(crate) tags: String,
    pub(crate) metadata: String,
    pub(crate) occurred_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) valid_at: i64,
    pub(crate) invalid_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) supersedes: String,
    pub(crate) links: String,
    pub(crate) procedure: Option<String>,
    pub(crate) encoder: Option<String>,
    pub(crate) encoding: Option<Vec<u8>>,
    pub(crate) novelty: f64,
    pub(crate) salience: f64,
    pub(crate) version: i64,
    pub(crate) since_at: i64,
    pub(crate) subject: String,
    pub(crate) same: Vec<u8>,
    pub(crate) checksum: Vec<u8>,
}

/// A memory with its places in the ledger, and who made it what it is.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// Where it was stored.
    pub(crate) seq: Seq,
    /// Where it was changed last.
    pub(crate) changed: Seq,
    /// The memory.
    pub(crate) memory: Arc<Memory>,
    /// Since when it is so.
    pub(crate) since: Timestamp,
    /// Who made it so.
    pub(crate) subject: String,
}

impl From<&Kept> for Row {
    fn from(kept: &Kept) -> Self {
        let memory = &*kept.memory;
        let text = |label: &Option<Label>| label.as_ref().map(|label| label.as_str().to_owned());
        let (origin, times) = (&memory.origin, &memory.times);
        let bytes = |encoding: &Encoding| encoding.row().iter().map(|&x| x.cast_unsigned()).collect();
        let mut row = Self {
            seq: kept.seq.0,
            changed_seq: kept.changed.0,
            tenant_id: memory.tenant.as_str().into(),
            id: memory.id.0,
            namespace: memory.namespace.as_str().into(),
            content: to_text(memory.content.as_str()),
            kind: memory.kind.as_str().into(),
            importance: memory.importance.get(),
            user_id: text(&origin.user),
            agent_id: text(&origin.agent),
            session_id: text(&origin.session),
            speaker: text(&origin.speaker),
            source: origin.source.as_str().into(),
            tags: json::from_labels(&memory.tags),
            metadata: json::from_metadata(&memory.metadata),
            occurred_at: times.occurred.map(Timestamp::micros),
            created_at: times.created.micros(),
            valid_at: times.valid.micros(),
            invalid_at: times.invalid.map(Timestamp::micros),
            expires_at: times.expires.map(Timestamp::micros),
            supersedes: json::from_ids(&memory.supersedes),
            links: json::from_links(&memory.links),
            procedure: memory.procedure.as_ref().map(json::from_procedure),
            encoder: memory.encoding.as_ref().map(|encoding| encoding.encoder().as_str().into()),
            encoding: memory.encoding.as_ref().map(bytes),
            novelty: memory.novelty,
            salience: memory.salience,
            version: memory.version.into(),
            since_at: kept.since.micros(),
            subject: to_text(&kept.subject),
            same: same(memory),
            checksum: Vec::new(),
        };
        row.checksum = row.sum();
        row
    }
}

impl Row {
    /// The checksum over every other column.
    fn sum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.number(self.seq).number(self.changed_seq).text(&self.tenant_id).bytes(self.id.as_bytes());
        sum.text(&self.namespace).text(&self.content).text(&self.kind).real(self.importance).maybe_text(&self.user_id);
        sum.maybe_text(&self.agent_id).maybe_text(&self.session_id).maybe_text(&self.speaker).text(&self.source);
        sum.text(&self.tags).text(&self.metadata).maybe_number(self.occurred_at).number(self.created_at);
        sum.number(self.valid_at).maybe_number(self.invalid_at).maybe_number(self.expires_at).text(&self.supersedes);
        sum.text(&self.links).maybe_text(&self.procedure).maybe_text(&self.encoder);
        sum.bytes(self.encoding.as_deref().unwrap_or_default()).real(self.novelty).real(self.salience);
        sum.number(self.version).number(self.since_at).text(&self.subject).bytes(&self.same);
        sum.finish()
    }
}

impl TryFrom<Row> for Kept {
    type Error = InvalidRow;

    fn try_from(row: Row) -> Result<Self, InvalidRow> {
        if row.sum() != row.checksum {
            return Err(InvalidRow::new("checksum", format!("does not fit memory {}", row.seq)));
        }
        Ok(Self {
            seq: Seq(row.seq),
            changed: Seq(row.changed_seq),
            since: moment("since_at", row.since_at)?,
            subject: from_text(row.subject.clone()),
            memory: Arc::new(memory(row)?),
        })
    }
}

fn memory(row: Row) -> Result<Memory, InvalidRow> {
    Ok(Memory {
        tenant: tenant(&row.tenant_id)?,
        id: MemoryId(row.id),
        namespace: namespace(&row.namespace)?,
        content: MemoryText::try_new(&from_text(row.content)).map_err(|e| InvalidRow::new("content", e))?,
        kind: Kind::from_name(&row.kind).ok_or_else(|| InvalidRow::new("kind", "an unknown name"))?,
        importance: importance(row.importance)?,
        origin: Origin {
            user: label("user_id", row.user_id.as_deref())?,
            agent: label("agent_id", row.agent_id.as_deref())?,
            session: label("session_id", row.session_id.as_deref())?,
            speaker: label("speaker", row.speaker.as_deref())?,
            source: Source::from_name(&row.source).ok_or_else(|| InvalidRow::new("source", "an unknown name"))?,
        },
        tags: json::to_labels("tags", &row.tags)?,
        metadata: json::to_metadata("metadata", &row.metadata)?,
        times: Times {
            occurred: maybe_moment("occurred_at", row.occurred_at)?,
            created: moment("created_at", row.created_at)?,
            valid: moment("valid_at", row.valid_at)?,
            invalid: maybe_moment("invalid_at", row.invalid_at)?,
            expires: maybe_moment("expires_at", row.expires_at)?,
        },
        supersedes: json::to_ids("supersedes", &row.supersedes)?,
        links: json::to_links("links", &row.links)?,
        procedure: row.procedure.as_deref().map(|text| json::to_procedure("procedure", text)).transpose()?,
        encoding: row.encoder.zip(row.encoding).map(|(encoder, bytes)| encoding(&encoder, &bytes)).transpose()?,
        novelty: row.novelty,
        salience: row.salience,
        version: version(row.version)?,
    })
}

fn encoding(encoder: &str, bytes: &[u8]) -> Result<Encoding, InvalidRow> {
    let row = bytes.iter().map(|&x| x.cast_signed()).collect();
    Encoding::from_row(EncoderId::new(encoder), row).map_err(|e| InvalidRow::new("encoding", e))
}

/// A moment from its microseconds.
pub(crate) fn moment(column: &'static str, micros: i64) -> Result<Timestamp, InvalidRow> {
    Timestamp::from_micros(micros).map_err(|e| InvalidRow::new(column, e))
}

/// A moment, where there is one.
pub(crate) fn maybe_moment(column: &'static str, micros: Option<i64>) -> Result<Option<Timestamp>, InvalidRow> {
    micros.map(|micros| moment(column, micros)).transpose()
}

/// A tenant from its name.
pub(crate) fn tenant(text: &str) -> Result<Tenant, InvalidRow> {
    Tenant::try_new(text).map_err(|e| InvalidRow::new("tenant_id", e))
}

/// A namespace from its name.
pub(crate) fn namespace(text: &str) -> Result<Namespace, InvalidRow> {
    Namespace::try_new(text).map_err(|e| InvalidRow::new("namespace", e))
}

/// An importance, 0 to 1.
pub(crate) fn importance(value: f64) -> Result<Importance, InvalidRow> {
    Importance::try_new(value).map_err(|e| InvalidRow::new("importance", e))
}

/// A version, 1 or more.
pub(crate) fn version(value: i64) -> Result<u32, InvalidRow> {
    u32::try_from(value).map_err(|e| InvalidRow::new("version", e))
}

fn label(column: &'static str, text: Option<&str>) -> Result<Option<Label>, InvalidRow> {
    text.map(|text| Label::try_new(text).map_err(|e| InvalidRow::new(column, e))).transpose()
}
