//! What an erasure removes, and the tombstones that it leaves.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::error::Error;
use crate::lookups::uuids;
use crate::schema::{density, density_snapshots, links, memories, observations, tombstones, versions};

/// Memories with their earlier states, their links from and to them, and their places among what is observed.
pub(crate) async fn memories(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
    places: &[i64],
) -> Result<(), Error> {
    let (tenant, ids) = (tenant.as_str(), uuids(ids));
    let [mut one, mut two, mut three, mut four, mut five] = [connection; 5];
    let of = memories::table.filter(memories::tenant_id.eq(tenant)).filter(memories::id.eq_any(&ids));
    let states = versions::table.filter(versions::tenant_id.eq(tenant)).filter(versions::id.eq_any(&ids));
    let to = links::table.filter(links::tenant_id.eq(tenant)).filter(links::to_id.eq_any(&ids));
    let from = links::table.filter(links::tenant_id.eq(tenant)).filter(links::from_id.eq_any(&ids));
    let seen = observations::table.filter(observations::seq.eq_any(places));
    tokio::try_join!(
        diesel::delete(of).execute(&mut one),
        diesel::delete(states).execute(&mut two),
        diesel::delete(to).execute(&mut three),
        diesel::delete(from).execute(&mut four),
        diesel::delete(seen).execute(&mut five),
    )?;
    Ok(())
}

/// A row of `tombstones`.
#[derive(Insertable)]
#[diesel(table_name = tombstones)]
struct Stone<'a> {
    tenant_id: &'a str,
    id: Uuid,
    seq: i64,
    erased_at: i64,
}

/// Keeps the ids of memories that were erased, each at its place, from being used again.
pub(crate) async fn bury(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    gone: &[(MemoryId, Seq)],
    at: Timestamp,
) -> Result<(), Error> {
    let (tenant_id, erased_at) = (tenant.as_str(), at.micros());
    let stone = |(id, seq): &(MemoryId, Seq)| Stone { tenant_id, id: id.0, seq: seq.0, erased_at };
    let stones: Vec<Stone<'_>> = gone.iter().map(stone).collect();
    for some in stones.chunks(10_000) {
        diesel::insert_into(tombstones::table).values(some).execute(&mut connection).await?;
    }
    Ok(())
}

/// The density matrix of a namespace, and its snapshots.
pub(crate) async fn matrices(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<(), Error> {
    let (tenant, name) = (tenant.as_str(), namespace.as_str());
    diesel::delete(density::table.find((tenant, name))).execute(&mut connection).await?;
    let snapshots = density_snapshots::table.filter(density_snapshots::tenant_id.eq(tenant));
    diesel::delete(snapshots.filter(density_snapshots::namespace.eq(name))).execute(&mut connection).await?;
    Ok(())
}
