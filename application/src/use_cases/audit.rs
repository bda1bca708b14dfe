//! Read the audit log: policy → the chain, a page at a time.

use domain::audit::{AuditEvent, Seal};
use domain::time::Timestamp;
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::archiving::AuditTrail;
use crate::ports::error::PortError;
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Resource};

/// How many events one query looks at, and no page more; what lies beyond is for the next.
const SCANNED: usize = 10_000;
/// The highest number that an event can have.
const LAST: u64 = i64::MAX.unsigned_abs();

/// Which events of the caller's tenant.
#[derive(Debug, Clone, Default)]
pub struct ReadAudit {
    /// Only those with a higher number.
    pub after: u64,
    /// Most of them; at least one.
    pub limit: usize,
    /// Only what was done, in the policy's words.
    pub action: Option<String>,
    /// Only by whom.
    pub subject: Option<String>,
    /// Only at or after this moment.
    pub since: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

impl ReadAudit {
    fn wants(&self, event: &AuditEvent) -> bool {
        self.action.as_ref().is_none_or(|action| *action == event.action)
            && self.subject.as_ref().is_none_or(|subject| *subject == event.subject)
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
    }
}

/// Events by their numbers.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// Each with its seal.
    pub events: Vec<(AuditEvent, Seal)>,
    /// After which number the next page begins; `None`: there are no more.
    pub next: Option<u64>,
}

/// Why nothing was read.
#[derive(Debug, Error)]
pub enum AuditError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something could not be reached or failed.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for AuditError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn read<P: Ports>(brain: &Brain<P>, call: &Call, query: ReadAudit) -> Result<AuditPage, AuditError> {
    let (ports, tenant) = (&*brain.ports, &call.caller.tenant);
    permit(ports, call, Action::InspectAudit, Resource::all(call, "audit")).await?;
    let (mut events, mut last, mut seen) = (Vec::new(), query.after, 0);
    while seen < SCANNED {
        // What is left of a chain may begin far behind its first event, once the earlier ones were archived.
        let read = ports.ledger().sealed_events(tenant, last, LAST).await?;
        if read.is_empty() {
            return Ok(AuditPage { events, next: None });
        }
        for (event, seal) in read {
            (last, seen) = (event.number, seen + 1);
            if query.wants(&event) {
                events.push((event, seal));
            }
            if events.len() >= query.limit {
                return Ok(AuditPage { events, next: Some(last) });
            }
        }
    }
    Ok(AuditPage { events, next: Some(last) })
}
