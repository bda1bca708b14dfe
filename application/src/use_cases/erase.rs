//! Erase: for good, from every copy. The ledger's act decides; working memory lets go afterwards.
//!
//! Once it is permitted it goes on beside the request: what the ledger has erased is noted for the backups and forgotten by
//! working memory, though the caller hangs up meanwhile.
//!
//! An erasure that the long-term memory cannot be told stays in the outbox; recall leaves out what it names meanwhile.
//! If working memory cannot be reached, what it holds of an erased memory expires there; it is neither recalled nor shown,
//! since the ledger is asked for every memory that a session holds, and nothing is shown that it cannot confirm.

use domain::memory::MemoryId;
use domain::time::Timestamp;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit, permit_by_id};
use crate::ports::Ports;
use crate::ports::error::{PortError, PortErrorKind};
use crate::ports::ledger::{Erased, Erasing, Ledger, LedgerError, Refusal, Selection, Written};
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Basis, Resource};
use crate::ports::system::System;
use crate::ports::working::{Forget, WorkingMemory};
use crate::trace;

/// What is to be erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Erase {
    /// Which memories.
    pub selection: Selection,
}

/// Proof of an erasure: the audit row names the same act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// When.
    pub at: Timestamp,
    /// What was erased, and the act's place in the ledger.
    pub erased: Erased,
    /// The request that it was part of, as in the audit log.
    pub request_id: String,
}

/// Why nothing was erased.
#[derive(Debug, Error)]
pub enum EraseError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No memory of that id is the caller's.
    #[error("no memory {0}")]
    Unknown(MemoryId),
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger could not.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl From<LedgerError> for EraseError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => Self::Refused(refusal),
            LedgerError::Port(error) => Self::Failed(error),
        }
    }
}

impl Blame for EraseError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Unknown(_) | Self::Refused(_) => Outcome::Refused,
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn execute<P: Ports>(brain: &Brain<P>, call: &Call, command: Erase) -> Result<Receipt, EraseError> {
    let ports = &*brain.ports;
    let basis = permit_selection(ports, call, &command.selection).await?;
    let tenant = call.caller.tenant.clone();
    let Erase { selection } = command;
    let unknown = if let Selection::Id(id) = &selection { Some(*id) } else { None };
    let act = Erasing { tenant: tenant.clone(), selection, note: brain.note(call, Action::Erase, basis) };
    let (tell, told) = oneshot::channel();
    let acting = brain.clone();
    ports.beside(Box::pin(trace::carried(async move {
        // Nobody may be waiting for it any more.
        let _ = tell.send(erase(&acting, act).await);
    })));
    let Gone { written: Written { answer: erased, deliver }, noted } = told.await.unwrap_or_else(|_| Err(lost()))?;
    brain.deliver(&tenant, &deliver).await;
    // It is erased here; that it stays so after a restore is a part of the promise.
    noted?;
    match unknown {
        Some(id) if erased.memories.is_empty() => Err(EraseError::Unknown(id)),
        _ => Ok(Receipt { at: ports.system().now(), erased, request_id: call.request_id.clone() }),
    }
}

/// What is erased, and whether that is noted for the backups.
struct Gone {
    written: Written<Erased>,
    noted: Result<(), PortError>,
}

/// The act and what follows from it for the copies that nothing else would tell.
async fn erase<P: Ports>(brain: &Brain<P>, act: Erasing) -> Result<Gone, EraseError> {
    let ports = &*brain.ports;
    let Erasing { tenant, selection, note } = &act;
    let written = ports.ledger().erase(act.clone()).await?;
    brain.usages.forget(tenant);
    let mut ids: Vec<MemoryId> = written.answer.memories.iter().map(|memory| memory.id).collect();
    let noted = ports.note_erased(tenant, &ids).await;
    if let Selection::Id(id) = selection
        && ids.is_empty()
    {
        // Asked again after an answer that was lost: what the first time may not have reached is done now.
        ids.push(*id);
    }
    let what = match selection {
        Selection::Namespace(name) => Forget::Namespace(name),
        _ => Forget::Memories(&ids),
    };
    if let Err(error) = ports.working().forget(tenant, what).await {
        tracing::warn!(request_id = note.request_id, error = %error, "working memory could not forget; it will expire");
    }
    Ok(Gone { written, noted })
}

/// The act panicked, or the service is being stopped.
fn lost() -> EraseError {
    PortError { port: "ledger", operation: "erase", kind: PortErrorKind::Internal, source: None }.into()
}

async fn permit_selection<P: Ports>(ports: &P, call: &Call, selection: &Selection) -> Result<Basis, Forbidden> {
    match selection {
        Selection::Id(id) => permit_by_id(ports, call, Action::Erase, *id, &[]).await.map(|(basis, _)| basis),
        Selection::Namespace(name) => {
            let resource = Resource { namespace: Some(name), ..Resource::all(call, "namespace") };
            permit(ports, call, Action::Erase, resource).await
        }
        Selection::Subject { namespace, .. } => {
            let resource = Resource { namespace: namespace.as_ref(), ..Resource::all(call, "subject") };
            permit(ports, call, Action::Erase, resource).await
        }
        Selection::ExpiredBy(_) | Selection::Buried(_) => {
            permit(ports, call, Action::Erase, Resource::all(call, "memory")).await
        }
    }
}
