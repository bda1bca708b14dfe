//! Leases: which process works for a tenant's receiver, and until when. Rows stay, one a tenant and receiver.

use application::ports::outbox::{Claim, Receiver, Settling};
use diesel::data_types::PgTimestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::tenant::Tenant;

use crate::error::Error;
use crate::outgoing::STREAM;
use crate::row;
use crate::schema::memory_service_receiver;
use crate::values::to_timestamptz;
use crate::wrong::Wrong;

/// Times that others may be quicker before a claim gives up.
const TRIES: usize = 8;

/// `infinity`, as Postgres writes it.
const FOREVER: PgTimestamp = PgTimestamp(i64::MAX);

/// A tenant whose lease was taken.
pub(super) struct Lease {
    pub(super) tenant: Tenant,
    /// Up to which number the stream has everything.
    pub(super) told: i64,
}

/// Frees a lease at `$4`, for its holder only. If the server forgets it, the lease ends by itself.
const FREE: &str = "UPDATE outbox_leases SET until = $4 WHERE tenant_id = $1 AND receiver = $2 AND holder = $3 \
    AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'";

/// Marks what the stream has by its number, which stands in the audit log, and goes on from there; frees the lease for
/// its holder.
const TOLD: &str = "\
    WITH marked AS (\
        UPDATE outbox_events e SET status = 'processed', processed_at = now() FROM audit_log a \
        WHERE a.tenant_id = $1 AND a.number <= $2 AND a.number > coalesce(\
            (SELECT l.told FROM outbox_leases l WHERE l.tenant_id = $1 AND l.receiver = 'stream'), 0) \
        AND e.tenant_id = $1 AND e.audit_id = a.id AND e.receiver = 'stream' AND e.processed_at IS NULL \
        AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off' RETURNING 1\
    ) \
    UPDATE outbox_leases SET told = greatest(told, $2), until = CASE WHEN holder = $3 THEN $4 ELSE until END \
    WHERE tenant_id = $1 AND receiver = 'stream' AND (SELECT count(*) FROM marked) >= 0";

#[derive(QueryableByName)]
struct Chosen {
    #[diesel(sql_type = Text)]
    tenant_id: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    told: Option<i64>,
}

/// Takes the lease of the tenant that has waited longest for the receiver of that name and is not among those `passed`.
pub(super) async fn take(
    mut connection: &AsyncPgConnection,
    name: &str,
    claim: &Claim,
    passed: &[Tenant],
) -> Result<Option<Lease>, Error> {
    let by = match claim.receiver {
        Receiver::LongTerm(_) => to_timestamptz(claim.ripe),
        // Events are nobody's own: whoever comes first tells them.
        Receiver::Stream => FOREVER,
    };
    let passed: Vec<&str> = passed.iter().map(Tenant::as_str).collect();
    let (sql, mut wrong) = (taking(claim.receiver), Wrong::default());
    for _ in 0..TRIES {
        let taking = diesel::sql_query(&sql)
            .bind::<diesel::sql_types::Uuid, _>(claim.holder)
            .bind::<Timestamptz, _>(to_timestamptz(claim.until))
            .bind::<Timestamptz, _>(to_timestamptz(claim.now))
            .bind::<Timestamptz, _>(by)
            .bind::<Array<Text>, _>(&passed)
            .bind::<Text, _>(name);
        let Some(chosen) = taking.get_result::<Chosen>(&mut connection).await.optional()? else { break };
        // A name that is none is not chosen again as long as its lease lasts.
        if let Some(told) = chosen.told
            && let Some(tenant) = wrong.unless(row::tenant(&chosen.tenant_id).map_err(Error::from))?
        {
            return Ok(Some(Lease { tenant, told }));
        }
    }
    wrong.end().map(|()| None)
}

