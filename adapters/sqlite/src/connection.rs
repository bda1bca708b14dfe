//! Connections to the database file: one that writes, others that only read.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::error::Error;

/// The database of a data folder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("somabrain.db")
}

/// A connection that can only read; also beside a process that writes. It takes no lock that a writer would wait for.
pub(crate) fn reader(folder: &Path) -> Result<SqliteConnection, Error> {
    reader_of(&file(folder))
}

/// The same for a database by its own name.
pub(crate) fn reader_of(file: &Path) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&uri(file, "ro"))?;
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -8000;")?;
    Ok(connection)
}

/// The connection that writes: a commit is on disk (`synchronous = FULL` syncs the log with each), and what is deleted
/// is overwritten with zeros.
pub(crate) fn writer(folder: &Path) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&uri(&file(folder), "rwc"))?;
    connection.batch_execute(
        "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -64000;",
    )?;
    Ok(connection)
}

/// A connection that copies the database into another file: it reads here and writes there.
pub(crate) fn source(folder: &Path) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&uri(&file(folder), "ro"))?;
    connection.batch_execute("PRAGMA busy_timeout = 5000;")?;
    Ok(connection)
}

/// Says in the header of a new database what it is for.
pub(crate) fn mark(connection: &mut SqliteConnection, id: i64) -> Result<(), Error> {
    Ok(connection.batch_execute(&format!("PRAGMA application_id = {id}"))?)
}

/// A file name as a URI: whatever would end or change it is escaped.
fn uri(file: &Path, mode: &str) -> String {
    let mut uri = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'.' | b'_' | b'-' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?mode=" + mode
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// The answer of a query for one number, which it must call `number`.
pub(crate) fn number(connection: &mut SqliteConnection, query: &str) -> Result<i64, Error> {
    Ok(diesel::sql_query(query).get_result::<Number>(connection)?.number)
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Moves the log into the database and cuts it to nothing. Whether a reader was in the way, so that it must be tried again.
pub(crate) fn checkpoint(connection: &mut SqliteConnection) -> Result<bool, Error> {
    let answer: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection)?;
    Ok(answer.busy != 0)
}
