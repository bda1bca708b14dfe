//! Acts that change nothing in the ledger.

use domain::tenant::Tenant;

use super::Note;

/// An act that is done elsewhere, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noting {
    /// In whose audit log it is.
    pub tenant: Tenant,
    /// What it is done to: `session`.
    pub resource: &'static str,
    /// Who does it.
    pub note: Note,
}
