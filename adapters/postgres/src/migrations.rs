//! The schema, brought up to date by whichever replica comes first.

use std::error::Error as StdError;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::config::Config;
use crate::connection::connect;
use crate::error::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// "somabrai", as a number: the lock that the replica holds which changes the schema.
const LOCK: i64 = 0x736f_6d61_6272_6169;

/// Runs what has not run yet. Forward only: what a later version has added stays, and is no hindrance.
pub(crate) async fn bring_up_to_date(config: &Config) -> Result<(), Error> {
    let deadline = config.migration_timeout;
    let dsn = config.migration_dsn.as_ref().unwrap_or(&config.dsn);
    let connecting = tokio::time::timeout(config.timeout, connect(dsn, false, config.timeout, deadline));
    let mut connection = connecting.await.map_err(|_| Error::TimedOut(config.timeout))??;
    let done = async {
        // A role that serves only may not even ask for more than this.
        if is_up_to_date(&mut connection).await? {
            return Ok(());
        }
        let ran = tokio::task::spawn_blocking(move || run(connection)).await;
        ran.map_err(|_| Error::Migration("the thread that migrates has ended".into()))?.map_err(Error::Migration)
    };
    tokio::time::timeout(deadline, done).await.map_err(|_| Error::TimedOut(deadline))?
}

/// Whether there are tables, and migrations that have not run on them.
pub(crate) async fn is_behind(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    Ok(has_tables(connection).await? && !is_up_to_date(connection).await?)
}

async fn has_tables(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    let table = diesel::select(diesel::dsl::sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL"));
    Ok(table.get_result::<bool>(connection).await?)
}

async fn is_up_to_date(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    if !has_tables(connection).await? {
        return Ok(false);
    }
    let ran = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations");
    let ran: Vec<String> = ran.load(connection).await?;
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(Error::Migration)?;
    let has_run = |migration: &dyn Migration<Pg>| {
        let version = migration.name().version();
        ran.iter().any(|ran| MigrationVersion::from(ran.as_str()) == version)
    };
    Ok(known.iter().all(|migration| has_run(&**migration)))
}

/// All in one transaction, which ends the lock too: that works behind any pooler.
fn run(connection: AsyncPgConnection) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let mut connection = AsyncConnectionWrapper::<AsyncPgConnection>::from(connection);
    connection.transaction(|connection| {
        connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
        let ran = connection.run_pending_migrations(MIGRATIONS)?;
        if !ran.is_empty() {
            tracing::info!(migrations = ran.len(), "the schema was brought up to date");
        }
        Ok(())
    })
}
