//! The density matrices: each memory is merged once, or its merge is a conflict.

use std::collections::HashSet;
use std::sync::Arc;

use application::ports::density::{DensityStore, Unmerged};
use application::ports::error::{PortError, PortErrorKind};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::{State, Volatile};

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
    ) -> Result<(), PortError> {
        let mut state = self.state();
        if !state.all_unseen(tenant, namespace, places) {
            let reason = "a memory is in the matrix already, or was erased";
            return Err(PortError::new("density", "merge", PortErrorKind::Conflict, reason));
        }
        let merged = Arc::new(state.matrix(tenant, namespace, self.dimensions).after(fold));
        state.matrices.insert((tenant.clone(), namespace.clone()), merged);
        for place in places {
            state.unseen.remove(place);
        }
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
}

impl State {
    fn matrix(&self, tenant: &Tenant, namespace: &Namespace, dimensions: usize) -> Arc<DensityMatrix> {
        let place = (tenant.clone(), namespace.clone());
        self.matrices.get(&place).cloned().unwrap_or_else(|| Arc::new(DensityMatrix::maximally_mixed(dimensions)))
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
