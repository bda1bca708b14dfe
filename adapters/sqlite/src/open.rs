//! Opening a data folder: lock it, check everything there without writing, and only then open it for writing.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use domain::index::lens::Lens;

use application::ports::error::PortErrorKind;
use application::ports::long_term::ServiceId;
use uuid::Uuid;

use crate::audit::Chains;
use crate::config::{Config, Purpose};
use crate::connection::{self, file, number};
use crate::desk::Desk;
use crate::error::{Error, OpenError};
use crate::idle::Idle;
use crate::index::Index;
use crate::load::{self, Loaded};
use crate::name;
use crate::read::Readers;
use crate::writer::Writer;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// The schema that the newest migration makes, as it says itself in `PRAGMA user_version`.
pub(crate) const SCHEMA: i64 = 5;

/// An open folder.
pub(crate) struct Opened {
    pub(crate) service: ServiceId,
    pub(crate) index: Arc<Index>,
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    pub(crate) lock: File,
}

/// Opens a folder; blocks until everything is in memory. With a `name` it is to have one: that, unless it has its own.
pub(crate) fn open(purpose: Purpose, name: Option<Uuid>, config: Config) -> Result<Opened, OpenError> {
    let folder = config.folder.as_path();
    let lock = lock(folder)?;
    let checked = check(folder, purpose, config.lens.clone())?;
    let other = |error: Error| OpenError::Other { file: file(folder), source: error.into() };
    let service = match name {
        Some(name) => name::of(folder, matches!(checked, Checked::New), name).map_err(|error| other(error.into()))?,
        None => ServiceId::NAMELESS,
    };
    let mut connection = connection::writer(folder).map_err(other)?;
    let migrate = |connection: &mut SqliteConnection| {
        let migrated = connection.run_pending_migrations(MIGRATIONS);
        migrated.map(|_| ()).map_err(|source| OpenError::Other { file: file(folder), source })
    };
    let loaded = match checked {
        Checked::Present(loaded) => loaded,
        Checked::Older(loaded) => {
            migrate(&mut connection)?;
            loaded
        }
        Checked::New => {
            connection::mark(&mut connection, purpose.id()).map_err(other)?;
            migrate(&mut connection)?;
            keep_folder(folder).map_err(|error| other(error.into()))?;
            load::load(&mut connection, config.lens.clone()).map_err(other)?
        }
    };
    let index = Arc::new(Index::new(loaded.directory));
    let mut desk = Desk {
        connection,
        index: index.clone(),
        chains: Chains::new(config.audit_key.clone()),
        idle: Idle::new(config.quiet, config.longest),
        effects: Vec::new(),
        latest: loaded.latest,
        dimensions: config.dimensions,
        folder: folder.into(),
        last: loaded.last,
        broken: None,
        fresh: HashSet::new(),
    };
    desk.mend(&loaded.unsound);
    let writer = Writer::start(desk).map_err(other)?;
    Ok(Opened { service, index, readers: Readers::new(folder), writer, lock })
}

/// Makes the folder if need be, and takes it for this process alone until the file is closed.
pub(crate) fn lock(folder: &Path) -> Result<File, OpenError> {
    let unwritable = |source| OpenError::Unwritable { folder: folder.into(), source };
    make(folder).map_err(unwritable)?;
    let lock =
        File::options().write(true).create(true).truncate(false).open(folder.join("lock")).map_err(unwritable)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { folder: folder.into() }),
        Err(TryLockError::Error(source)) => return Err(unwritable(source)),
    }
    match File::options().write(true).open(file(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(error)),
        _ => Ok(lock),
    }
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Makes the names of a new database durable: its own and that of its folder.
fn keep_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()?;
    match fs::canonicalize(folder)?.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// What a folder holds.
pub(crate) enum Checked {
    /// Nothing yet.
    New,
    /// A sound database of an older schema: everything in memory, the tables to be migrated.
    Older(Loaded),
    /// A sound database of the present schema, everything in memory.
    Present(Loaded),
}

/// Checks everything there without writing.
pub(crate) fn check(folder: &Path, purpose: Purpose, lens: Lens) -> Result<Checked, OpenError> {
    if fs::metadata(file(folder)).map_or(0, |found| found.len()) == 0 {
        return Ok(Checked::New);
    }
    let verdict = |error| judge(folder, error);
    let mut connection = connection::reader(folder).map_err(verdict)?;
    let found = number(&mut connection, "SELECT user_version AS number FROM pragma_user_version").map_err(verdict)?;
    if found > SCHEMA {
        return Err(OpenError::Newer { file: file(folder), found, known: SCHEMA });
    }
    let tables = number(&mut connection, "SELECT count(*) AS number FROM sqlite_schema").map_err(verdict)?;
    if found < 1 && tables > 0 {
        return Err(OpenError::Damaged { file: file(folder), what: "it says nothing about its schema".into() });
    }
    if found < 1 {
        return Ok(Checked::New);
    }
    fits(folder, purpose, &mut connection)?;
    // The structure is checked beside the loading, each on a connection of its own.
    let (sound, loaded) = thread::scope(|scope| {
        let sound = scope.spawn(|| structure(folder));
        let loaded = load::load(&mut connection, lens);
        (sound.join(), loaded)
    });
    let loaded = loaded.map_err(verdict)?;
    match sound {
        Ok(Ok(None)) if found < SCHEMA => Ok(Checked::Older(loaded)),
        Ok(Ok(None)) => Ok(Checked::Present(loaded)),
        Ok(Ok(Some(what))) => Err(OpenError::Damaged { file: file(folder), what }),
        Ok(Err(error)) => Err(judge(folder, error)),
        Err(_) => Err(OpenError::Damaged { file: file(folder), what: "its structure could not be checked".into() }),
    }
}

/// Whether it is there for what it is to be opened for.
fn fits(folder: &Path, purpose: Purpose, connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let id = number(connection, "SELECT application_id AS number FROM pragma_application_id");
    let id = id.map_err(|error| judge(folder, error))?;
    let found = [Purpose::Ledger, Purpose::Engine].into_iter().find(|known| known.id() == id);
    match found {
        Some(found) if found == purpose => Ok(()),
        found => Err(OpenError::Purpose {
            file: file(folder),
            found: found.map_or("something else", Purpose::name),
            wanted: purpose.name(),
        }),
    }
}

/// The first thing that is wrong with pages, tables or indexes, if anything is.
fn structure(folder: &Path) -> Result<Option<String>, Error> {
    let mut connection = connection::reader(folder)?;
    let found: Finding = diesel::sql_query("PRAGMA integrity_check(1)").get_result(&mut connection)?;
    Ok((found.integrity_check != "ok").then_some(found.integrity_check))
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

/// What an error means before anything was written: damage, unless the system was in the way.
fn judge(folder: &Path, error: Error) -> OpenError {
    match error.kind() {
        PortErrorKind::Unavailable | PortErrorKind::Full => {
            OpenError::Other { file: file(folder), source: error.into() }
        }
        PortErrorKind::Corrupt | PortErrorKind::Internal | PortErrorKind::Conflict => {
            let mut what = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(source) = cause {
                what = format!("{what}: {source}");
                cause = source.source();
            }
            OpenError::Damaged { file: file(folder), what }
        }
    }
}
