//! How much waits.

use std::time::Duration;

use application::ports::outbox::Depth;
use diesel::data_types::PgTimestamp;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::time::Timestamp;

use crate::error::Error;
use crate::values::from_timestamptz;

/// More than 100,000 are not counted.
const ALL: &str = "SELECT count(*) AS pending, \
    (SELECT created_at FROM outbox_events WHERE status = 'pending' ORDER BY created_at LIMIT 1) AS oldest \
    FROM (SELECT 1 FROM outbox_events WHERE processed_at IS NULL LIMIT 100001) waiting";

/// Where there is no stream, what waits for one waits for nobody.
const ENTRIES: &str = "SELECT count(*) AS pending, \
    (SELECT created_at FROM outbox_events WHERE status = 'pending' AND receiver <> 'stream' \
        ORDER BY created_at LIMIT 1) AS oldest \
    FROM (SELECT 1 FROM outbox_events WHERE processed_at IS NULL AND receiver <> 'stream' LIMIT 100001) waiting";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    pending: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<PgTimestamp>,
}

/// What waits for each memory service, and for the stream where there is one.
pub(super) async fn depth(mut connection: &AsyncPgConnection, events: bool, now: Timestamp) -> Result<Depth, Error> {
    let sql = if events { ALL } else { ENTRIES };
    let Waiting { pending, oldest } = diesel::sql_query(sql).get_result(&mut connection).await?;
    let oldest = oldest.map(|oldest| from_timestamptz("created_at", oldest)).transpose()?;
    let waited = oldest.map_or(0, |oldest| now.micros().saturating_sub(oldest.micros()));
    let oldest = Duration::from_micros(u64::try_from(waited).unwrap_or_default());
    Ok(Depth { pending: pending.unsigned_abs(), oldest })
}
