//! Copies of a data folder's database for backups, made beside whoever writes, and a database put in the place of another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::memory::MemoryId;
use domain::tenant::Tenant;

use crate::connection::{self, file, number};
use crate::error::{Error, OpenError};
use crate::open;
use crate::row;
use crate::schema::tombstones;

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The newest migration of its tables.
    pub schema: i64,
    /// How many rows each table has.
    pub rows: Vec<(String, u64)>,
    /// Whose memories were erased, and their names.
    pub erased: Vec<(Tenant, MemoryId)>,
}

/// Copies a folder's database into a file that is not there yet: one moment of it, while others write. The copy has no
/// log and nothing of what was erased.
pub fn copy(folder: &Path, into: &Path) -> Result<Copied, OpenError> {
    let other = |error: Error| OpenError::Other { file: file(folder), source: error.into() };
    let copied = connection::source(folder).and_then(|mut connection| {
        let name = into.to_string_lossy().replace('\'', "''");
        Ok(connection.batch_execute(&format!("VACUUM INTO '{name}'"))?)
    });
    copied.map_err(other)?;
    look(into)
}

/// What a copy holds.
pub fn look(copy: &Path) -> Result<Copied, OpenError> {
    let read = || {
        let mut connection = connection::reader_of(copy)?;
        let schema = number(&mut connection, "SELECT user_version AS number FROM pragma_user_version")?;
        Ok(Copied { schema, rows: rows(&mut connection)?, erased: erased(&mut connection)? })
    };
    read().map_err(|error: Error| OpenError::Other { file: copy.into(), source: error.into() })
}

/// Whether a folder holds tables of an older schema, which opening it would change.
pub fn is_behind(folder: &Path) -> Result<bool, OpenError> {
    let file = file(folder);
    if fs::metadata(&file).map_or(0, |found| found.len()) == 0 {
        return Ok(false);
    }
    let schema = connection::reader_of(&file)
        .and_then(|mut connection| number(&mut connection, "SELECT user_version AS number FROM pragma_user_version"));
    let schema = schema.map_err(|error| OpenError::Other { file, source: error.into() })?;
    Ok((1..open::SCHEMA).contains(&schema))
}

/// What a folder's own database says was erased, also beside a running server.
pub fn erased_in(folder: &Path) -> Result<Vec<(Tenant, MemoryId)>, OpenError> {
    let read = connection::reader(folder).and_then(|mut connection| erased(&mut connection));
    read.map_err(|error| OpenError::Other { file: file(folder), source: error.into() })
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

fn rows(connection: &mut SqliteConnection) -> Result<Vec<(String, u64)>, Error> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY name";
    let tables: Vec<Table> = diesel::sql_query(tables).load(connection)?;
    let count = |Table { name }| {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let rows = number(connection, &format!("SELECT count(*) AS number FROM {quoted}"))?;
        Ok((name, rows.unsigned_abs()))
    };
    tables.into_iter().map(count).collect()
}

fn erased(connection: &mut SqliteConnection) -> Result<Vec<(Tenant, MemoryId)>, Error> {
    let stones =
        tombstones::table.select((tombstones::tenant, tombstones::id)).order((tombstones::tenant, tombstones::id));
    let stones: Vec<(String, Vec<u8>)> = stones.load(connection)?;
    let read = |(tenant, id): (String, Vec<u8>)| Ok((row::tenant(&tenant)?, row::id("id", &id)?));
    stones.into_iter().map(read).collect()
}

/// A data folder that nobody else can open meanwhile.
#[derive(Debug)]
pub struct Held {
    folder: PathBuf,
    _lock: File,
}

impl Held {
    /// Takes a folder, or makes one; [`OpenError::InUse`] where a server has it.
    pub fn take(folder: &Path) -> Result<Self, OpenError> {
        Ok(Self { folder: folder.into(), _lock: open::lock(folder)? })
    }

    /// Puts another database in the place of the folder's, which is kept in `aside`, its log with it. A crash in between
    /// leaves one of the two in place: never none, and never one with the other's log.
    pub fn replace(&self, with: &Path, aside: &Path) -> io::Result<()> {
        let old = file(&self.folder);
        if old.exists() {
            fs::create_dir_all(aside)?;
            keep(&old, &aside.join("somabrain.db"))?;
            for end in ["db-wal", "db-shm"] {
                let log = old.with_extension(end);
                if log.exists() {
                    fs::rename(&log, aside.join("somabrain").with_extension(end))?;
                }
            }
            File::open(aside)?.sync_all()?;
        }
        fs::rename(with, &old)?;
        File::open(&self.folder)?.sync_all()
    }
}

/// By its name where the file system can, else byte by byte.
fn keep(old: &Path, kept: &Path) -> io::Result<()> {
    if fs::hard_link(old, kept).is_err() {
        fs::copy(old, kept)?;
        File::open(kept)?.sync_all()?;
    }
    Ok(())
}
