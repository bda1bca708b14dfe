//! Maintenance: while it lasts, whatever writes is refused, for all tenants on all replicas; reads go on.
//!
//! The switch is in the ledger, so that no replica needs to be told. The gate asks it (`gate.rs`).

use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Maintaining, Maintenance};
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Resource};

/// The switch is to be turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintain {
    /// On or off.
    pub enabled: bool,
    /// Why, for those whose writes are refused.
    pub reason: Option<String>,
}

/// Why nothing was shown or done.
#[derive(Debug, Error)]
pub enum MaintenanceError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The ledger could not.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for MaintenanceError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn inspect<P: Ports>(brain: &Brain<P>, call: &Call) -> Result<Option<Maintenance>, MaintenanceError> {
    permit(&*brain.ports, call, Action::InspectMaintenance, Resource::maintenance(call)).await?;
    Ok(brain.ports.ledger().maintenance().await?)
}

pub(crate) async fn change<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    command: Maintain,
) -> Result<Option<Maintenance>, MaintenanceError> {
    let basis = permit(&*brain.ports, call, Action::Maintain, Resource::maintenance(call)).await?;
    let Maintain { enabled, reason } = command;
    let (tenant, note) = (call.caller.tenant.clone(), brain.note(call, Action::Maintain, basis));
    let now = brain.ports.ledger().maintain(Maintaining { tenant, enabled, reason, note }).await?;
    tracing::warn!(request_id = %call.request_id, subject = %call.caller.subject, enabled, "maintenance was turned");
    Ok(now)
}
