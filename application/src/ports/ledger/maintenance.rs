//! Maintenance: a switch of the whole deployment.

use domain::tenant::Tenant;
use domain::time::Timestamp;

use super::Note;

/// Writes are refused for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Since when.
    pub since: Timestamp,
    /// The tenant of who began it; `None`: begun by a version that did not keep it.
    pub tenant: Option<Tenant>,
    /// Who began it.
    pub subject: String,
    /// Why, in the words of who began it; callers whose writes are refused read it.
    pub reason: Option<String>,
}

impl Maintenance {
    /// Who began it, for a caller of this tenant: nobody is told who another tenant's people are.
    pub fn begun_by(&self, tenant: &Tenant) -> Option<&str> {
        (self.tenant.as_ref() == Some(tenant)).then_some(&*self.subject)
    }
}

/// The switch is to be turned.
#[derive(Debug, Clone)]
pub struct Maintaining {
    /// In whose audit trail the act is.
    pub tenant: Tenant,
    /// On or off.
    pub enabled: bool,
    /// Why; of no account where it is turned off.
    pub reason: Option<String>,
    /// Who does it.
    pub note: Note,
}

impl Maintaining {
    /// How things stand after the act.
    pub fn outcome(&self) -> Option<Maintenance> {
        self.enabled.then(|| Maintenance {
            since: self.note.at,
            tenant: Some(self.tenant.clone()),
            subject: self.note.subject.clone(),
            reason: self.reason.clone(),
        })
    }
}
