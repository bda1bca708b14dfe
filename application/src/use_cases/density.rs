//! What operators see of a density matrix, and what they can do about it: begin it anew, or restore what it was.
//!
//! An act is one act of the store, audited there. What it unmerges is folded again from the ledger by the work beside
//! requests, within seconds; recall answers all the while. Looking needs the store alone: directions whose memories cannot
//! be searched or read have none.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::density::check::InvariantViolation;
use domain::density::matrix::DensityMatrix;
use domain::density::spectrum::{self, Spectrum, dominant};
use domain::encoding::Encoding;
use domain::memory::{Memory, MemoryId, MemoryText};
use domain::recall::cue::{Cue, Filter};
use domain::recall::term::{Term, Weights};
use domain::tenant::Namespace;
use domain::time::Timestamp;
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::density::{DensityStore, Renewed, Resetting, Restoring, Snapshot};
use crate::ports::encoder::Encoder;
use crate::ports::error::PortError;
use crate::ports::ledger::Ledger;
use crate::ports::long_term::LongTermMemory;
use crate::ports::metrics::Outcome;
use crate::ports::policy::{Action, Resource};
use crate::ports::system::System;

/// Directions that are shown.
const DIRECTIONS: usize = 5;
/// Memories that name a direction.
const NEAREST: usize = 3;
/// Candidates looked at on either side of a direction.
const CANDIDATES: usize = 8;

/// A matrix is to be what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// The caller's namespace.
    pub namespace: Namespace,
    /// As it was at this moment; `None`: as late as possible.
    pub at: Option<Timestamp>,
}

/// A matrix as operators see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The matrix.
    pub matrix: Arc<DensityMatrix>,
    /// Its eigenvalues.
    pub spectrum: Spectrum,
    /// The directions with the largest shares, largest first: at most five, and no more than it has seen memories, since
    /// whatever else there is is as good as any other direction.
    pub directions: Vec<Direction>,
    /// What it was, the latest first.
    pub snapshots: Vec<Snapshot>,
}

/// A direction of what is remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// Its eigenvalue, 0 to 1.
    pub share: f64,
    /// Memories that lie along it, the nearest first, at most three, each with its cosine to it, -1 to 1: a direction has
    /// two ends.
    pub memories: Vec<(Arc<Memory>, f64)>,
}

/// Why nothing was shown or done.
#[derive(Debug, Error)]
pub enum DensityError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nothing that could be restored.
    #[error("the density matrix of the namespace has no sound snapshot that is early enough")]
    NoSnapshot,
    /// The eigenvalues could not be computed.
    #[error(transparent)]
    Spectrum(#[from] InvariantViolation),
    /// The store could not.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for DensityError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::NoSnapshot => Outcome::Refused,
            Self::Spectrum(_) | Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn inspect<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    namespace: Namespace,
) -> Result<Inspected, DensityError> {
    let (ports, tenant) = (&*brain.ports, &call.caller.tenant);
    permit(ports, call, Action::InspectDensity, Resource::density(call, &namespace)).await?;
    let matrix = ports.density().matrix(tenant, &namespace).await?;
    let snapshots = ports.density().snapshots(tenant, &namespace).await?;
    let seen = usize::try_from(matrix.observations()).unwrap_or(usize::MAX);
    let mut directions = Vec::new();
    for spectrum::Direction { share, vector } in dominant(&matrix, DIRECTIONS.min(seen))? {
        directions.push(Direction { share, memories: nearest(brain, call, &namespace, &vector).await });
    }
    Ok(Inspected { spectrum: Spectrum::of(&matrix)?, matrix, directions, snapshots })
}

pub(crate) async fn reset<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    namespace: Namespace,
) -> Result<Renewed, DensityError> {
    let (ports, tenant) = (&*brain.ports, call.caller.tenant.clone());
    let basis = permit(ports, call, Action::ResetDensity, Resource::density(call, &namespace)).await?;
    let note = brain.note(call, Action::ResetDensity, basis);
    Ok(ports.density().reset(Resetting { tenant, namespace, note }).await?)
}

pub(crate) async fn restore<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    command: Restore,
) -> Result<Renewed, DensityError> {
    let (ports, tenant, Restore { namespace, at }) = (&*brain.ports, call.caller.tenant.clone(), command);
    let basis = permit(ports, call, Action::RestoreDensity, Resource::density(call, &namespace)).await?;
    let note = brain.note(call, Action::RestoreDensity, basis);
    let renewed = ports.density().restore(Restoring { tenant, namespace, at, note }).await?;
    renewed.ok_or(DensityError::NoSnapshot)
}

/// The memories nearest to a direction, on either side; none where they cannot be asked for, or where the matrix is still of
/// an encoder with other dimensions.
async fn nearest<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    namespace: &Namespace,
    direction: &[f64],
) -> Vec<(Arc<Memory>, f64)> {
    if direction.len() != brain.ports.encoder().dimensions() {
        return Vec::new();
    }
    let found = along(brain, call, namespace, direction).await.unwrap_or_else(|error| {
        tracing::warn!(request_id = %call.request_id, error = %error, "no memories for a direction of a density matrix");
        Vec::new()
    });
    let encoder = brain.ports.encoder().id();
    let mut found: Vec<(Arc<Memory>, f64)> = found
        .into_iter()
        .filter_map(|memory| {
            let encoding = memory.encoding.as_ref().filter(|encoding| encoding.encoder() == encoder)?;
            let cosine = encoding.vector().iter().zip(direction).map(|(x, y)| x * y).sum::<f64>().clamp(-1.0, 1.0);
            Some((memory, cosine))
        })
        .collect();
    found.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    found.truncate(NEAREST);
    found
}

/// Candidates on both sides of a direction as recall finds them, confirmed by the ledger.
async fn along<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    namespace: &Namespace,
    direction: &[f64],
) -> Result<Vec<Arc<Memory>>, PortError> {
    let (ports, tenant) = (&*brain.ports, &call.caller.tenant);
    let mut ids = BTreeSet::new();
    for side in [1.0, -1.0] {
        let vector: Vec<f32> = direction.iter().map(|x| (side * x) as f32).collect();
        let Ok(encoding) = Encoding::from_vector(ports.encoder().id().clone(), &vector) else { continue };
        let cue = Cue {
            tenant: tenant.clone(),
            namespace: namespace.clone(),
            text: MemoryText::try_new("…").expect("one character is a text"),
            encoding: Some(encoding),
            filter: Filter::default(),
            limit: CANDIDATES,
            weights: Weights::default().with(Term::Semantic, 1.0),
            include: Vec::new(),
            at: ports.system().now(),
        };
        let found = ports.long_term().search(&cue).await?.found;
        ids.extend(found.candidates.into_iter().map(|candidate| candidate.memory.id));
    }
    let ids: Vec<MemoryId> = ids.into_iter().collect();
    let (mut memories, now) = (ports.ledger().read(tenant, &ids).await?, ports.system().now());
    memories.retain(|memory| memory.times.expires.is_none_or(|end| now < end));
    Ok(memories)
}
