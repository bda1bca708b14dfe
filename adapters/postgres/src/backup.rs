//! Backups: every row of one moment as a line of JSON, and such lines in the place of all rows.
//!
//! A line names its columns: what an older schema did not know gets its default, as it does in a row that an older replica
//! writes.

mod check;
mod dump;
mod load;
mod tables;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::ledger::Note;
use application::ports::long_term::Entry;
use diesel_async::AsyncPgConnection;
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use thiserror::Error;
use tokio::sync::mpsc::Sender;

use crate::Postgres;
use crate::error::{ActError, Error};
use crate::verify::AuditError;

/// How long a statement may take: a table is read or written as a whole.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// What a dump held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dumped {
    /// The newest migration of the tables.
    pub schema: String,
    /// How many lines each table has.
    pub rows: BTreeMap<String, u64>,
}

/// The lines of one table.
pub struct Table {
    /// Its name, as [`Postgres::dump`] called it.
    pub name: String,
    /// Its lines, in any order.
    pub lines: Box<dyn Iterator<Item = io::Result<String>> + Send>,
    /// How many there must be.
    pub rows: u64,
}

/// What is put in the place of all rows.
pub struct Restoration {
    /// The lines of every table.
    pub tables: Vec<Table>,
    /// What must not come back: erased before the rows can be seen.
    pub buried: Vec<(Tenant, Vec<MemoryId>)>,
    /// Who does it.
    pub note: Note,
}

/// What was found in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// Memories that are there now.
    pub memories: u64,
    /// Memories that were in the dump and were erased since.
    pub erased: u64,
    /// Sealed events of all audit chains, all verified.
    pub events: u64,
    /// Density matrices that break a law or their checksum: they are mended when they are asked for.
    pub unsound: u64,
}

/// Why nothing was dumped or restored.
#[derive(Debug, Error)]
pub enum TransferError {
    /// The lines could not be written or read.
    #[error("a file of the backup could not be read or written")]
    Lines(#[from] io::Error),
    /// The lines are not what can be restored here.
    #[error("table {table}: {why}")]
    Unfitting {
        /// Whose lines.
        table: String,
        /// What is wrong with them.
        why: String,
    },
    /// The audit log in the dump cannot be believed.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// A row is not what was written.
    #[error("a row of {table} is damaged: {why}")]
    Damaged {
        /// In which table.
        table: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Postgres could not; its words say why.
    #[error("{doing}: {source}")]
    Postgres {
        /// What was done: `read a table`, …
        doing: &'static str,
        /// Why.
        #[source]
        source: PortError,
        /// Its words.
        words: String,
    },
}

impl TransferError {
    fn at(doing: &'static str) -> impl FnOnce(Error) -> Self {
        move |error| {
            let words = error.to_string();
            Self::Postgres { doing, source: error.at("ledger", doing), words }
        }
    }
}

impl Postgres {
    /// Hands over every row of one moment, while others write: the table and the row as a line of JSON.
    ///
    /// The moment lies between the call and the first line.
    pub async fn dump(&self, line: impl FnMut(&str, &str) -> io::Result<()> + Send) -> Result<Dumped, TransferError> {
        dump::run(self.patient_owner().await?, line).await
    }

    /// Whose memories were erased, and their names.
    pub async fn erased(&self) -> Result<Vec<(Tenant, MemoryId)>, PortError> {
        let asked = self.ask(|| async move { tables::erased(&*self.across().await?).await });
        asked.await.map_err(|error| error.at("ledger", "list what was erased"))
    }

    /// Whether there are tables of an older schema, which [`Postgres::connect`] would change.
    pub async fn is_behind(&self) -> Result<bool, PortError> {
        let asked = self.ask(|| async move { crate::migrations::is_behind(&mut *self.connection().await?).await });
        asked.await.map_err(|error| error.at("ledger", "ask for the schema's version"))
    }

    /// Restores into tables that only this connection sees and that vanish again; all rows are checked. Entries for a
    /// long-term memory go to `entries`, a batch at a time.
    pub async fn rehearse(
        &self,
        tables: Vec<Table>,
        entries: Sender<Vec<(Tenant, Entry)>>,
    ) -> Result<Restored, TransferError> {
        load::rehearse(self.patient_owner().await?, &self.config.audit_key, tables, entries).await
    }

    /// Puts these rows in the place of all rows, in one transaction: whoever asks meanwhile waits, and sees all of it or
    /// nothing. Numbers go on beyond any that were used.
    pub async fn restore(&self, restoration: Restoration) -> Result<Restored, TransferError> {
        load::restore(self.patient_owner().await?, &self.config, restoration).await
    }

    /// A connection of the role that owns the tables, for as long as it takes.
    async fn patient_owner(&self) -> Result<AsyncPgConnection, TransferError> {
        self.owner(LONGEST).await.map_err(TransferError::at("open a connection"))
    }
}

fn failed(error: ActError) -> Error {
    crate::density::failure(error)
}
