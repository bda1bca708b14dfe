//! What a database is like, for those who look after it: asked without changing anything, and without a schema that fits.

use std::time::Duration;

use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Double, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use domain::memory::Seq;
use domain::tenant::Tenant;

use crate::config::Config;
use crate::connection::connect;
use crate::error::Error;
use crate::migrations::{self, Schema};
use crate::row;
use crate::view::ACROSS;

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
    /// Whether the role owns the tables.
    pub owner: bool,
    /// Whether the role `somabrain_relay` is there, which row-level security is for.
    pub roles: bool,
    /// Tables with rows of several tenants that row-level security does not guard.
    pub unguarded: Vec<String>,
    /// Whether what is done for all tenants can be done: nothing hides them, or the role is a member of `somabrain_relay`.
    pub sees_all: bool,
    /// Rows of the outbox that wait. This and what follows is nothing where not all tenants can be seen.
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
struct Walls {
    #[diesel(sql_type = Bool)]
    owner: bool,
    #[diesel(sql_type = Bool)]
    roles: bool,
    #[diesel(sql_type = Array<Text>)]
    unguarded: Vec<String>,
    #[diesel(sql_type = Bool)]
    sees_all: bool,
}

const WALLS: &str = "\
    SELECT pg_has_role(relowner, 'USAGE') AS owner, to_regrole('somabrain_relay') IS NOT NULL AS roles, \
        array(SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
            WHERE c.relnamespace = memories.relnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' \
            AND NOT a.attisdropped AND c.relowner = memories.relowner AND NOT c.relrowsecurity ORDER BY 1) AS unguarded, \
        CASE WHEN NOT row_security_active('memories'::regclass) THEN true \
            WHEN to_regrole('somabrain_relay') IS NULL THEN false \
            ELSE pg_has_role('somabrain_relay', 'MEMBER') END AS sees_all \
    FROM pg_class memories WHERE memories.oid = 'memories'::regclass";

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
        roles: false,
        unguarded: Vec::new(),
        sees_all: false,
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
    let walls: Walls = diesel::sql_query(WALLS).get_result(connection).await?;
    (examined.owner, examined.roles) = (walls.owner, walls.roles);
    (examined.unguarded, examined.sees_all) = (walls.unguarded, walls.sees_all);
    if !examined.sees_all {
        return Ok(());
    }
    connection.batch_execute(&format!("BEGIN READ ONLY; {ACROSS}")).await?;
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
    examined.waiting = waits.waiting.unsigned_abs();
    examined.oldest = Duration::from_secs_f64(waits.oldest.max(0.0));
    let newest = |told: Told| Ok(Newest { tenant: row::tenant(&told.tenant_id)?, seq: Seq(told.seq) });
    examined.told = told.into_iter().map(newest).collect::<Result<_, Error>>()?;
    Ok(())
}
