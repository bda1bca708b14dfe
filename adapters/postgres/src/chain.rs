//! A row of the audit log as a link of its tenant's chain.

use application::ports::events::Event;
use diesel::data_types::PgTimestamp;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::{AuditEvent, AuditKey, Head, Seal};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use serde::Deserialize;
use somabrain_record::json;
use uuid::Uuid;

use crate::error::{Error, InvalidRow};
use crate::row;
use crate::schema::{audit_heads, audit_log};
use crate::values::{from_text, from_timestamptz};

/// What an act left in the audit log; without number and seal as long as it is not part of the chain.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub(crate) struct Link {
    pub(crate) id: i64,
    tenant_id: String,
    event_type: String,
    created_at: PgTimestamp,
    user_id: String,
    resource: String,
    outcome: String,
    request_id: String,
    traceparent: Option<String>,
    detail: String,
    number: Option<i64>,
    seal: Option<Vec<u8>>,
}

/// What `detail` says beside the number of memories.
#[derive(Deserialize)]
struct Detail {
    ids: Vec<Uuid>,
    namespace: Option<String>,
}

impl Link {
    /// What is sealed, as the event of this number.
    pub(crate) fn event(&self, number: u64) -> Result<AuditEvent, InvalidRow> {
        Ok(AuditEvent {
            tenant: row::tenant(&self.tenant_id)?,
            number,
            at: from_timestamptz("created_at", self.created_at)?,
            subject: from_text(self.user_id.clone()),
            action: self.event_type.clone(),
            resource: self.resource.clone(),
            outcome: self.outcome.clone(),
            request_id: from_text(self.request_id.clone()),
            detail: self.detail.clone(),
        })
    }

    /// The event and the seal that stands beside it.
    pub(crate) fn sealed(&self) -> Result<(AuditEvent, Seal), InvalidRow> {
        let missing = |column| InvalidRow::new(column, "a sealed row has one");
        let number = count(self.number.ok_or_else(|| missing("number"))?)?;
        Ok((self.event(number)?, seal(self.seal.as_deref().ok_or_else(|| missing("seal"))?)?))
    }

    /// A sealed row as the stream tells it.
    pub(crate) fn told(self) -> Result<Event, InvalidRow> {
        let (event, seal) = self.sealed()?;
        let detail: Detail = json::read("detail", &event.detail)?;
        Ok(Event {
            tenant: event.tenant,
            number: event.number,
            at: event.at,
            subject: event.subject,
            action: event.action,
            resource: event.resource,
            outcome: event.outcome,
            namespace: detail.namespace.as_deref().map(row::namespace).transpose()?,
            memories: detail.ids.into_iter().map(MemoryId).collect(),
            request_id: event.request_id,
            traceparent: self.traceparent.map(from_text),
            seal,
        })
    }
}

/// Where the chain of a tenant ends, by its head's row; `None`: it has none yet.
pub(crate) async fn head(mut connection: &AsyncPgConnection, tenant: &Tenant) -> Result<Option<Head>, Error> {
    let row = audit_heads::table.find(tenant.as_str()).select((audit_heads::number, audit_heads::seal));
    let row: Option<(i64, Vec<u8>)> = row.get_result(&mut connection).await.optional()?;
    let head =
        |(number, bytes): (i64, Vec<u8>)| Ok::<_, InvalidRow>(Head { number: count(number)?, seal: seal(&bytes)? });
    Ok(row.map(head).transpose()?)
}

/// The head of a chain that may be empty.
pub(crate) fn or_genesis(head: Option<Head>, key: &AuditKey, tenant: &Tenant) -> Head {
    head.unwrap_or_else(|| Head::genesis(key, tenant))
}

/// A number of the chain.
pub(crate) fn count(number: i64) -> Result<u64, InvalidRow> {
    u64::try_from(number).map_err(|e| InvalidRow::new("number", e))
}

/// The same for a column.
pub(crate) fn column(number: u64) -> Result<i64, InvalidRow> {
    i64::try_from(number).map_err(|e| InvalidRow::new("number", e))
}

/// A seal of a column.
pub(crate) fn seal(bytes: &[u8]) -> Result<Seal, InvalidRow> {
    bytes.try_into().map(Seal).map_err(|e| InvalidRow::new("seal", format!("{e}")))
}
