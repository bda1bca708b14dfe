//! Reading what the ledger holds: one memory, lists, versions, namespaces.

use std::sync::Arc;

use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Filter;
use domain::tenant::Namespace;
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit, permit_by_id, permitted_among};
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Listed, Page, Past, PastPage};
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Resource};

/// One memory is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Which one.
    pub id: MemoryId,
}

/// A part of what a memory was is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadVersions {
    /// Of which one.
    pub id: MemoryId,
    /// Which part.
    pub page: PastPage,
}

/// A part of all memories is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
    /// What each must satisfy; what has expired is left out in any case.
    pub filter: Filter,
    /// Only what was stored after this place.
    pub after: Seq,
    /// Most memories wanted, 1 to 1,000.
    pub limit: usize,
}

/// The memory asked for.
pub type MemoryRead = Arc<Memory>;
/// What a memory was, oldest first.
pub type Versions = Past;
/// Names with the number of memories in each.
pub type Namespaces = Vec<(Namespace, u64)>;

/// Why nothing was read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No memory of that id is the caller's.
    #[error("no memory {0}")]
    Unknown(MemoryId),
    /// The ledger could not be read.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for ReadError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Unknown(_) => Outcome::Refused,
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn one<P: Ports>(brain: &Brain<P>, call: &Call, query: Read) -> Result<MemoryRead, ReadError> {
    let (_, found) = permit_by_id(&*brain.ports, call, Action::Read, query.id, &[]).await?;
    found.filter(|memory| brain.keeps(memory)).ok_or(ReadError::Unknown(query.id))
}

pub(crate) async fn list<P: Ports>(brain: &Brain<P>, call: &Call, query: List) -> Result<Listed, ReadError> {
    let ports = &*brain.ports;
    let general = Resource::all(call, "memory");
    permit(ports, call, Action::Read, Resource { namespace: query.namespace.as_ref(), ..general }).await?;
    let everywhere = query.namespace.is_none();
    let page = Page { namespace: query.namespace, filter: query.filter, after: query.after, limit: query.limit };
    let mut listed = ports.ledger().list(&call.caller.tenant, page).await?;
    if everywhere {
        let namespaces = listed.memories.iter().map(|memory| memory.namespace.clone()).collect();
        let permitted = permitted_among(ports, call, Action::Read, general, namespaces).await?;
        listed.memories.retain(|memory| permitted.contains(&memory.namespace));
    }
    listed.memories.retain(|memory| brain.keeps(memory));
    Ok(listed)
}

pub(crate) async fn versions<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: ReadVersions,
) -> Result<Versions, ReadError> {
    let (_, found) = permit_by_id(&*brain.ports, call, Action::Read, query.id, &[]).await?;
    if !found.is_some_and(|memory| brain.keeps(&memory)) {
        return Err(ReadError::Unknown(query.id));
    }
    let past = brain.ports.ledger().versions(&call.caller.tenant, query.id, query.page).await?;
    if past.versions.is_empty() { Err(ReadError::Unknown(query.id)) } else { Ok(past) }
}

pub(crate) async fn namespaces<P: Ports>(brain: &Brain<P>, call: &Call) -> Result<Namespaces, ReadError> {
    let ports = &*brain.ports;
    permit(ports, call, Action::Read, Resource::all(call, "namespace")).await?;
    Ok(ports.ledger().namespaces(&call.caller.tenant).await?)
}
