//! The outbox of a ledger that serves the long-term memory itself: no entries, and the audit chain as events.
//!
//! What has been told is on disk; who tells a tenant's events at present is not, since one process has the folder.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::events::Event;
use application::ports::long_term::ServiceId;
use application::ports::outbox::{Batch, Claim, Depth, Enrolling, Outbox, Receiver, Settling, Told, Undelivered, Work};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::Sqlite;
use crate::audit;
use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::ports::failure;
use crate::row;
use crate::schema::published;
use crate::writer::{Command, Publishing};

/// Who tells which tenant's events, and until when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leases(Arc<Mutex<HashMap<Tenant, (Uuid, Timestamp)>>>);

impl Outbox for Sqlite {
    async fn undelivered(&self, _: ServiceId, _: &Tenant, _: &Namespace, _: usize) -> Result<Undelivered, PortError> {
        Ok(Undelivered { entries: Vec::new(), whole: true })
    }

    async fn acknowledge(&self, _: ServiceId, _: &Tenant, _: &[Seq]) -> Result<(), PortError> {
        Ok(())
    }

    async fn enrol(&self, _: Enrolling) -> Result<bool, PortError> {
        Ok(true)
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        let Some(leases) = self.leases.clone().filter(|_| claim.receiver == Receiver::Stream) else { return Ok(None) };
        let taken = self.readers.run(move |connection| leases.take(connection, &claim)).await;
        taken.map_err(|error| error.at("outbox", "claim events"))
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        let Settling { tenant, receiver: _, holder, told, free } = settling;
        let (Some(leases), Told::Events(told)) = (&self.leases, told) else { return Ok(()) };
        if let Some(number) = told {
            let publishing = Publishing { tenant: tenant.clone(), number };
            let done = self.writer.ask(|answer| Command::Publish(publishing, answer)).await;
            done.map_err(|error| failure(error).at("outbox", "keep what was told"))?;
        }
        leases.release(&tenant, holder, free);
        Ok(())
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        if self.leases.is_none() {
            return Ok(Depth::default());
        }
        let waits = self.readers.run(move |connection| depth(connection, now)).await;
        waits.map_err(|error| error.at("outbox", "count what waits"))
    }
}

impl Leases {
    /// The events of the tenant that has waited longest of those that nobody tells. The lock is held over the reads, so
    /// that what is read is what no other claimant has.
    fn take(&self, connection: &mut SqliteConnection, claim: &Claim) -> Result<Option<Batch>, Error> {
        let mut held = self.held();
        for tenant in waiting(connection)? {
            if held.get(&tenant).is_some_and(|(_, until)| *until > claim.now) {
                continue;
            }
            let events = untold(connection, &tenant, claim.limit)?;
            held.insert(tenant.clone(), (claim.holder, claim.until));
            return Ok(Some(Batch { tenant, work: Work::Events(events) }));
        }
        Ok(None)
    }

    fn release(&self, tenant: &Tenant, holder: Uuid, free: Timestamp) {
        if let Some((whose, until)) = self.held().get_mut(tenant)
            && *whose == holder
        {
            *until = free;
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Tenant, (Uuid, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Keeps how far a chain has been told: never less than before, never more than there is.
    pub(crate) fn publish(&mut self, act: &Publishing) -> Result<(), ActError> {
        sql_query(
            "INSERT INTO published SELECT tenant_id, min(number, ?) FROM audit_heads WHERE tenant_id = ?
             ON CONFLICT (tenant_id) DO UPDATE SET number = max(number, excluded.number)",
        )
        .bind::<BigInt, _>(i64::try_from(act.number).unwrap_or(i64::MAX))
        .bind::<Text, _>(act.tenant.as_str())
        .execute(&mut self.connection)?;
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    tenant_id: String,
}

/// The tenants with events that were not told, the longest waiting first.
fn waiting(connection: &mut SqliteConnection) -> Result<Vec<Tenant>, Error> {
    let found: Vec<Waiting> = sql_query(
        "SELECT l.tenant_id FROM audit_heads h LEFT JOIN published p ON p.tenant_id = h.tenant_id
         LEFT JOIN audit_beginnings b ON b.tenant_id = h.tenant_id
         JOIN audit_log l ON l.tenant_id = h.tenant_id
             AND l.number = max(ifnull(p.number, 0), ifnull(b.number, 0)) + 1
         ORDER BY l.created_at, l.id",
    )
    .load(connection)?;
    Ok(found.iter().map(|found| row::tenant(&found.tenant_id)).collect::<Result<_, _>>()?)
}

fn untold(connection: &mut SqliteConnection, tenant: &Tenant, limit: usize) -> Result<Vec<Event>, Error> {
    let told = published::table.find(tenant.as_str()).select(published::number);
    let told: Option<i64> = told.get_result(connection).optional()?;
    audit::events_after(connection, tenant, told.unwrap_or_default(), limit)
}

#[derive(QueryableByName)]
struct Waits {
    #[diesel(sql_type = BigInt)]
    pending: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    oldest: Option<i64>,
}

fn depth(connection: &mut SqliteConnection, now: Timestamp) -> Result<Depth, Error> {
    let waits: Waits = sql_query(
        "SELECT ifnull(sum(h.number - max(ifnull(p.number, 0), ifnull(b.number, 0))), 0) AS pending,
             min(l.created_at) AS oldest
         FROM audit_heads h LEFT JOIN published p ON p.tenant_id = h.tenant_id
         LEFT JOIN audit_beginnings b ON b.tenant_id = h.tenant_id
         LEFT JOIN audit_log l ON l.tenant_id = h.tenant_id
             AND l.number = max(ifnull(p.number, 0), ifnull(b.number, 0)) + 1",
    )
    .get_result(connection)?;
    let oldest = row::maybe_moment("created_at", waits.oldest)?;
    let waited = oldest.map_or(0.0, |oldest| now.seconds_since(oldest).max(0.0));
    Ok(Depth { pending: audit::count(waits.pending)?, oldest: Duration::from_secs_f64(waited) })
}
