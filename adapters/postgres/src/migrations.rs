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
use crate::roles;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// "somabrai", as a number: the lock that the replica holds which changes the schema.
const LOCK: i64 = 0x736f_6d61_6272_6169;

/// Runs what has not run yet. Forward only: what a later version has added stays, and is no hindrance.
pub(crate) async fn bring_up_to_date(config: &Config) -> Result<(), Error> {
    let deadline = config.migration_timeout;
    let address = config.owners_address()?;
    let connecting = || async {
        let connecting = connect(&address, false, config.timeout, deadline);
        Ok::<_, Error>(
            tokio::time::timeout(config.timeout, connecting).await.map_err(|_| Error::TimedOut(config.timeout))??,
        )
    };
    let mut connection = connecting().await?;
    let done = async {
        // A role that serves only may not even ask for more than this.
        if !is_up_to_date(&mut connection).await? {
            let ran = tokio::task::spawn_blocking(move || run(connection)).await;
            ran.map_err(|_| Error::Migration("the thread that migrates has ended".into()))?
                .map_err(Error::Migration)?;
            connection = connecting().await?;
        }
        roles::admit(&mut connection, LOCK).await
    };
    tokio::time::timeout(deadline, done).await.map_err(|_| Error::TimedOut(deadline))?
}

/// Whether there are tables, and migrations that have not run on them.
pub(crate) async fn is_behind(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    Ok(matches!(state(connection).await?, Schema::Older { .. }))
}

/// How the schema of a database is to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schema {
    /// There is none.
    None,
    /// Migrations of this program have not run.
    Older {
        /// Their names.
        missing: Vec<String>,
    },
    /// It is that of this program.
    Present {
        /// The version of the newest migration.
        newest: String,
    },
    /// Migrations of a later program have run too, which are no hindrance.
    Newer {
        /// Their versions.
        unknown: Vec<String>,
    },
}

async fn is_up_to_date(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    Ok(matches!(state(connection).await?, Schema::Present { .. } | Schema::Newer { .. }))
}

/// Compares what has run with what this program knows.
pub(crate) async fn state(connection: &mut AsyncPgConnection) -> Result<Schema, Error> {
    let table = diesel::select(diesel::dsl::sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL"));
    if !table.get_result::<bool>(connection).await? {
        return Ok(Schema::None);
    }
    let ran = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let ran: Vec<String> = ran.load(connection).await?;
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(Error::Migration)?;
    let is = |migration: &dyn Migration<Pg>, ran: &String| {
        MigrationVersion::from(ran.as_str()) == migration.name().version()
    };
    let missing = known.iter().filter(|migration| !ran.iter().any(|ran| is(&***migration, ran)));
    let missing: Vec<String> = missing.map(|migration| migration.name().to_string()).collect();
    if !missing.is_empty() {
        return Ok(Schema::Older { missing });
    }
    let is_unknown = |ran: &&String| !known.iter().any(|migration| is(&**migration, ran));
    let unknown: Vec<String> = ran.iter().filter(is_unknown).cloned().collect();
    let newest = ran.last().cloned().unwrap_or_default();
    Ok(if unknown.is_empty() { Schema::Present { newest } } else { Schema::Newer { unknown } })
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
