//! The gate before every use case: may this caller do that?

use thiserror::Error;

use crate::brain::Blame;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Maintenance};
use crate::ports::metrics::{Measurement, Metrics, Outcome};
use crate::ports::policy::{Action, Decision, Policy, Question, Resource};

/// Why a use case did not begin.
#[derive(Debug, Error)]
pub enum Forbidden {
    /// The policy denied it.
    #[error("{reason}")]
    Denied {
        /// The policy's reason, fit for the caller.
        reason: String,
    },
    /// The policy could not be asked: nothing is permitted then.
    #[error(transparent)]
    Policy(#[from] PortError),
    /// It is permitted, but not during maintenance.
    #[error("writes are refused during maintenance")]
    Maintenance(Maintenance),
}

impl Blame for Forbidden {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Denied { .. } | Self::Maintenance(_) => Outcome::Refused,
            Self::Policy(_) => Outcome::Error,
        }
    }
}

/// Asks the policy; everything that is not allowed ends here, and during maintenance whatever writes.
pub(crate) async fn permit<P: Ports>(
    ports: &P,
    call: &Call,
    action: Action,
    resource: Resource<'_>,
) -> Result<(), Forbidden> {
    match ports.policy().decide(&Question { call, action, resource }).await? {
        Decision::Allow if action.writes() => unless_in_maintenance(ports, call).await,
        Decision::Allow => Ok(()),
        Decision::Deny { reason } => {
            ports.metrics().record(Measurement::Denied);
            tracing::warn!(
                request_id = %call.request_id,
                tenant = %call.caller.tenant,
                subject = %call.caller.subject,
                action = action.as_str(),
                reason = %reason,
                "auth: policy denied"
            );
            Err(Forbidden::Denied { reason })
        }
    }
}

/// A ledger that cannot say is one that cannot be written either: the act itself will tell.
async fn unless_in_maintenance<P: Ports>(ports: &P, call: &Call) -> Result<(), Forbidden> {
    match ports.ledger().maintenance().await {
        Ok(None) => Ok(()),
        Ok(Some(maintenance)) => Err(Forbidden::Maintenance(maintenance)),
        Err(error) => {
            tracing::warn!(request_id = %call.request_id, error = %error, "it is not known whether there is maintenance");
            Ok(())
        }
    }
}

impl<'a> Resource<'a> {
    /// Memories of the caller's tenant in a namespace.
    pub(crate) fn memories(call: &'a Call, namespace: &'a domain::tenant::Namespace) -> Self {
        Self { kind: "memory", tenant: &call.caller.tenant, namespace: Some(namespace), id: None }
    }

    /// Something of the caller's tenant that an id names.
    pub(crate) fn named(call: &'a Call, kind: &'static str, id: &'a str) -> Self {
        Self { kind, tenant: &call.caller.tenant, namespace: None, id: Some(id) }
    }

    /// The density matrix of one of the caller's namespaces.
    pub(crate) fn density(call: &'a Call, namespace: &'a domain::tenant::Namespace) -> Self {
        Self { kind: "density", tenant: &call.caller.tenant, namespace: Some(namespace), id: None }
    }

    /// The deployment's maintenance.
    pub(crate) fn maintenance(call: &'a Call) -> Self {
        Self { kind: "maintenance", tenant: &call.caller.tenant, namespace: None, id: None }
    }

    /// Everything of a kind that the caller's tenant has.
    pub(crate) fn all(call: &'a Call, kind: &'static str) -> Self {
        Self { kind, tenant: &call.caller.tenant, namespace: None, id: None }
    }
}
