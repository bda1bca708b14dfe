//! Everything into the outbox, again or for a service that is new, a page at a time; what is done out of it.

use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::error::Error;
use crate::values::to_timestamptz;

/// Rows that one statement goes through.
const AT_ONCE: i64 = 5_000;

const MEMORIES: &str = "\
    WITH page AS MATERIALIZED (\
        SELECT seq, changed_seq, tenant_id, id, namespace FROM memories WHERE seq > $1 ORDER BY seq LIMIT $2\
    ), queued AS (\
        INSERT INTO outbox_events (event_type, tenant_id, receiver, namespace, memory_id, seq, created_at) \
        SELECT 'put', p.tenant_id, $4, p.namespace, p.id, p.changed_seq, $3 FROM page p \
        WHERE NOT EXISTS (SELECT FROM outbox_events e WHERE e.tenant_id = p.tenant_id AND e.memory_id = p.id \
        AND e.processed_at IS NULL AND e.receiver = $4) ORDER BY p.changed_seq \
        ON CONFLICT DO NOTHING RETURNING 1\
    ) \
    SELECT (SELECT max(seq) FROM page) AS last, (SELECT count(*) FROM queued) AS queued";

/// A tombstone does not say where the memory was, and who erases by name does not ask. Each erasure gets a new place:
/// those of tombstones may be shared.
const TOMBSTONES: &str = "\
    WITH page AS MATERIALIZED (\
        SELECT tenant_id, id, seq FROM tombstones WHERE (tenant_id, id) > ($1, $2) ORDER BY tenant_id, id LIMIT $3\
    ), queued AS (\
        INSERT INTO outbox_events (event_type, tenant_id, receiver, namespace, memory_id, seq, created_at) \
        SELECT 'erase', p.tenant_id, $5, 'default', p.id, nextval('ledger_seq'), $4 FROM page p \
        WHERE NOT EXISTS (SELECT FROM outbox_events e WHERE e.tenant_id = p.tenant_id AND e.memory_id = p.id \
        AND e.processed_at IS NULL AND e.receiver = $5) ORDER BY p.seq RETURNING 1\
    ) \
    SELECT l.tenant_id, l.id, (SELECT count(*) FROM queued) AS queued \
    FROM (SELECT tenant_id, id FROM page ORDER BY tenant_id DESC, id DESC LIMIT 1) l";

const PRUNE: &str = "\
    DELETE FROM outbox_events WHERE id IN (\
        SELECT id FROM outbox_events WHERE status = 'processed' AND created_at < $1 AND processed_at < $1 \
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)";

/// What became of a page of memories.
#[derive(QueryableByName)]
pub(crate) struct Memories {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) last: Option<i64>,
    #[diesel(sql_type = BigInt)]
    queued: i64,
}

/// What became of a page of tombstones: the last of them.
#[derive(QueryableByName)]
pub(crate) struct Tombstones {
    #[diesel(sql_type = Text)]
    pub(crate) tenant_id: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = BigInt)]
    queued: i64,
}

impl Postgres {
    /// Puts every memory, and the erasure of every one that is no more, of all tenants into the outbox again, as of
    /// `now`, for each memory service: one has lost what it was told, and still has its name. What is waiting already is not
    /// put in twice. Answers how many entries that were for the one that has the most.
    pub async fn enqueue_all(&self, now: Timestamp) -> Result<u64, PortError> {
        let queued = async {
            let mut most = 0;
            for receiver in self.receivers().await? {
                let erased = self.enqueue_tombstones(&receiver, now).await?;
                most = most.max(erased + self.enqueue_memories(&receiver, now).await?);
            }
            Ok::<u64, Error>(most)
        };
        queued.await.map_err(|error| error.at("outbox", "queue everything again"))
    }

    async fn enqueue_memories(&self, receiver: &str, now: Timestamp) -> Result<u64, Error> {
        let (mut after, mut queued) = (i64::MIN, 0);
        loop {
            let page = self.enqueue_some_memories(receiver, after, now).await?;
            let Some(last) = page.last else { return Ok(queued) };
            after = last;
            queued += page.queued.unsigned_abs();
        }
    }

    async fn enqueue_tombstones(&self, receiver: &str, now: Timestamp) -> Result<u64, Error> {
        let (mut after, mut queued) = ((String::new(), Uuid::nil()), 0);
        loop {
            let page = self.enqueue_some_tombstones(receiver, &after, now).await?;
            let Some(page) = page else { return Ok(queued) };
            after = (page.tenant_id, page.id);
            queued += page.queued.unsigned_abs();
        }
    }

    /// One page of memories, those after a place; without a last one there is none left.
    pub(crate) async fn enqueue_some_memories(
        &self,
        receiver: &str,
        after: i64,
        now: Timestamp,
    ) -> Result<Memories, Error> {
        let queued = self.ask(|| async move {
            let view = self.across().await?;
            let queued = memories(&view, receiver, after, now).await;
            view.end(queued).await
        });
        queued.await
    }

    /// One page of tombstones, those after a tenant's id; `None`: there is none left.
    pub(crate) async fn enqueue_some_tombstones(
        &self,
        receiver: &str,
        after: &(String, Uuid),
        now: Timestamp,
    ) -> Result<Option<Tombstones>, Error> {
        let queued = self.ask(|| async move {
            let view = self.across().await?;
            let queued = tombstones(&view, receiver, after, now).await;
            view.end(queued).await
        });
        queued.await
    }

    /// Deletes what was made and delivered before `before`; answers how many rows that were.
    pub async fn prune_outbox(&self, before: Timestamp) -> Result<u64, PortError> {
        let mut pruned = 0;
        loop {
            let some = self.ask(|| async move {
                let view = self.across().await?;
                let some = prune(&view, before).await;
                view.end(some).await
            });
            let some = some.await.map_err(|error| error.at("outbox", "prune the outbox"))?;
            pruned += some;
            if some < AT_ONCE.unsigned_abs() {
                return Ok(pruned);
            }
        }
    }
}

async fn memories(
    mut connection: &AsyncPgConnection,
    receiver: &str,
    after: i64,
    now: Timestamp,
) -> Result<Memories, Error> {
    let page = diesel::sql_query(MEMORIES).bind::<BigInt, _>(after).bind::<BigInt, _>(AT_ONCE);
    let page = page.bind::<Timestamptz, _>(to_timestamptz(now)).bind::<Text, _>(receiver);
    Ok(page.get_result(&mut connection).await?)
}

async fn tombstones(
    mut connection: &AsyncPgConnection,
    receiver: &str,
    (tenant, id): &(String, Uuid),
    now: Timestamp,
) -> Result<Option<Tombstones>, Error> {
    let page = diesel::sql_query(TOMBSTONES)
        .bind::<Text, _>(tenant)
        .bind::<diesel::sql_types::Uuid, _>(id)
        .bind::<BigInt, _>(AT_ONCE)
        .bind::<Timestamptz, _>(to_timestamptz(now))
        .bind::<Text, _>(receiver);
    Ok(page.get_result(&mut connection).await.optional()?)
}

async fn prune(mut connection: &AsyncPgConnection, before: Timestamp) -> Result<u64, Error> {
    let some = diesel::sql_query(PRUNE).bind::<Timestamptz, _>(to_timestamptz(before)).bind::<BigInt, _>(AT_ONCE);
    Ok(some.execute(&mut connection).await? as u64)
}
