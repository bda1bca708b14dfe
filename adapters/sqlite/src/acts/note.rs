//! Acts that are done elsewhere: an audit row each.

use application::ports::ledger::Noting;

use crate::audit::Done;
use crate::desk::Desk;
use crate::error::ActError;

impl Desk {
    /// Writes the row.
    pub(crate) fn note(&mut self, act: &Noting) -> Result<(), ActError> {
        self.latest = self.latest.max(act.note.at);
        let done = Done { resource: act.resource, ids: &[], count: 1, namespace: None };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        Ok(())
    }
}
