//! Sealing: rows of the audit log get their numbers and seals, in the order of their ids, by one process at a time.
//!
//! An act takes the id of its row inside its transaction, after its locks. What can be seen here is committed, and the
//! next number is given under the chain's lock: nothing with a lower number appears later. An act that was committed
//! before another began has the lower id, and is seen wherever the other is: it has the lower number, and so has the first
//! of two acts on one memory, since the second waits for its lock. Acts at once are numbered in either order; an old
//! transaction, of whatever database, keeps nobody waiting.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::{AuditKey, Head, seal};
use domain::tenant::Tenant;

use crate::Postgres;
use crate::chain::{self, Link};
use crate::error::{Error, InvalidRow};
use crate::row;
use crate::schema::audit_log;
use crate::wrong::Wrong;

/// Most rows sealed in one transaction.
const AT_ONCE: i64 = 2_048;

const LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('chain ' || $1, 0)) AS taken";

const SEAL: &str = "\
    UPDATE audit_log a SET number = sealed.number, seal = sealed.seal \
    FROM unnest($2, $3, $4) AS sealed (id, number, seal) \
    WHERE a.tenant_id = $1 AND a.id = sealed.id AND a.number IS NULL";

const HEAD: &str = "\
    INSERT INTO audit_heads AS h (tenant_id, number, seal) VALUES ($1, $2, $3) \
    ON CONFLICT (tenant_id) DO UPDATE SET number = excluded.number, seal = excluded.seal WHERE h.number = $4";

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

#[derive(QueryableByName)]
struct Unsealed {
    #[diesel(sql_type = Text)]
    tenant_id: String,
}

impl Postgres {
    /// Seals what waits of a tenant, as much as one transaction should; answers how much that was. Zero too where another
    /// process is at it.
    pub(crate) async fn seal(&self, tenant: &Tenant) -> Result<usize, Error> {
        let key = &self.config.audit_key;
        let sealed = self.ask(|| async move {
            let view = self.across_to(tenant).await?;
            let sealed = some(&view, key, tenant).await;
            view.end(sealed).await
        });
        sealed.await
    }

    /// Seals what waits of all tenants, the longest waiting first, in at most so many rounds. A tenant whose log cannot
    /// be sealed keeps no other waiting; the first of such errors is answered in the end.
    pub(crate) async fn seal_what_is_left(&self, rounds: usize) -> Result<(), Error> {
        let waiting = self.ask(|| async move { unsealed(&*self.across().await?).await }).await?;
        let (mut left, mut wrong) = (rounds, Wrong::default());
        for name in waiting {
            let Some(tenant) = wrong.unless(row::tenant(&name).map_err(Error::from))? else { continue };
            while left > 0 {
                match wrong.unless(self.seal(&tenant).await)? {
                    None => break,
                    Some(sealed) => {
                        left -= 1;
                        if sealed == 0 {
                            break;
                        }
                    }
                }
            }
        }
        wrong.end()
    }
}

/// Names of tenants with rows that wait.
async fn unsealed(mut connection: &AsyncPgConnection) -> Result<Vec<String>, Error> {
    let all = diesel::sql_query("SELECT tenant_id FROM audit_unsealed() ORDER BY id LIMIT 10000");
    let rows: Vec<Unsealed> = all.load(&mut connection).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

async fn some(mut connection: &AsyncPgConnection, key: &AuditKey, tenant: &Tenant) -> Result<usize, Error> {
    let lock = diesel::sql_query(LOCK).bind::<Text, _>(tenant.as_str());
    if !lock.get_result::<Lock>(&mut connection).await?.taken {
        return Ok(0);
    }
    // Only now: what is read has to be newer than the lock.
    let rows = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.as_str()))
        .filter(audit_log::number.is_null())
        .order(audit_log::id)
        .limit(AT_ONCE)
        .select(Link::as_select());
    let rows: Vec<Link> = rows.load(&mut connection).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let first = chain::or_genesis(chain::head(connection, tenant).await?, key, tenant);
    let mut last = first;
    let (mut ids, mut numbers, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let event = row.event(last.number + 1)?;
        last = Head { number: event.number, seal: seal(key, &last.seal, &event) };
        ids.push(row.id);
        numbers.push(chain::column(last.number)?);
        seals.push(last.seal.0.to_vec());
    }
    write(connection, tenant, (ids, numbers, seals), first, last).await?;
    Ok(rows.len())
}

async fn write(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    (ids, numbers, seals): (Vec<i64>, Vec<i64>, Vec<Vec<u8>>),
    first: Head,
    last: Head,
) -> Result<(), Error> {
    let [mut one, mut two] = [connection; 2];
    let wanted = ids.len();
    let rows = diesel::sql_query(SEAL)
        .bind::<Text, _>(tenant.as_str())
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<BigInt>, _>(numbers)
        .bind::<Array<Binary>, _>(seals);
    let head = diesel::sql_query(HEAD)
        .bind::<Text, _>(tenant.as_str())
        .bind::<BigInt, _>(chain::column(last.number)?)
        .bind::<Binary, _>(last.seal.0.to_vec())
        .bind::<BigInt, _>(chain::column(first.number)?);
    match tokio::try_join!(rows.execute(&mut one), head.execute(&mut two))? {
        (sealed, 1) if sealed == wanted => Ok(()),
        _ => Err(InvalidRow::new("number", "the chain was extended without its lock").into()),
    }
}
