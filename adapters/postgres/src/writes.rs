//! What acts write: many rows in one statement, one row in a statement that stays prepared.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::link::Link;
use domain::memory::{MemoryId, Seq};
use domain::tenant::Tenant;

use crate::audit::AuditRow;
use crate::error::Error;
use crate::lookups::uuids;
use crate::outgoing::{OutboxRow, PUT};
use crate::row::Row;
use crate::schema::{audit_log, links, memories, observations, outbox_events, versions};
use crate::versions::VersionRow;

/// Inserts rows, so many at once: a statement has 65,535 parameters at most.
macro_rules! insert {
    ($connection:expr, $table:expr, $rows:expr, $most:expr) => {
        match $rows {
            [] => {}
            [row] => drop(diesel::insert_into($table).values(row).execute(&mut $connection).await?),
            rows => {
                for some in rows.chunks($most) {
                    diesel::insert_into($table).values(some).execute(&mut $connection).await?;
                }
            }
        }
    };
}

/// New memories.
pub(crate) async fn memories(mut connection: &AsyncPgConnection, rows: &[Row]) -> Result<(), Error> {
    insert!(connection, memories::table, rows, 1_000);
    Ok(())
}

/// Memories that are there, in a new state.
pub(crate) async fn states(mut connection: &AsyncPgConnection, rows: &[Row]) -> Result<(), Error> {
    for some in rows.chunks(1_000) {
        let written = diesel::insert_into(memories::table).values(some);
        let written = written.on_conflict((memories::tenant_id, memories::id)).do_update().set((
            memories::changed_seq.eq(excluded(memories::changed_seq)),
            memories::importance.eq(excluded(memories::importance)),
            memories::tags.eq(excluded(memories::tags)),
            memories::metadata.eq(excluded(memories::metadata)),
            memories::valid_at.eq(excluded(memories::valid_at)),
            memories::invalid_at.eq(excluded(memories::invalid_at)),
            memories::links.eq(excluded(memories::links)),
            memories::version.eq(excluded(memories::version)),
            memories::since_at.eq(excluded(memories::since_at)),
            memories::subject.eq(excluded(memories::subject)),
            memories::checksum.eq(excluded(memories::checksum)),
        ));
        written.execute(&mut connection).await?;
    }
    Ok(())
}

/// Earlier states.
pub(crate) async fn versions(mut connection: &AsyncPgConnection, rows: &[VersionRow]) -> Result<(), Error> {
    insert!(connection, versions::table, rows, 4_000);
    Ok(())
}

/// Earlier states that are there, without links to what is no more.
pub(crate) async fn cut_versions(mut connection: &AsyncPgConnection, rows: &[VersionRow]) -> Result<(), Error> {
    for some in rows.chunks(4_000) {
        let written = diesel::insert_into(versions::table).values(some);
        let key = (versions::tenant_id, versions::id, versions::version);
        let written = written
            .on_conflict(key)
            .do_update()
            .set((versions::links.eq(excluded(versions::links)), versions::checksum.eq(excluded(versions::checksum))));
        written.execute(&mut connection).await?;
    }
    Ok(())
}

/// A row of `observations`: a memory that no density matrix has seen.
#[derive(Debug, Insertable)]
#[diesel(table_name = observations)]
pub(crate) struct Observation {
    seq: i64,
    tenant_id: String,
    namespace: String,
}

impl From<&Row> for Observation {
    fn from(row: &Row) -> Self {
        Self { seq: row.seq, tenant_id: row.tenant_id.clone(), namespace: row.namespace.clone() }
    }
}

/// Memories that no density matrix has seen.
pub(crate) async fn observations(mut connection: &AsyncPgConnection, rows: &[Observation]) -> Result<(), Error> {
    insert!(connection, observations::table, rows, 10_000);
    Ok(())
}

/// A row of `links`.
#[derive(Debug, Insertable)]
#[diesel(table_name = links)]
pub(crate) struct LinkRow {
    tenant_id: String,
    to_id: uuid::Uuid,
    from_id: uuid::Uuid,
    relation: &'static str,
}

impl LinkRow {
    /// The links that begin at a memory, each once.
    pub(crate) fn all(tenant: &Tenant, from: MemoryId, all: &[Link]) -> impl Iterator<Item = Self> {
        let all: std::collections::BTreeSet<Link> = all.iter().copied().collect();
        let tenant_id = tenant.as_str().to_owned();
        all.into_iter().map(move |link| Self {
            tenant_id: tenant_id.clone(),
            to_id: link.to.0,
            from_id: from.0,
            relation: link.relation.as_str(),
        })
    }
}

/// Links by their far ends.
pub(crate) async fn links(mut connection: &AsyncPgConnection, rows: &[LinkRow]) -> Result<(), Error> {
    insert!(connection, links::table, rows, 10_000);
    Ok(())
}

/// All links that begin at a memory, in place of those that are listed.
pub(crate) async fn relink(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    from: MemoryId,
    rows: &[LinkRow],
) -> Result<(), Error> {
    let listed = links::table.filter(links::tenant_id.eq(tenant.as_str())).filter(links::from_id.eq(from.0));
    diesel::delete(listed).execute(&mut connection).await?;
    links(connection, rows).await
}

/// The row of the act in the audit log.
pub(crate) async fn audit(mut connection: &AsyncPgConnection, row: &AuditRow) -> Result<(), Error> {
    diesel::insert_into(audit_log::table).values(row).execute(&mut connection).await?;
    Ok(())
}

/// What others are to be told.
pub(crate) async fn outbox(mut connection: &AsyncPgConnection, rows: &[OutboxRow]) -> Result<(), Error> {
    insert!(connection, outbox_events::table, rows, 5_000);
    Ok(())
}

/// Takes back what any service was to be told of memories before `place`: they are in another state now, or no more.
pub(crate) async fn take_back(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
    place: Seq,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let waiting = outbox_events::table
        .filter(outbox_events::tenant_id.eq(tenant.as_str()))
        .filter(outbox_events::memory_id.eq_any(uuids(ids)))
        .filter(outbox_events::event_type.eq(PUT))
        .filter(outbox_events::processed_at.is_null())
        .filter(outbox_events::seq.lt(place.0));
    diesel::delete(waiting).execute(&mut connection).await?;
    Ok(())
}
