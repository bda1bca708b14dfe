//! Where the writer works: its connection, the open group, and what the group will change in memory.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use domain::memory::{MemoryId, Seq};
use domain::time::Timestamp;

use crate::audit::Chains;
use crate::connection;
use crate::error::{ActError, Error};
use crate::idle::Idle;
use crate::index::{Effect, Index};
use crate::load;
use crate::schema::idempotency;

/// All that an act works with.
pub(crate) struct Desk {
    pub(crate) connection: SqliteConnection,
    pub(crate) index: Arc<Index>,
    pub(crate) chains: Chains,
    pub(crate) idle: Idle,
    /// What the open group changes in memory after its commit.
    pub(crate) effects: Vec<Effect>,
    /// The latest moment that any act named: the writer has no clock of its own.
    pub(crate) latest: Timestamp,
    /// Dimensions of a new density matrix.
    pub(crate) dimensions: usize,
    pub(crate) folder: PathBuf,
    /// The last place given away; one counter for memories, changes and erasures.
    pub(crate) last: Seq,
    /// Why the open group cannot be committed, once a savepoint has failed.
    pub(crate) broken: Option<Error>,
    /// Ids that the open group may have stored: all others are known from memory alone.
    pub(crate) fresh: HashSet<MemoryId>,
}

impl Desk {
    /// The next place in the ledger. Those of a group that is rolled back stay unused.
    pub(crate) fn next(&mut self) -> Seq {
        self.last = Seq(self.last.0 + 1);
        self.last
    }

    /// Begins a group.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        self.effects.clear();
        self.fresh.clear();
        Ok(self.connection.batch_execute("BEGIN IMMEDIATE")?)
    }

    /// One act of the group; refused or failed, it leaves nothing behind.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, ActError>) -> Result<T, ActError> {
        self.savepoint("SAVEPOINT act")?;
        let effects = self.effects.len();
        let done = act(self);
        if done.is_err() {
            self.effects.truncate(effects);
            self.savepoint("ROLLBACK TO act")?;
        }
        self.savepoint("RELEASE act")?;
        done
    }

    /// Where SQLite has rolled back the whole group by itself, a savepoint fails; then the group must fail.
    fn savepoint(&mut self, command: &str) -> Result<(), Error> {
        let done = self.connection.batch_execute(command).map_err(Error::from);
        if let Err(error) = &done {
            self.broken.get_or_insert(error.clone());
        }
        done
    }

    /// Ends a group: on disk, then in memory; or neither.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        if let Err(error) = self.write_commit() {
            self.roll_back();
            return Err(error);
        }
        self.idle.wrote();
        if !self.effects.is_empty() {
            let mut directory = self.index.write();
            self.effects.drain(..).for_each(|effect| directory.apply(effect));
        }
        Ok(())
    }

    fn write_commit(&mut self) -> Result<(), Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        self.chains.flush(&mut self.connection)?;
        Ok(self.connection.batch_execute("COMMIT")?)
    }

    /// Builds everything in memory again from the rows.
    pub(crate) fn reload(&mut self) -> Result<(), Error> {
        let loaded = load::load(&mut self.connection, self.index.read().lens())?;
        self.index.write().replace(loaded.directory);
        self.mend(&loaded.unsound);
        Ok(())
    }

    /// Takes away all that an engine was told.
    pub(crate) fn empty(&mut self) -> Result<(), Error> {
        let tables = ["memories", "versions", "links", "tombstones", "unmerged", "merged", "outbox_events"];
        let delete: String = tables.iter().map(|table| format!("DELETE FROM {table};")).collect();
        self.begin()?;
        let emptied = self.connection.batch_execute(&delete).map_err(Error::from);
        if let Err(error) = emptied.and_then(|()| self.commit()) {
            self.roll_back();
            return Err(error);
        }
        self.last = Seq(0);
        self.reload()
    }

    /// After a panic: as if the group had never been; whether the writer can go on.
    pub(crate) fn recover(&mut self) -> bool {
        self.roll_back();
        let loaded = self.reload();
        if let Err(error) = &loaded {
            tracing::error!(%error, "the writer ends after a panic: the index could not be loaded again");
        }
        loaded.is_ok()
    }

    /// Writes the database anew and moves the log into it, so that nothing erased is left in either.
    pub(crate) fn compact(&mut self) -> Result<(), Error> {
        self.connection.batch_execute("VACUUM")?;
        self.move_log()
    }

    /// Moves the log into the database.
    fn move_log(&mut self) -> Result<(), Error> {
        let busy = connection::checkpoint(&mut self.connection)?;
        self.idle.rested(busy);
        Ok(())
    }

    /// What is done when nothing else is to do.
    pub(crate) fn rest(&mut self) {
        if !self.idle.pending() {
            return;
        }
        let expired = idempotency::table.filter(idempotency::expires_at.le(self.latest.micros()));
        if let Err(error) = diesel::delete(expired).execute(&mut self.connection) {
            tracing::warn!(%error, "expired idempotency keys could not be deleted");
        }
        if let Err(error) = self.move_log() {
            self.idle.rested(true);
            tracing::warn!(%error, "the log could not be moved into the database");
        }
    }

    /// The same when commands keep coming, but not more often than the log may wait.
    pub(crate) fn rest_if_due(&mut self) {
        if self.idle.due() {
            self.rest();
        }
    }

    /// The end of the thread: nothing is left in the log.
    pub(crate) fn close(mut self) {
        if let Err(error) = connection::checkpoint(&mut self.connection) {
            tracing::warn!(%error, "the log could not be moved into the database at the end");
        }
        tracing::debug!(folder = %self.folder.display(), "closed");
    }

    fn roll_back(&mut self) {
        self.effects.clear();
        self.broken = None;
        self.chains.forget();
        // Fails where SQLite has rolled back by itself: then nothing is left to roll back.
        self.connection.batch_execute("ROLLBACK").ok();
    }
}
