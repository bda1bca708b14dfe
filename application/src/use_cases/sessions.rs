//! Sessions: what working memory holds for a conversation, and ending it.

use std::collections::HashSet;

use domain::memory::MemoryId;
use domain::tenant::Label;
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit, permitted_among};
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Noting};
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Resource};
use crate::ports::system::System;
use crate::ports::working::{self, WorkingMemory};

/// What a session has in mind, the most salient first.
#[derive(Debug, Clone)]
pub struct Held {
    /// The session asked for.
    pub session: Label,
    /// What is held and until when.
    pub memories: Vec<working::Held>,
}

/// A session that is over.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The session.
    pub session: Label,
    /// How many memories it held; all of them stay in long-term memory.
    pub released: usize,
}

/// Why a session was not shown or ended.
#[derive(Debug, Error)]
pub enum SessionError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Working memory could not be reached, or the ledger could not confirm what it holds.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for SessionError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn show<P: Ports>(brain: &Brain<P>, call: &Call, session: Label) -> Result<Held, SessionError> {
    let ports = &*brain.ports;
    let general = Resource::named(call, "session", session.as_str());
    permit(ports, call, Action::ReadSession, general).await?;
    let mut memories = ports.working().held(&call.caller.tenant, &session, ports.system().now()).await?;
    let ids: Vec<MemoryId> = memories.iter().map(|one| one.memory.id).collect();
    // What was erased while working memory was away is not shown until it expires there.
    let known = ports.ledger().read(&call.caller.tenant, &ids).await?;
    let known: HashSet<MemoryId> = known.iter().map(|memory| memory.id).collect();
    memories.retain(|one| known.contains(&one.memory.id));
    let namespaces = memories.iter().map(|one| one.memory.namespace.clone()).collect();
    let permitted = permitted_among(ports, call, Action::ReadSession, general, namespaces).await?;
    memories.retain(|one| permitted.contains(&one.memory.namespace));
    Ok(Held { session, memories })
}

pub(crate) async fn end<P: Ports>(brain: &Brain<P>, call: &Call, session: Label) -> Result<Ended, SessionError> {
    let ports = &*brain.ports;
    let basis = permit(ports, call, Action::EndSession, Resource::named(call, "session", session.as_str())).await?;
    let (tenant, note) = (call.caller.tenant.clone(), brain.note(call, Action::EndSession, basis));
    // First the row: no session ends that the audit log does not know of. One that cannot end after that is ended again.
    ports.ledger().note(Noting { tenant, resource: "session", note }).await?;
    let released = ports.working().end(&call.caller.tenant, &session, ports.system().now()).await?;
    Ok(Ended { session, released })
}

/// Callers without a session share the session `active`.
pub(crate) fn session_or_active(session: Option<&Label>) -> Label {
    session.cloned().unwrap_or_else(|| Label::try_new("active").expect("a short plain word"))
}
