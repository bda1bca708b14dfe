//! What acts have to know before they write. Each is one statement, so that several can be on their way at once.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Label, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::error::Error;
use crate::row::{Kept, Row};
use crate::schema::{idempotency, ledger_places, links, memories, nextval, tombstones, versions};
use crate::versions::VersionRow;

/// Numbers that an act gives to what it writes; those that it does not use stay unused.
pub(crate) struct Numbers {
    places: std::vec::IntoIter<i64>,
    /// Of its row in the audit log.
    pub(crate) audit: i64,
}

impl Numbers {
    /// The next place in the ledger.
    pub(crate) fn place(&mut self) -> Seq {
        Seq(self.places.next().expect("an act takes as many places as it can need"))
    }
}

/// Takes places in the ledger; called after the locks are taken, so that what comes later has higher ones.
pub(crate) async fn numbers(mut connection: &AsyncPgConnection, places: usize) -> Result<Numbers, Error> {
    let wanted = i32::try_from(places).unwrap_or(i32::MAX);
    let taken = diesel::select((ledger_places(wanted), nextval("audit_log_id_seq")));
    let (places, audit): (Vec<i64>, i64) = taken.get_result(&mut connection).await?;
    Ok(Numbers { places: places.into_iter(), audit })
}

/// The memories with these ids, in any order.
pub(crate) async fn by_ids(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<Kept>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let of_tenant = memories::table.filter(memories::tenant_id.eq(tenant.as_str()));
    let rows: Vec<Row> = of_tenant.filter(memories::id.eq_any(uuids(ids))).load(&mut connection).await?;
    kept(rows)
}

/// The memories with these digests of what makes duplicates, the first stored first.
pub(crate) async fn by_same(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    digests: &[Vec<u8>],
) -> Result<Vec<Kept>, Error> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    let of_tenant = memories::table.filter(memories::tenant_id.eq(tenant.as_str()));
    let same = of_tenant.filter(memories::same.eq_any(digests)).order(memories::seq);
    kept(same.load(&mut connection).await?)
}

/// Which of these ids are memories.
pub(crate) async fn there(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<MemoryId>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let of_tenant = memories::table.filter(memories::tenant_id.eq(tenant.as_str()));
    let found = of_tenant.filter(memories::id.eq_any(uuids(ids))).select(memories::id);
    Ok(found.load::<Uuid>(&mut connection).await?.into_iter().map(MemoryId).collect())
}

/// Which of these ids were erased.
pub(crate) async fn erased(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<MemoryId>, Error> {
    let of_tenant = tombstones::table.filter(tombstones::tenant_id.eq(tenant.as_str()));
    let found = of_tenant.filter(tombstones::id.eq_any(uuids(ids))).select(tombstones::id);
    Ok(found.load::<Uuid>(&mut connection).await?.into_iter().map(MemoryId).collect())
}

/// The fingerprint and the answer kept under a key that holds at `at`.
pub(crate) async fn answered(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    key: Option<&Label>,
    at: Timestamp,
) -> Result<Option<(Vec<u8>, String)>, Error> {
    let Some(key) = key else { return Ok(None) };
    let row = idempotency::table
        .find((tenant.as_str(), key.as_str()))
        .filter(idempotency::expires_at.gt(at.micros()))
        .select((idempotency::fingerprint, idempotency::answer));
    Ok(row.get_result(&mut connection).await.optional()?)
}

/// The memories whose links point at these, each once.
pub(crate) async fn pointing_at(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<MemoryId>, Error> {
    let of_tenant = links::table.filter(links::tenant_id.eq(tenant.as_str()));
    let near = of_tenant.filter(links::to_id.eq_any(uuids(ids))).select(links::from_id).distinct();
    Ok(near.load::<Uuid>(&mut connection).await?.into_iter().map(MemoryId).collect())
}

/// The earlier states of these memories.
pub(crate) async fn versions_of(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<VersionRow>, Error> {
    let of_tenant = versions::table.filter(versions::tenant_id.eq(tenant.as_str()));
    Ok(of_tenant.filter(versions::id.eq_any(uuids(ids))).load(&mut connection).await?)
}

/// Rows checked and read.
pub(crate) fn kept(rows: Vec<Row>) -> Result<Vec<Kept>, Error> {
    rows.into_iter().map(|row| Ok(Kept::try_from(row)?)).collect()
}

/// Ids as diesel takes them.
pub(crate) fn uuids(ids: &[MemoryId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
