//! The density matrices: a row a namespace, its last state kept here for a second.
//!
//! Merges into one matrix come one after the other, by a lock; each notes at the memories that it contains which version
//! it made and their order within it, so that the matrix can be computed again from the ledger.

pub(crate) mod cache;
mod matrix;
mod merging;
mod unmerged;

use std::sync::Arc;
use std::time::Instant;

use application::ports::density::{DensityStore, Unmerged};
use application::ports::error::PortError;
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_guard::Repeat;

use crate::Postgres;
use crate::error::Error;
use crate::transaction::Locks;
use cache::Seen;
use merging::{Merging, Undone};

impl DensityStore for Postgres {
    async fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Arc<DensityMatrix>, PortError> {
        if let Some(fresh) = self.matrices.fresh(tenant, namespace) {
            return Ok(fresh);
        }
        let asked = Instant::now();
        let known = &self.matrices.known(tenant, namespace);
        let read = self.ask(|| async move { matrix::read(&*self.connection().await?, tenant, namespace, known).await });
        let seen = read.await.map_err(|error| error.at("density", "read a matrix"))?;
        Ok(self.matrices.put(tenant, namespace, asked, seen))
    }

    async fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
    ) -> Result<(), PortError> {
        if fold.is_empty() && places.is_empty() {
            return Ok(());
        }
        let merging = &Merging { tenant, namespace, fold, places, mixed: self.matrices.mixed() };
        // What may have been committed is not tried again: it would be found merged already.
        let merged = self.guard.run(Repeat::Once, || self.merged(merging)).await;
        merged.map_err(|refused| Error::from(refused).at("density", "merge observations"))
    }

    async fn unmerged(&self, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, PortError> {
        let read = self.ask(|| async move { unmerged::read(&*self.connection().await?, by, limit).await });
        read.await.map_err(|error| error.at("density", "look for what is not merged"))
    }
}

impl Postgres {
    /// Tries until nobody was quicker.
    async fn merged(&self, merging: &Merging<'_>) -> Result<(), Error> {
        let (tenant, namespace) = (merging.tenant, merging.namespace);
        let locks = Locks::named(tenant, [("density", namespace.as_str().as_bytes())]);
        loop {
            let transaction = self.begin(tenant, &locks).await?;
            let asked = Instant::now();
            let known = self.matrices.known(tenant, namespace);
            let done = merging.run(transaction.connection(), &known).await;
            match transaction.end(done).await {
                Ok(seen) => {
                    self.matrices.put(tenant, namespace, asked, seen);
                    return Ok(());
                }
                Err(Undone::Overtaken) => {}
                Err(Undone::Failed(error)) if error.is_clash() => {}
                Err(Undone::Failed(error)) => return Err(error),
            }
        }
    }
}

impl Seen {
    /// Nothing was merged yet.
    fn mixed(dimensions: usize) -> Self {
        Self { version: 0, sum: Vec::new(), matrix: Arc::new(DensityMatrix::maximally_mixed(dimensions)) }
    }
}
