//! What a database is like, for those who look after it: asked without changing anything, and without a schema that fits.

use std::time::Duration;

use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::Seq;
use domain::tenant::Tenant;

use crate::config::Config;
use crate::connection::connect;
use crate::error::Error;
use crate::migrations::{self, Schema};
use crate::row;

/// Most tenants whose newest memory is answered.
const TENANTS: &str = "100";

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// The server's version.
    pub version: String,
    /// The role of the serving DSN.
    pub role: String,
    /// Whether that role is a superuser or bypasses row-level security.
    pub superuser: bool,
    /// How the schema is. What follows is as if there was nothing where it is not there or older.
    pub schema: Schema,
    /// Whether the role owns the audit log.
    pub owner: bool,
    /// Whether row-level security is on for the audit log.
    pub row_level_security: bool,
    /// Rows of the outbox that wait.
    pub waiting: u64,
    /// How long the oldest of them has waited.
    pub oldest: Duration,
    /// Tenants for which nothing waits, and the newest memory that the long-term memory must have.
    pub told: Vec<Newest>,
}

/// A tenant and the place of its newest memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// Whose.
    pub tenant: Tenant,
    /// The place.
    pub seq: Seq,
}

#[derive(QueryableByName)]
struct Server {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    superuser: bool,
}

#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = Bool)]
    owner: bool,
    #[diesel(sql_type = Bool)]
    guarded: bool,
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = Double)]
    oldest: f64,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    tenant_id: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Examines the database of the serving DSN. `Unavailable` where it does not answer within [`Config::timeout`].
pub async fn examine(config: &Config) -> Result<Examined, PortError> {
    let examined = tokio::time::timeout(config.timeout * 5, asked(config)).await;
    let examined = examined.map_err(|_| Error::TimedOut(config.timeout * 5)).and_then(|examined| examined);
    examined.map_err(|error| error.at("ledger", "examine the database"))
}

async fn asked(config: &Config) -> Result<Examined, Error> {
    let mut connection = connect(&config.address()?, false, config.timeout, config.timeout * 4).await?;
    let server: Server = diesel::sql_query(
        "SELECT current_setting('server_version') AS version, current_user::text AS role, \
         rolsuper OR rolbypassrls AS superuser FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(&mut connection)
    .await?;
    let schema = migrations::state(&mut connection).await?;
    let Server { version, role, superuser } = server;
    let mut examined = Examined {
        version,
        role,
        superuser,
        schema,
        owner: false,
        row_level_security: false,
        waiting: 0,
        oldest: Duration::ZERO,
        told: Vec::new(),
    };
    if matches!(examined.schema, Schema::Present { .. } | Schema::Newer { .. }) {
        look_into(&mut connection, &mut examined).await?;
    }
    Ok(examined)
}

async fn look_into(connection: &mut AsyncPgConnection, examined: &mut Examined) -> Result<(), Error> {
    let log: Log = diesel::sql_query(
        "SELECT pg_has_role(relowner, 'USAGE') AS owner, relrowsecurity AS guarded \
         FROM pg_class WHERE oid = 'audit_log'::regclass",
    )
    .get_result(connection)
    .await?;
    let waits: Waiting = diesel::sql_query(
        "SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest \
         FROM outbox_events WHERE processed_at IS NULL",
    )
    .get_result(connection)
    .await?;
    let told: Vec<Told> = diesel::sql_query(format!(
        "SELECT t.tenant_id, m.seq FROM audit_tenants() t \
         CROSS JOIN LATERAL (SELECT max(seq) AS seq FROM memories WHERE tenant_id = t.tenant_id) m \
         WHERE m.seq IS NOT NULL AND NOT EXISTS (SELECT FROM outbox_events e WHERE e.tenant_id = t.tenant_id \
         AND e.receiver <> 'stream' AND e.processed_at IS NULL) LIMIT {TENANTS}"
    ))
    .load(connection)
    .await?;
    examined.owner = log.owner;
    examined.row_level_security = log.guarded;
    examined.waiting = waits.waiting.unsigned_abs();
    examined.oldest = Duration::from_secs_f64(waits.oldest.max(0.0));
    let newest = |told: Told| Ok(Newest { tenant: row::tenant(&told.tenant_id)?, seq: Seq(told.seq) });
    examined.told = told.into_iter().map(newest).collect::<Result<_, Error>>()?;
    Ok(())
}
