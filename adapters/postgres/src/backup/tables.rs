//! Which tables there are, whatever migration has made them.

use diesel::QueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use uuid::Uuid;

use crate::error::Error;
use crate::row;
use crate::schema::tombstones;

/// The lines under this name say how far each sequence is.
pub(super) const SEQUENCES: &str = "sequences";

/// A line of text.
#[derive(diesel::QueryableByName)]
pub(super) struct Line {
    #[diesel(sql_type = Text)]
    pub(super) line: String,
}

/// A number.
#[derive(diesel::QueryableByName)]
pub(super) struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) number: Option<i64>,
}

/// The tables of the schema by name, that of the migrations apart.
pub(super) async fn names(connection: &mut AsyncPgConnection) -> Result<Vec<String>, Error> {
    let tables = "SELECT relname::text AS line FROM pg_class WHERE relkind = 'r' \
                  AND relnamespace = current_schema()::regnamespace AND relname <> '__diesel_schema_migrations' \
                  ORDER BY relname";
    lines(connection, tables).await
}

/// The newest migration that has run.
pub(super) async fn schema(connection: &mut AsyncPgConnection) -> Result<String, Error> {
    let newest = "SELECT coalesce(max(version), '') AS line FROM __diesel_schema_migrations";
    Ok(lines(connection, newest).await?.pop().unwrap_or_default())
}

/// The answer of a query for texts, which it must call `line`.
pub(super) async fn lines(connection: &mut AsyncPgConnection, query: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<Line> = diesel::sql_query(query).load(connection).await?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// The answer of a query for one number, which it must call `number`.
pub(super) async fn number(connection: &mut AsyncPgConnection, query: &str) -> Result<u64, Error> {
    let row: Number = diesel::sql_query(query).get_result(connection).await?;
    Ok(row.number.unwrap_or_default().unsigned_abs())
}

/// A name as SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whose memories were erased, and their names.
pub(super) async fn erased(mut connection: &AsyncPgConnection) -> Result<Vec<(Tenant, MemoryId)>, Error> {
    let stones = tombstones::table.select((tombstones::tenant_id, tombstones::id));
    let stones: Vec<(String, Uuid)> = stones.load(&mut connection).await?;
    stones.into_iter().map(|(tenant, id)| Ok((row::tenant(&tenant)?, MemoryId(id)))).collect()
}
