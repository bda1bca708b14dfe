//! Memories that no matrix has seen.

use application::ports::density::Unmerged;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::Memory;
use domain::time::Timestamp;

use crate::error::Error;
use crate::row::{Kept, Row};
use crate::schema::{memories, observations};
use crate::wrong::Wrong;

/// Those stored at `by` or before, the oldest first; damaged ones are passed over.
pub(super) async fn read(connection: &AsyncPgConnection, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, Error> {
    let (mut found, mut wrong, mut after) = (Vec::new(), Wrong::default(), i64::MIN);
    loop {
        let rows = some(connection, by, after, limit).await?;
        let last = rows.len() < limit;
        after = rows.last().map_or(after, |row: &Row| row.seq);
        for row in rows {
            found.extend(wrong.unless(Kept::try_from(row).map_err(Error::from))?.map(unmerged));
        }
        if last || found.len() >= limit {
            found.truncate(limit);
            return wrong.or(found);
        }
    }
}

async fn some(mut connection: &AsyncPgConnection, by: Timestamp, after: i64, limit: usize) -> Result<Vec<Row>, Error> {
    let rows = observations::table
        .inner_join(memories::table.on(memories::seq.eq(observations::seq)))
        .filter(observations::version.is_null())
        .filter(observations::seq.gt(after))
        .filter(memories::created_at.le(by.micros()))
        .order(observations::seq)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(memories::all_columns);
    Ok(rows.load(&mut connection).await?)
}

fn unmerged(kept: Kept) -> Unmerged {
    let Memory { tenant, namespace, encoding, importance, .. } = &*kept.memory;
    Unmerged {
        seq: kept.seq,
        tenant: tenant.clone(),
        namespace: namespace.clone(),
        encoding: encoding.clone(),
        importance: *importance,
    }
}
