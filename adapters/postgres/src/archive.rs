//! Rows of the audit log that may go, and their going: once they are kept elsewhere, with the place where the chain then
//! begins, in one transaction.

use application::ports::archiving::{Archiving, AuditLog, AuditTrail, Segment};
use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};
use domain::audit::{AuditEvent, Head, Seal};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::acts::Telling;
use crate::audit::Done;
use crate::chain::{self, Link};
use crate::error::{ActError, Error, InvalidRow};
use crate::outgoing::STREAM;
use crate::schema::audit_log;
use crate::transaction::{Locks, opening};
use crate::values::to_timestamptz;
use crate::{Postgres, beginnings, lookups, row, verify};

/// Rows that are read at once.
const AT_ONCE: i64 = 4_096;

/// The last row before the first that is too young or that the stream was not told of; without any such the last.
const UPTO: &str = "\
    SELECT least(\
        (SELECT min(number) - 1 FROM audit_log WHERE tenant_id = $1 AND number IS NOT NULL AND created_at >= $2), \
        (SELECT min(a.number) - 1 FROM outbox_events e JOIN audit_log a ON a.tenant_id = $1 AND a.id = e.audit_id \
            WHERE e.tenant_id = $1 AND e.receiver = $3 AND e.processed_at IS NULL AND a.number IS NOT NULL), \
        (SELECT max(number) FROM audit_log WHERE tenant_id = $1)\
    ) AS upto";

#[derive(QueryableByName)]
struct Upto {
    #[diesel(sql_type = Nullable<BigInt>)]
    upto: Option<i64>,
}

impl AuditTrail for Postgres {
    async fn sealed_events(
        &self,
        tenant: &Tenant,
        after: u64,
        upto: u64,
    ) -> Result<Vec<(AuditEvent, Seal)>, PortError> {
        let read = self.ask(|| async move {
            let view = self.look(tenant).await?;
            events(&view, tenant, after, upto).await
        });
        read.await.map_err(|error| error.at("ledger", "read the audit log"))
    }
}

impl AuditLog for Postgres {
    async fn archivable(&self, before: Timestamp) -> Result<Vec<Segment>, PortError> {
        let found = async {
            let mut segments = Vec::new();
            for name in self.ask(|| async move { verify::tenants(&*self.across().await?).await }).await? {
                let tenant = &row::tenant(&name)?;
                let segment = self.ask(|| async move {
                    let view = self.across_to(tenant).await?;
                    self.segment(&view, tenant, before).await
                });
                segments.extend(segment.await?);
            }
            Ok(segments)
        };
        found.await.map_err(|error: Error| error.at("ledger", "look for rows of the audit log to archive"))
    }

    async fn archive(&self, act: &Archiving) -> Result<bool, PortError> {
        let timeout = self.config.timeout;
        let done = self.act(&Locks::None, || async move {
            // Nobody else may delete rows of the log.
            let mut connection = self.owner(timeout).await?;
            let begin = opening(&act.tenant, &Locks::None, timeout);
            AnsiTransactionManager::begin_transaction_sql(&mut connection, &begin).await?;
            // Closed before the end, the connection undoes it.
            let done = self.let_go(&connection, act).await?;
            AnsiTransactionManager::commit_transaction(&mut connection).await?;
            Ok(done)
        });
        done.await.map_err(|error| match error {
            ActError::Failed(error) => error.at("ledger", "delete archived rows of the audit log"),
            ActError::Refused(refusal) => unreachable!("nothing refuses it: {refusal}"),
        })
    }
}

impl Postgres {
    async fn segment(
        &self,
        mut connection: &AsyncPgConnection,
        tenant: &Tenant,
        before: Timestamp,
    ) -> Result<Option<Segment>, Error> {
        let key = &self.config.audit_key;
        let from = match beginnings::of(connection, tenant).await? {
            None => Head::genesis(key, tenant),
            Some(beginning) => beginning
                .vouched(key, tenant)
                .ok_or_else(|| InvalidRow::new("voucher", "where the chain begins was tampered with"))?,
        };
        let upto = diesel::sql_query(UPTO).bind::<Text, _>(tenant.as_str());
        let upto = upto.bind::<Timestamptz, _>(to_timestamptz(before)).bind::<Text, _>(STREAM);
        let upto = upto.get_result::<Upto>(&mut connection).await?.upto.map(chain::count).transpose()?;
        Ok(upto.filter(|upto| *upto > from.number).map(|upto| Segment { tenant: tenant.clone(), from, upto }))
    }

    async fn let_go(&self, mut connection: &AsyncPgConnection, act: &Archiving) -> Result<bool, ActError> {
        let tenant = &act.tenant;
        if !beginnings::advance(connection, &self.config.audit_key, tenant, act.from, act.upto).await? {
            return Ok(false);
        }
        let rows = audit_log::table.filter(audit_log::tenant_id.eq(tenant.as_str()));
        let rows = rows.filter(audit_log::number.le(chain::column(act.upto.number)?));
        let deleted = diesel::delete(rows).execute(&mut connection).await? as u64;
        if deleted != act.upto.number - act.from.number {
            return Err(InvalidRow::new("number", "the chain has not all the rows that were archived").into());
        }
        let numbers = lookups::numbers(connection, 0).await?;
        let done = Done { resource: &act.resource(), namespace: None, ids: &[] };
        let telling = Telling { tenant, note: &act.note, events: self.config.events };
        telling.tell(connection, numbers.audit, &done, &[]).await?;
        Ok(true)
    }
}

async fn events(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    after: u64,
    upto: u64,
) -> Result<Vec<(AuditEvent, Seal)>, Error> {
    let rows = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.as_str()))
        .filter(audit_log::number.gt(chain::column(after)?))
        .filter(audit_log::number.le(chain::column(upto)?))
        .order(audit_log::number)
        .limit(AT_ONCE)
        .select(Link::as_select());
    let rows: Vec<Link> = rows.load(&mut connection).await?;
    Ok(rows.iter().map(Link::sealed).collect::<Result<_, _>>()?)
}
