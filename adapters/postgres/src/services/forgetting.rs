//! Forgetting a memory service that is gone for good: what waits for it would wait for ever. If it does come back it is a
//! new one, and is told everything.

use application::ports::error::PortError;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::time::Timestamp;

use crate::Postgres;
use crate::error::Error;
use crate::values::to_timestamptz;

/// Rows that one statement deletes.
const AT_ONCE: i64 = 5_000;

/// Takes the names from those that were not there since a moment; the one that was there last keeps its own. The first
/// of them, whose entries acts write, is left without a service.
const FORGET: &str = "\
    WITH gone AS (\
        SELECT id, receiver FROM memory_services WHERE heard_at < $1 \
        AND id <> (SELECT id FROM memory_services ORDER BY heard_at DESC, id LIMIT 1)\
    ), nameless AS (\
        UPDATE memory_services s SET id = gen_random_uuid(), whole = false, heard_at = '-infinity' \
        FROM gone g WHERE s.id = g.id AND g.receiver = 'long_term' RETURNING 1\
    ) \
    DELETE FROM memory_services s USING gone g WHERE s.id = g.id AND g.receiver <> 'long_term'";

/// What waits for nobody.
const CLEAR: &str = "\
    DELETE FROM outbox_events WHERE id IN (\
        SELECT e.id FROM outbox_events e WHERE e.processed_at IS NULL AND e.receiver <> 'stream' AND NOT EXISTS (\
            SELECT FROM memory_services s WHERE s.receiver = e.receiver AND s.heard_at > '-infinity'\
        ) LIMIT $1 FOR UPDATE SKIP LOCKED)";

impl Postgres {
    /// Forgets the memory services that were not there since `since`, but never the last; answers how many rows of the
    /// outbox that waited for them are deleted.
    pub async fn forget_memory_services(&self, since: Timestamp) -> Result<u64, PortError> {
        self.forget(since).await.map_err(|error| error.at("outbox", "forget memory services"))
    }

    async fn forget(&self, since: Timestamp) -> Result<u64, Error> {
        let forgotten = self.ask(|| async move {
            let view = self.across().await?;
            let forgotten = forget(&view, since).await;
            view.end(forgotten).await
        });
        forgotten.await?;
        let mut cleared = 0;
        loop {
            let some = self.ask(|| async move {
                let view = self.across().await?;
                let some = clear(&view).await;
                view.end(some).await
            });
            let some = some.await?;
            cleared += some;
            if some < AT_ONCE.unsigned_abs() {
                break;
            }
        }
        let handed = self.ask(|| async move {
            let view = self.across().await?;
            let handed = hand_over(&view).await;
            view.end(handed).await
        });
        handed.await.map(|()| cleared)
    }
}

async fn forget(mut connection: &AsyncPgConnection, since: Timestamp) -> Result<(), Error> {
    let gone = diesel::sql_query(FORGET).bind::<Timestamptz, _>(to_timestamptz(since));
    gone.execute(&mut connection).await?;
    Ok(())
}

async fn clear(mut connection: &AsyncPgConnection) -> Result<u64, Error> {
    Ok(diesel::sql_query(CLEAR).bind::<BigInt, _>(AT_ONCE).execute(&mut connection).await? as u64)
}

/// Makes the service that was there last the first, where that is none any more.
async fn hand_over(mut connection: &AsyncPgConnection) -> Result<(), Error> {
    diesel::sql_query("SELECT hand_over_first_memory_service()").execute(&mut connection).await?;
    Ok(())
}
