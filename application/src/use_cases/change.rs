//! Change: other data beside a memory's content. The content itself is never edited.

use std::sync::Arc;

use domain::memory::{Memory, MemoryId};
use domain::secrets::{SecretKind, in_metadata};
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit_by_id};
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Amendment, Change, Changing, Ledger, LedgerError, Refusal, Written};
use crate::ports::metrics::Outcome;
use crate::ports::policy::Action;

/// Other data beside a memory's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Amend {
    /// Which memory.
    pub id: MemoryId,
    /// The version that the caller has seen (`If-Match`).
    pub expected: Option<u32>,
    /// What is to become of it.
    pub amendment: Amendment,
}

/// The memory as it is now.
pub type Changed = Arc<Memory>;

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// More tags than a memory may have.
    #[error("tags has more than {} items", Memory::TAGS)]
    TooManyTags,
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger could not.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl From<LedgerError> for ChangeError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => Self::Refused(refusal),
            LedgerError::Port(error) => Self::Failed(error),
        }
    }
}

impl Blame for ChangeError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::TooManyTags | Self::Refused(_) => Outcome::Refused,
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn execute<P: Ports>(brain: &Brain<P>, call: &Call, command: Amend) -> Result<Changed, ChangeError> {
    if command.amendment.tags.as_ref().is_some_and(|tags| tags.len() > Memory::TAGS) {
        return Err(ChangeError::TooManyTags);
    }
    apply(brain, call, command.id, command.expected, Change::Amend(command.amendment)).await
}

/// Every change of one memory goes through here: policy, then one act of the ledger, then delivery.
pub(crate) async fn apply<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    id: MemoryId,
    expected: Option<u32>,
    change: Change,
) -> Result<Changed, ChangeError> {
    let ports = &*brain.ports;
    let secrets = secrets_in(&change);
    let (basis, found) = permit_by_id(ports, call, Action::Change, id, &secrets).await?;
    if !found.is_some_and(|memory| brain.keeps(&memory)) {
        return Err(Refusal::Unknown(id).into());
    }
    brain.flag(call, &secrets);
    let note = brain.note(call, Action::Change, basis);
    let act = Changing { tenant: call.caller.tenant.clone(), id, expected, change, note };
    let Written { answer, deliver } = ports.ledger().change(act).await?;
    brain.deliver(&call.caller.tenant, &deliver).await;
    Ok(answer)
}

/// What looks like a secret in what a memory is to get.
fn secrets_in(change: &Change) -> Vec<SecretKind> {
    match change {
        Change::Amend(Amendment { metadata: Some(metadata), .. }) => in_metadata(metadata).into_iter().collect(),
        _ => Vec::new(),
    }
}
