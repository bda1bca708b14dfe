//! Expiry: memories past their time to live are erased like any other, audited as the service's own act.

use domain::tenant::Tenant;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::ledger::{Erasing, Ledger, LedgerError, Note, Selection};
use crate::ports::policy::Action;
use crate::ports::system::System;

impl<P: Ports> Brain<P> {
    /// Erases what has expired in a tenant and answers how many memories that were.
    pub async fn erase_expired(&self, tenant: &Tenant) -> Result<usize, LedgerError> {
        let at = self.ports.system().now();
        let note =
            Note { subject: "somabrain".into(), action: Action::Erase.as_str(), request_id: "expiry".into(), at };
        let act = Erasing { tenant: tenant.clone(), selection: Selection::ExpiredBy(at), note };
        Ok(self.ports.ledger().erase(act).await?.memories.len())
    }
}