/// How a claim for a receiver goes: the tenants with anything waiting, one look at the index each, with the oldest that
/// waits of each; of those that nobody holds the longest waiting. A tenant that another claim is taking at the moment is
/// passed over: nobody waits for anybody. If the server forgets a lease, its batch is told twice.
fn taking(receiver: Receiver) -> String {
    let oldest = match receiver {
        Receiver::LongTerm(_) => "seq",
        Receiver::Stream => "audit_id",
    };
    format!(
        "WITH RECURSIVE tenants (tenant_id) AS (\
            (SELECT e.tenant_id FROM outbox_events e WHERE e.processed_at IS NULL ORDER BY e.tenant_id LIMIT 1) \
            UNION ALL SELECT (\
                SELECT e.tenant_id FROM outbox_events e WHERE e.processed_at IS NULL AND e.tenant_id > t.tenant_id \
                ORDER BY e.tenant_id LIMIT 1\
            ) FROM tenants t WHERE t.tenant_id IS NOT NULL\
        ), waiting AS MATERIALIZED (\
            SELECT t.tenant_id FROM tenants t CROSS JOIN LATERAL (\
                SELECT e.created_at FROM outbox_events e WHERE e.tenant_id = t.tenant_id AND e.processed_at IS NULL \
                AND e.receiver = $6 AND e.{oldest} IS NOT NULL ORDER BY e.{oldest} LIMIT 1\
            ) oldest WHERE oldest.created_at <= $4 AND t.tenant_id <> ALL($5) AND NOT EXISTS (\
                SELECT FROM outbox_leases l \
                WHERE l.tenant_id = t.tenant_id AND l.receiver = $6 AND l.until > $3\
            ) ORDER BY oldest.created_at, t.tenant_id\
        ), chosen AS MATERIALIZED (\
            SELECT tenant_id FROM waiting \
            WHERE pg_try_advisory_xact_lock(hashtextextended('lease ' || $6 || ' ' || tenant_id, 0)) LIMIT 1\
        ), taken AS (\
            INSERT INTO outbox_leases AS l (tenant_id, receiver, holder, until) \
            SELECT tenant_id, $6, $1, $2 FROM chosen \
            WHERE (SELECT set_config('synchronous_commit', 'off', true)) = 'off' \
            ON CONFLICT (tenant_id, receiver) DO UPDATE SET holder = excluded.holder, until = excluded.until \
            WHERE l.until <= $3 RETURNING l.tenant_id, l.told\
        ) \
        SELECT chosen.tenant_id, taken.told FROM chosen LEFT JOIN taken USING (tenant_id)"
    )
}

/// Gives a lease back; nothing where somebody else has it by now.
pub(super) async fn free(mut connection: &AsyncPgConnection, name: &str, settling: &Settling) -> Result<(), Error> {
    let freeing = diesel::sql_query(FREE)
        .bind::<Text, _>(settling.tenant.as_str())
        .bind::<Text, _>(name)
        .bind::<diesel::sql_types::Uuid, _>(settling.holder)
        .bind::<Timestamptz, _>(to_timestamptz(settling.free));
    freeing.execute(&mut connection).await?;
    Ok(())
}

/// The stream has every event up to `number`; gives the lease back. In a transaction of the tenant.
pub(super) async fn told(mut connection: &AsyncPgConnection, number: i64, settling: &Settling) -> Result<(), Error> {
    let telling = diesel::sql_query(TOLD)
        .bind::<Text, _>(settling.tenant.as_str())
        .bind::<BigInt, _>(number)
        .bind::<diesel::sql_types::Uuid, _>(settling.holder)
        .bind::<Timestamptz, _>(to_timestamptz(settling.free));
    telling.execute(&mut connection).await?;
    Ok(())
}

/// The name that a receiver's rows and leases have; `None`: nothing waits for it, it is not enrolled.
pub(super) async fn name(mut connection: &AsyncPgConnection, receiver: Receiver) -> Result<Option<String>, Error> {
    match receiver {
        Receiver::LongTerm(service) => {
            Ok(diesel::select(memory_service_receiver(service.0)).get_result(&mut connection).await?)
        }
        Receiver::Stream => Ok(Some(STREAM.to_owned())),
    }
}
