//! Expiry: memories past their time to live are erased like any other, audited as the service's own act.

use domain::memory::MemoryId;
use domain::tenant::Tenant;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::ledger::{Erasing, Ledger, LedgerError, Note, Selection, Written};
use crate::ports::policy::Action;
use crate::ports::system::System;

impl<P: Ports> Brain<P> {
    /// Erases what has expired in a tenant, act by act as the ledger takes it, and answers how many memories that were.
    pub async fn erase_expired(&self, tenant: &Tenant) -> Result<usize, LedgerError> {
        let at = self.ports.system().now();
        let note = Note {
            subject: "somabrain".into(),
            action: Action::Erase.as_str(),
            request_id: "expiry".into(),
            basis: None,
            traceparent: None,
            at,
        };
        let mut erased = 0;
        loop {
            let selection = Selection::ExpiredBy(at);
            let act = Erasing { tenant: tenant.clone(), selection, note: note.clone() };
            let Written { answer, deliver } = self.ports.ledger().erase(act).await?;
            let ids: Vec<MemoryId> = answer.memories.iter().map(|memory| memory.id).collect();
            self.ports.note_erased(tenant, &ids).await?;
            self.deliver(tenant, &deliver).await;
            if answer.memories.is_empty() {
                return Ok(erased);
            }
            erased += answer.memories.len();
        }
    }
}
