//! Events for the stream: rows of the audit log that are sealed, in the order of their numbers.

use application::ports::events::Event;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::leases::Lease;
use crate::chain::Link;
use crate::error::Error;
use crate::outgoing::STREAM;
use crate::schema::{audit_log, outbox_events};

/// What the stream has not yet, from where it was told last. In a transaction of the tenant.
pub(super) async fn batch(
    mut connection: &AsyncPgConnection,
    Lease { tenant, told }: &Lease,
    limit: usize,
) -> Result<Vec<Event>, Error> {
    let of_act =
        outbox_events::tenant_id.eq(audit_log::tenant_id).and(outbox_events::audit_id.eq(audit_log::id.nullable()));
    let rows: Vec<Link> = audit_log::table
        .inner_join(outbox_events::table.on(of_act))
        .filter(outbox_events::processed_at.is_null())
        .filter(outbox_events::receiver.eq(STREAM))
        .filter(audit_log::tenant_id.eq(tenant.as_str()))
        .filter(audit_log::number.gt(*told))
        .order(audit_log::number)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Link::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(Link::told).collect::<Result<_, _>>()?)
}
