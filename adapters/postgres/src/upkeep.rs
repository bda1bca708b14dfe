//! Questions and chores of the deployment as a whole.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::error::Error;
use crate::row;
use crate::schema::{idempotency, memories, memories_estimated};
use crate::wrong::Wrong;

/// Fewer than so many are counted one by one.
const FEW: i64 = 10_000;

/// The tenants that have a memory past its time to live; names that are none are passed over.
pub(crate) async fn tenants_with_expired(
    mut connection: &AsyncPgConnection,
    by: Timestamp,
) -> Result<Vec<Tenant>, Error> {
    let expired = memories::table.filter(memories::expires_at.le(by.micros())).select(memories::tenant_id).distinct();
    let names: Vec<String> = expired.load(&mut connection).await?;
    let (mut tenants, mut wrong) = (Vec::new(), Wrong::default());
    for name in &names {
        tenants.extend(wrong.unless(row::tenant(name).map_err(Error::from))?);
    }
    wrong.or(tenants)
}

/// About how many memories there are.
pub(crate) async fn count_memories(mut connection: &AsyncPgConnection) -> Result<u64, Error> {
    let estimated: i64 = diesel::select(memories_estimated()).get_result(&mut connection).await?;
    if estimated >= FEW {
        return Ok(estimated.unsigned_abs());
    }
    let counted: i64 = memories::table.count().get_result(&mut connection).await?;
    Ok(counted.unsigned_abs())
}

/// Deletes keys that are not kept any longer.
pub(crate) async fn forget_keys(mut connection: &AsyncPgConnection, by: Timestamp) -> Result<u64, Error> {
    let expired = idempotency::table.filter(idempotency::expires_at.le(by.micros()));
    Ok(diesel::delete(expired).execute(&mut connection).await? as u64)
}
