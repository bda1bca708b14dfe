//! Rows of the audit log that may go, and their going: once they are kept elsewhere, with the place where the chain then
//! begins, in one act.

use application::ports::archiving::{Archiving, AuditLog, AuditTrail, Segment};
use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use domain::audit::{AuditEvent, AuditKey, Seal};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::Sqlite;
use crate::audit::{self, Done, column};
use crate::beginnings;
use crate::desk::Desk;
use crate::error::{ActError, Error, InvalidRow};
use crate::ports::failure;
use crate::row;
use crate::schema::audit_log;
use crate::writer::Command;

/// Rows that are read at once.
const AT_ONCE: i64 = 4_096;

/// Of each chain the last row before the first that is too young, or that the stream, if there is one, was not told of.
const UPTO: &str = "\
    SELECT h.tenant_id, min(h.number, \
        ifnull((SELECT min(l.number) - 1 FROM audit_log l WHERE l.tenant_id = h.tenant_id AND l.created_at >= ?), h.number), \
        CASE WHEN ? THEN ifnull(p.number, 0) ELSE h.number END) AS upto \
    FROM audit_heads h LEFT JOIN published p ON p.tenant_id = h.tenant_id ORDER BY h.tenant_id";

#[derive(QueryableByName)]
struct Upto {
    #[diesel(sql_type = Text)]
    tenant_id: String,
    #[diesel(sql_type = BigInt)]
    upto: i64,
}

impl AuditTrail for Sqlite {
    async fn sealed_events(
        &self,
        tenant: &Tenant,
        after: u64,
        upto: u64,
    ) -> Result<Vec<(AuditEvent, Seal)>, PortError> {
        let tenant = tenant.clone();
        let read = move |connection: &mut _| audit::sealed_between(connection, &tenant, after, upto, AT_ONCE);
        self.readers.run(read).await.map_err(|error| error.at("ledger", "read the audit log"))
    }
}

impl AuditLog for Sqlite {
    async fn archivable(&self, before: Timestamp) -> Result<Vec<Segment>, PortError> {
        let (key, streams) = (self.audit_key.clone(), self.leases.is_some());
        let found = self.readers.run(move |connection| segments(connection, &key, before, streams)).await;
        found.map_err(|error| error.at("ledger", "look for rows of the audit log to archive"))
    }

    async fn archive(&self, act: &Archiving) -> Result<bool, PortError> {
        let done = self.writer.ask(|answer| Command::Archive(act.clone(), answer)).await;
        done.map_err(|error| failure(error).at("ledger", "delete archived rows of the audit log"))
    }
}

fn segments(
    connection: &mut SqliteConnection,
    key: &AuditKey,
    before: Timestamp,
    streams: bool,
) -> Result<Vec<Segment>, Error> {
    let found = diesel::sql_query(UPTO).bind::<BigInt, _>(before.micros()).bind::<Bool, _>(streams);
    let mut segments = Vec::new();
    for Upto { tenant_id, upto } in found.load(connection)? {
        let (tenant, upto) = (row::tenant(&tenant_id)?, audit::count(upto)?);
        let from = beginnings::of(connection, key, &tenant)?;
        if upto > from.number {
            segments.push(Segment { tenant, from, upto });
        }
    }
    Ok(segments)
}

impl Desk {
    /// Deletes what was archived.
    pub(crate) fn archive(&mut self, act: &Archiving) -> Result<bool, ActError> {
        self.latest = self.latest.max(act.note.at);
        let (tenant, key) = (&act.tenant, self.chains.key().clone());
        if beginnings::of(&mut self.connection, &key, tenant)? != act.from {
            return Ok(false);
        }
        beginnings::put(&mut self.connection, &key, tenant, &act.upto)?;
        let rows = audit_log::table.filter(audit_log::tenant_id.eq(tenant.as_str()));
        let rows = rows.filter(audit_log::number.le(column(act.upto.number)?));
        let deleted = diesel::delete(rows).execute(&mut self.connection)? as u64;
        if deleted != act.upto.number - act.from.number {
            return Err(InvalidRow::new("number", "the chain has not all the rows that were archived").into());
        }
        let count = usize::try_from(deleted).unwrap_or(usize::MAX);
        let done = Done { resource: &act.resource(), ids: &[], count, namespace: None };
        self.chains.append(&mut self.connection, tenant, &act.note, &done)?;
        Ok(true)
    }
}
