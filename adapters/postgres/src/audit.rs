//! The audit row of an act, and the event that tells of it; both are numbered and sealed later, by whoever delivers.

use application::ports::ledger::Note;
use application::ports::policy::Basis;
use diesel::data_types::PgTimestamp;
use diesel::prelude::Insertable;
use domain::memory::MemoryId;
use domain::tenant::{Namespace, Tenant};
use serde_json::{Value, json};

use crate::schema::audit_log;
use crate::values::{to_text, to_timestamptz};

/// What an act did, for its audit row: names and numbers, never content.
pub(crate) struct Done<'a> {
    /// What it was done to: `memory`, `namespace`, …
    pub(crate) resource: &'a str,
    /// The namespace that it was done in, where it was one.
    pub(crate) namespace: Option<&'a Namespace>,
    /// The memories concerned; of many only the first thousand are named.
    pub(crate) ids: &'a [MemoryId],
}

/// A row of `audit_log` that nobody has sealed yet.
#[derive(Debug, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    pub(crate) id: i64,
    tenant_id: String,
    event_type: String,
    event_data: Value,
    created_at: PgTimestamp,
    user_id: String,
    resource: String,
    outcome: String,
    request_id: String,
    traceparent: Option<String>,
    detail: String,
}

impl AuditRow {
    /// The row of an act; `id` is taken from the log's sequence.
    pub(crate) fn of(id: i64, tenant: &Tenant, note: &Note, done: &Done<'_>) -> Self {
        let ids: Vec<String> = done.ids.iter().take(1000).map(MemoryId::to_string).collect();
        let mut data = json!({"count": done.ids.len(), "ids": ids, "namespace": done.namespace.map(Namespace::as_str)});
        if let Some(Basis { id, reason }) = &note.basis {
            data["reason"] = to_text(reason).into();
            if let Some(id) = id {
                data["decision_id"] = to_text(id).into();
            }
        }
        Self {
            id,
            tenant_id: tenant.as_str().into(),
            event_type: note.action.into(),
            detail: data.to_string(),
            event_data: data,
            created_at: to_timestamptz(note.at),
            user_id: to_text(&note.subject),
            resource: done.resource.into(),
            outcome: "done".into(),
            request_id: to_text(&note.request_id),
            traceparent: note.traceparent.as_deref().map(to_text),
        }
    }
}

/// The one namespace of them all, if it is one.
pub(crate) fn only<'a>(mut namespaces: impl Iterator<Item = &'a Namespace>) -> Option<&'a Namespace> {
    let first = namespaces.next()?;
    namespaces.all(|other| other == first).then_some(first)
}
