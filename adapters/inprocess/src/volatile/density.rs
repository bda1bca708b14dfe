//! The density matrices: each memory is merged once, or its merge is a conflict. None breaks a law: they are never stored.

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;

use application::ports::density::{Breach, DensityStore, Renewed, Resetting, Restoring, Snapshot, Unmerged};
use application::ports::error::{PortError, PortErrorKind};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::{MICROS, Timestamp};

use super::{State, Unseen, Volatile};

/// Least microseconds between two snapshots of a matrix.
const HOUR: i64 = 3600 * MICROS;
/// Snapshots kept of a matrix.
const SNAPSHOTS: usize = 24;

/// A matrix with what it was made of and what it was.
#[derive(Debug)]
pub(super) struct Kept {
    matrix: Arc<DensityMatrix>,
    /// The places merged into it, in that order.
    merged: Vec<Seq>,
    /// The oldest first.
    snapshots: Vec<Taken>,
}

#[derive(Debug)]
struct Taken {
    at: Timestamp,
    matrix: Arc<DensityMatrix>,
    /// How many of the places it had seen.
    merged: usize,
}

impl Volatile {
    /// As if a stored matrix had broken a law: what is told next.
    pub fn breach(&self, breach: Breach) {
        self.state().breaches.push(breach);
    }
}

impl DensityStore for Volatile {
    async fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Arc<DensityMatrix>, PortError> {
        Ok(self.state().matrix(tenant, namespace, self.dimensions))
    }

    async fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
        at: Timestamp,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        if !state.all_unseen(tenant, namespace, places) {
            let reason = "a memory is in the matrix already, or was erased";
            return Err(PortError::new("density", "merge", PortErrorKind::Conflict, reason));
        }
        let merged = Arc::new(state.matrix(tenant, namespace, self.dimensions).after(fold));
        for place in places {
            state.unseen.remove(place);
        }
        let new = || Kept { matrix: merged.clone(), merged: Vec::new(), snapshots: Vec::new() };
        let kept = state.matrices.entry((tenant.clone(), namespace.clone())).or_insert_with(new);
        kept.matrix = merged;
        kept.merged.extend(places);
        kept.keep(at);
        Ok(())
    }

    async fn unmerged(&self, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, PortError> {
        let state = self.state();
        let still_there = state.unseen.iter().filter_map(|(seq, unseen)| {
            let memory = state.estates.get(&unseen.tenant)?.get(unseen.id)?;
            (memory.times.created <= by).then(|| Unmerged {
                seq: *seq,
                tenant: unseen.tenant.clone(),
                namespace: unseen.namespace.clone(),
                encoding: memory.encoding.clone(),
                importance: memory.importance,
            })
        });
        Ok(still_there.take(limit).collect())
    }

    async fn snapshots(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Vec<Snapshot>, PortError> {
        let state = self.state();
        let kept = state.matrices.get(&(tenant.clone(), namespace.clone()));
        Ok(kept.into_iter().flat_map(|kept| kept.snapshots.iter().rev()).map(Snapshot::from).collect())
    }

    async fn reset(&self, act: Resetting) -> Result<Renewed, PortError> {
        let mut state = self.state();
        let unmerged = state.begin_anew(&act.tenant, &act.namespace);
        state.tell(&act.tenant, &act.note, "density", Vec::new());
        Ok(Renewed { snapshot: None, unmerged })
    }

    async fn restore(&self, act: Restoring) -> Result<Option<Renewed>, PortError> {
        let mut state = self.state();
        let Restoring { tenant, namespace, at, note } = act;
        let Some(kept) = state.matrices.get_mut(&(tenant.clone(), namespace.clone())) else { return Ok(None) };
        let fits = |taken: &Taken| at.is_none_or(|at| taken.at <= at);
        let Some(found) = kept.snapshots.iter().rposition(fits) else { return Ok(None) };
        kept.snapshots.truncate(found + 1);
        let taken = &kept.snapshots[found];
        let snapshot = Some(Snapshot::from(taken));
        kept.matrix = taken.matrix.clone();
        let later = kept.merged.split_off(taken.merged);
        let unmerged = state.unmerge(&tenant, &namespace, later);
        state.tell(&tenant, &note, "density", Vec::new());
        Ok(Some(Renewed { snapshot, unmerged }))
    }

    fn breaches(&self) -> Vec<Breach> {
        mem::take(&mut self.state().breaches)
    }
}

impl Kept {
    /// Keeps the matrix as it is, if the last snapshot is an hour old.
    fn keep(&mut self, at: Timestamp) {
        if self.snapshots.last().is_some_and(|last| last.at.micros() > at.micros() - HOUR) {
            return;
        }
        self.snapshots.push(Taken { at, matrix: self.matrix.clone(), merged: self.merged.len() });
        if self.snapshots.len() > SNAPSHOTS {
            self.snapshots.remove(0);
        }
    }
}

impl From<&Taken> for Snapshot {
    fn from(taken: &Taken) -> Self {
        Self { taken: taken.at, observations: taken.matrix.observations() }
    }
}

impl State {
    fn matrix(&self, tenant: &Tenant, namespace: &Namespace, dimensions: usize) -> Arc<DensityMatrix> {
        let kept = self.matrices.get(&(tenant.clone(), namespace.clone()));
        kept.map_or_else(|| Arc::new(DensityMatrix::maximally_mixed(dimensions)), |kept| kept.matrix.clone())
    }

    /// Takes the matrix of a namespace away and unmerges what it had seen; how many memories that are.
    pub(super) fn begin_anew(&mut self, tenant: &Tenant, namespace: &Namespace) -> u64 {
        let kept = self.matrices.remove(&(tenant.clone(), namespace.clone()));
        kept.map_or(0, |kept| self.unmerge(tenant, namespace, kept.merged))
    }

    /// No matrix has seen these places, as far as memories are there.
    fn unmerge(&mut self, tenant: &Tenant, namespace: &Namespace, places: Vec<Seq>) -> u64 {
        let Some(estate) = self.estates.get(tenant) else { return 0 };
        let unseen = |id| Unseen { tenant: tenant.clone(), namespace: namespace.clone(), id };
        let before = self.unseen.len();
        let there = places.into_iter().filter_map(|place| Some((place, unseen(*estate.order.get(&place)?))));
        self.unseen.extend(there);
        (self.unseen.len() - before) as u64
    }

    /// Whether these are memories of the namespace that no matrix has seen, each named once.
    fn all_unseen(&self, tenant: &Tenant, namespace: &Namespace, places: &[Seq]) -> bool {
        let once: HashSet<&Seq> = places.iter().collect();
        once.len() == places.len()
            && places.iter().all(|place| {
                let unseen = self.unseen.get(place);
                unseen.is_some_and(|unseen| unseen.tenant == *tenant && unseen.namespace == *namespace)
            })
    }
}
