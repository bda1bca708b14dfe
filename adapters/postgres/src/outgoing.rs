//! What others have to be told of an act: rows of the outbox. None of them holds a word of a memory.

use application::ports::ledger::Note;
use application::ports::long_term::{Act, Entry};
use diesel::data_types::PgTimestamp;
use diesel::prelude::Insertable;
use domain::tenant::{Namespace, Tenant};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::schema::outbox_events;
use crate::values::to_timestamptz;

/// `receiver` of entries as acts write them: that of the first memory service. A trigger writes those of the others.
pub(crate) const LONG_TERM: &str = "long_term";
/// `receiver` of events.
pub(crate) const STREAM: &str = "stream";
/// `event_type` of a memory as it now is.
pub(crate) const PUT: &str = "put";
/// `event_type` of a memory that is no more.
pub(crate) const ERASE: &str = "erase";

/// A row of `outbox_events` that waits.
#[derive(Debug, Insertable)]
#[diesel(table_name = outbox_events, treat_none_as_default_value = false)]
pub(crate) struct OutboxRow {
    event_type: &'static str,
    tenant_id: String,
    receiver: &'static str,
    namespace: Option<String>,
    memory_id: Option<Uuid>,
    seq: Option<i64>,
    audit_id: Option<i64>,
    payload: Value,
    created_at: PgTimestamp,
}

impl OutboxRow {
    /// The row of an entry for the memory services.
    pub(crate) fn entry(tenant: &Tenant, note: &Note, entry: &Entry) -> Self {
        let (event_type, namespace) = match &entry.act {
            Act::Put { memory, .. } => (PUT, &memory.namespace),
            Act::Erase { namespace, .. } => (ERASE, namespace),
        };
        Self {
            event_type,
            tenant_id: tenant.as_str().into(),
            receiver: LONG_TERM,
            namespace: Some(namespace.as_str().into()),
            memory_id: Some(entry.act.id().0),
            seq: Some(entry.seq.0),
            audit_id: None,
            payload: json!({}),
            created_at: to_timestamptz(note.at),
        }
    }

    /// The row of the event that tells of an act: what it says stands in the audit log.
    pub(crate) fn event(tenant: &Tenant, note: &Note, namespace: Option<&Namespace>, audit_id: i64) -> Self {
        Self {
            event_type: note.action,
            tenant_id: tenant.as_str().into(),
            receiver: STREAM,
            namespace: namespace.map(|namespace| namespace.as_str().into()),
            memory_id: None,
            seq: None,
            audit_id: Some(audit_id),
            payload: json!({}),
            created_at: to_timestamptz(note.at),
        }
    }
}
