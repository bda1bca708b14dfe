//! The audit log as it is read, and as operators archive it: what may go, and its going once it is kept elsewhere.

use std::future::Future;

use domain::audit::{AuditEvent, Head, Seal};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use super::error::PortError;
use super::ledger::Note;

/// Sealed rows of the audit log, to read. Suite: `contract::trail`.
///
/// Obligations: every act of a tenant is there with its seal as soon as it is sealed, in the order of numbers and without a
/// gap from where the chain begins on; nothing of another tenant is.
pub trait AuditTrail: Send + Sync {
    /// The next events of a chain with their seals, after a number and up to another; as many as are read at once. None:
    /// there are no more.
    fn sealed_events(
        &self,
        tenant: &Tenant,
        after: u64,
        upto: u64,
    ) -> impl Future<Output = Result<Vec<(AuditEvent, Seal)>, PortError>> + Send;
}

/// The same to archive. Suite: `contract::archiving`.
///
/// Obligations: only what is sealed, and what the event stream, where there is one, was told of, is archivable; rows go from
/// the beginning of a chain on and without a gap; with them goes, in one act that is audited itself, the record of where
/// the chain then begins; an act that does not begin there does nothing.
pub trait AuditLog: AuditTrail {
    /// Of each tenant the rows that were made before a moment, from the beginning of its chain to the first that is
    /// younger. Tenants without any are left out.
    fn archivable(&self, before: Timestamp) -> impl Future<Output = Result<Vec<Segment>, PortError>> + Send;

    /// Deletes rows that are kept elsewhere, and records where the chain begins then. False: it does not begin where the
    /// act says, as somebody else has archived meanwhile.
    fn archive(&self, act: &Archiving) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Sealed rows of a chain, from its beginning on and without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Whose chain.
    pub tenant: Tenant,
    /// What stands before its first row.
    pub from: Head,
    /// The number of its last row.
    pub upto: u64,
}

/// Rows to delete that are kept elsewhere; where the chain now begins is recorded in the same act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archiving {
    /// Whose chain.
    pub tenant: Tenant,
    /// Where it began so far.
    pub from: Head,
    /// The last row to delete.
    pub upto: Head,
    /// Who does it.
    pub note: Note,
}

impl Archiving {
    /// What it was done to, for the audit row.
    pub fn resource(&self) -> String {
        format!("audit_log/{}-{}", self.from.number + 1, self.upto.number)
    }
}
