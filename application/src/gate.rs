//! The gate before every use case: may this caller do that?

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::memory::{Memory, MemoryId};
use domain::secrets::SecretKind;
use domain::tenant::Namespace;
use thiserror::Error;

use crate::brain::Blame;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Maintenance};
use crate::ports::metrics::{Measurement, Metrics, Outcome};
use crate::ports::policy::{Action, Basis, Decision, Policy, Question, Resource};

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
    /// What the policy has to be asked about could not be read.
    #[error(transparent)]
    Unread(PortError),
    /// It is permitted, but not during maintenance.
    #[error("writes are refused during maintenance")]
    Maintenance(Maintenance),
}

impl Blame for Forbidden {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Denied { .. } | Self::Maintenance(_) => Outcome::Refused,
            Self::Policy(_) | Self::Unread(_) => Outcome::Error,
        }
    }
}

/// Asks the policy; everything that is not allowed ends here, and during maintenance whatever writes. What the decision
/// rests on goes into the act's audit row.
pub(crate) async fn permit<P: Ports>(
    ports: &P,
    call: &Call,
    action: Action,
    resource: Resource<'_>,
) -> Result<Basis, Forbidden> {
    match ports.policy().decide(&Question { call, action, resource }).await? {
        Decision::Allow(basis) => {
            if action.writes() {
                unless_in_maintenance(ports, call).await?;
            }
            Ok(basis)
        }
        Decision::Deny(Basis { id, reason }) => {
            ports.metrics().record(Measurement::Denied);
            tracing::warn!(
                request_id = %call.request_id,
                tenant = %call.caller.tenant,
                subject = %call.caller.subject,
                action = action.as_str(),
                reason = %reason,
                decision_id = id,
                "auth: policy denied"
            );
            Err(Forbidden::Denied { reason })
        }
    }
}

/// Asks about a memory that an id names, by its namespace and source; by the id alone where no memory of the tenant has it.
pub(crate) async fn permit_by_id<P: Ports>(
    ports: &P,
    call: &Call,
    action: Action,
    id: MemoryId,
    secrets: &[SecretKind],
) -> Result<(Basis, Option<Arc<Memory>>), Forbidden> {
    let found = ports.ledger().read(&call.caller.tenant, &[id]).await.map_err(Forbidden::Unread)?.pop();
    let name = id.to_string();
    let (namespace, source) = found.as_deref().map(|memory| (&memory.namespace, memory.origin.source)).unzip();
    let resource = Resource { namespace, source, secrets, ..Resource::named(call, "memory", &name) };
    let basis = permit(ports, call, action, resource).await?;
    Ok((basis, found))
}

/// In which of these namespaces what is permitted in general is permitted too. A namespace left out is no denial: nobody
/// asked for it.
pub(crate) async fn permitted_among<P: Ports>(
    ports: &P,
    call: &Call,
    action: Action,
    general: Resource<'_>,
    namespaces: BTreeSet<Namespace>,
) -> Result<BTreeSet<Namespace>, Forbidden> {
    let mut permitted = BTreeSet::new();
    for namespace in namespaces {
        let resource = Resource { namespace: Some(&namespace), ..general };
        if ports.policy().decide(&Question { call, action, resource }).await?.is_allow() {
            permitted.insert(namespace);
        }
    }
    Ok(permitted)
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
    pub(crate) fn memories(call: &'a Call, namespace: &'a Namespace) -> Self {
        Self { namespace: Some(namespace), ..Self::all(call, "memory") }
    }

    /// Something of the caller's tenant that an id names.
    pub(crate) fn named(call: &'a Call, kind: &'static str, id: &'a str) -> Self {
        Self { id: Some(id), ..Self::all(call, kind) }
    }

    /// The density matrix of one of the caller's namespaces.
    pub(crate) fn density(call: &'a Call, namespace: &'a Namespace) -> Self {
        Self { namespace: Some(namespace), ..Self::all(call, "density") }
    }

    /// The deployment's maintenance.
    pub(crate) fn maintenance(call: &'a Call) -> Self {
        Self::all(call, "maintenance")
    }

    /// Everything of a kind that the caller's tenant has.
    pub(crate) fn all(call: &'a Call, kind: &'static str) -> Self {
        Self::of(kind, &call.caller.tenant)
    }
}
