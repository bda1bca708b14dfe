//! What the ledger does inside a transaction, one file a kind of act, and what they share: telling others of it.

pub(crate) mod change;
mod desk;
pub(crate) mod erase;
pub(crate) mod maintain;
pub(crate) mod note;
pub(crate) mod reencode;
pub(crate) mod remember;
pub(crate) mod teach;

use application::ports::ledger::Note;
use application::ports::long_term::{Act, Entry};
use diesel_async::AsyncPgConnection;
use domain::memory::Memory;
use domain::tenant::Tenant;

use crate::audit::{AuditRow, Done};
use crate::error::Error;
use crate::outgoing::OutboxRow;
use crate::row::Kept;
use crate::writes;

/// Who does what, and whether a stream is to be told.
pub(crate) struct Telling<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) note: &'a Note,
    pub(crate) events: bool,
}

impl Telling<'_> {
    /// Writes the audit row of an act, its event, and the entries for the long-term memory.
    pub(crate) async fn tell(
        &self,
        connection: &AsyncPgConnection,
        audit_id: i64,
        done: &Done<'_>,
        entries: &[Entry],
    ) -> Result<(), Error> {
        let row = AuditRow::of(audit_id, self.tenant, self.note, done);
        let mut told: Vec<OutboxRow> =
            entries.iter().map(|entry| OutboxRow::entry(self.tenant, self.note, entry)).collect();
        if self.events {
            told.push(OutboxRow::event(self.tenant, self.note, done.namespace, audit_id));
        }
        tokio::try_join!(writes::audit(connection, &row), writes::outbox(connection, &told))?;
        Ok(())
    }
}

/// A memory as the long-term memory is told of it.
pub(crate) fn put(kept: &Kept) -> Entry {
    Entry { seq: kept.changed, act: Act::Put { first: kept.seq, memory: kept.memory.clone() } }
}

/// The next state of a memory, made by `note`; its place is not yet given.
fn next(kept: Kept, note: &Note, memory: Memory) -> Kept {
    let memory = Memory { version: kept.memory.version + 1, ..memory };
    Kept { memory: memory.into(), since: note.at, subject: note.subject.clone(), ..kept }
}
