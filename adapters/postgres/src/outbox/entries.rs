//! Entries for the long-term memory: rows of the outbox, each memory as it is now.

use application::ports::long_term::{Act, Entry, ServiceId};
use application::ports::outbox::{Claim, Undelivered};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use uuid::Uuid;

use crate::error::{Error, InvalidRow};
use crate::outgoing::ERASE;
use crate::row::{self, Kept, Row};
use crate::schema::{memories, memory_service_is_whole, memory_service_receiver, outbox_events};
use crate::values::to_timestamptz;

/// Places that one statement acknowledges.
const AT_A_TIME: usize = 4_096;

/// Another pass over a row finds it done; the row of an act that is under way will have another place. A row that such
/// an act locks is therefore left alone, and so is the disk: if the server dies, it is only told again.
const ACKNOWLEDGE: &str = "\
    UPDATE outbox_events SET status = 'processed', processed_at = now() WHERE id IN (\
        SELECT id FROM outbox_events WHERE tenant_id = $1 AND receiver = memory_service_receiver($3) \
        AND processed_at IS NULL \
        AND seq = ANY($2) ORDER BY id FOR UPDATE SKIP LOCKED\
    ) AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'";

/// A row of the outbox with the memory that it is about, if that is still there.
type Waiting = (Slip, Option<Row>);

/// What an entry's row says.
#[derive(Debug, Queryable)]
struct Slip {
    seq: Option<i64>,
    event_type: String,
    namespace: Option<String>,
    memory_id: Option<Uuid>,
}

/// What a service lacks of a namespace, oldest first. Every recall asks it, and mostly there is nothing.
pub(super) async fn undelivered(
    connection: &AsyncPgConnection,
    service: ServiceId,
    tenant: &Tenant,
    namespace: &Namespace,
    limit: usize,
) -> Result<Undelivered, Error> {
    let [mut one, mut two] = [connection; 2];
    // Answered in this order: when everything waits, the rows that follow are all.
    let whole = diesel::select(memory_service_is_whole(service.0)).get_result::<bool>(&mut one);
    let told = outbox_events::event_type.eq(ERASE).or(memories::id.is_not_null());
    let rows = outbox_events::table
        .left_join(memories::table.on(of_memory()))
        .filter(outbox_events::processed_at.is_null())
        .filter(outbox_events::receiver.nullable().eq(memory_service_receiver(service.0)))
        .filter(outbox_events::tenant_id.eq(tenant.as_str()))
        .filter(outbox_events::namespace.eq(namespace.as_str()))
        .filter(told)
        .order(outbox_events::seq)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((slip(), memories::all_columns.nullable()))
        .load::<Waiting>(&mut two);
    let (whole, rows) = tokio::try_join!(whole, rows)?;
    let entries = rows.into_iter().filter_map(|row| entry(row).transpose()).collect::<Result<_, _>>()?;
    Ok(Undelivered { entries, whole })
}

/// What a claim takes of a tenant for a service: entries that are ripe, in the order of their places.
pub(super) async fn batch(
    mut connection: &AsyncPgConnection,
    service: ServiceId,
    tenant: &Tenant,
    claim: &Claim,
) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Waiting> = outbox_events::table
        .left_join(memories::table.on(of_memory()))
        .filter(outbox_events::processed_at.is_null())
        .filter(outbox_events::receiver.nullable().eq(memory_service_receiver(service.0)))
        .filter(outbox_events::tenant_id.eq(tenant.as_str()))
        .filter(outbox_events::created_at.le(to_timestamptz(claim.ripe)))
        .order(outbox_events::seq)
        .limit(i64::try_from(claim.limit).unwrap_or(i64::MAX))
        .select((slip(), memories::all_columns.nullable()))
        .load(&mut connection)
        .await?;
    let (mut entries, mut stray) = (Vec::new(), Vec::new());
    for row in rows {
        let place = row.0.seq.unwrap_or_default();
        match entry(row)? {
            Some(entry) => entries.push(entry),
            None => stray.push(Seq(place)),
        }
    }
    // Of a memory that is no more there is nothing to tell: its erasure has a row of its own.
    acknowledge(connection, service, tenant, &stray).await?;
    Ok(entries)
}

/// The service has these.
pub(super) async fn acknowledge(
    mut connection: &AsyncPgConnection,
    service: ServiceId,
    tenant: &Tenant,
    places: &[Seq],
) -> Result<(), Error> {
    for some in places.chunks(AT_A_TIME) {
        let some: Vec<i64> = some.iter().map(|place| place.0).collect();
        let told = diesel::sql_query(ACKNOWLEDGE).bind::<Text, _>(tenant.as_str()).bind::<Array<BigInt>, _>(some);
        let told = told.bind::<diesel::sql_types::Uuid, _>(service.0);
        told.execute(&mut connection).await?;
    }
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_memory() -> _ {
    let id: diesel::dsl::AssumeNotNull<outbox_events::memory_id> = outbox_events::memory_id.assume_not_null();
    memories::tenant_id.eq(outbox_events::tenant_id).and(memories::id.eq(id))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn slip() -> _ {
    (outbox_events::seq, outbox_events::event_type, outbox_events::namespace, outbox_events::memory_id)
}

/// `None`: of a memory that is no more.
fn entry((slip, row): Waiting) -> Result<Option<Entry>, InvalidRow> {
    let missing = |column| InvalidRow::new(column, "an entry has one");
    let seq = Seq(slip.seq.ok_or_else(|| missing("seq"))?);
    if slip.event_type == ERASE {
        let namespace = row::namespace(&slip.namespace.ok_or_else(|| missing("namespace"))?)?;
        let id = MemoryId(slip.memory_id.ok_or_else(|| missing("memory_id"))?);
        return Ok(Some(Entry { seq, act: Act::Erase { namespace, id } }));
    }
    let Some(row) = row else { return Ok(None) };
    let kept = Kept::try_from(row)?;
    Ok(Some(Entry { seq, act: Act::Put { first: kept.seq, memory: kept.memory } }))
}
