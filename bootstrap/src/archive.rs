//! Archived rows of the audit log: files of JSON lines in a folder, one a run, each row with its number and its seal.

pub(crate) mod reading;
pub(crate) mod writing;

use domain::audit::{AuditEvent, Seal};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How files of archives are named, with the moment of their run between, so that their names are in their order.
const BEGINS: &str = "audit-";
const ENDS: &str = ".ndjson";

/// A row as a line: what is sealed, as it is sealed, and its seal as hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tenant: String,
    number: u64,
    at: String,
    subject: String,
    action: String,
    resource: String,
    outcome: String,
    request_id: String,
    detail: String,
    seal: String,
}

impl Line {
    fn of(event: &AuditEvent, seal: &Seal) -> Self {
        Self {
            tenant: event.tenant.to_string(),
            number: event.number,
            at: event.at.to_string(),
            subject: event.subject.clone(),
            action: event.action.clone(),
            resource: event.resource.clone(),
            outcome: event.outcome.clone(),
            request_id: event.request_id.clone(),
            detail: event.detail.clone(),
            seal: seal.to_string(),
        }
    }

    /// The row; `None`: a field is not what is written there.
    fn read(self) -> Option<(AuditEvent, Seal)> {
        let seal = Seal::parse(&self.seal)?;
        let event = AuditEvent {
            tenant: Tenant::try_new(&self.tenant).ok()?,
            number: self.number,
            at: Timestamp::parse(&self.at).ok()?,
            subject: self.subject,
            action: self.action,
            resource: self.resource,
            outcome: self.outcome,
            request_id: self.request_id,
            detail: self.detail,
        };
        Some((event, seal))
    }
}
