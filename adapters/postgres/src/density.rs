//! The density matrices: a row a namespace, its last state kept here for a second.
//!
//! Merges into one matrix come one after the other, by a lock; each notes at the memories that it contains which version
//! it made and their order within it, so that the matrix can be computed again from the ledger.

pub(crate) mod cache;
mod guard;
pub(crate) mod matrix;
mod merging;
pub(crate) mod renewal;
mod snapshots;
mod unmerged;

use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use application::ports::density::{Breach, DensityStore, Renewed, Resetting, Restoring, Snapshot, Unmerged};
use application::ports::error::PortError;
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_guard::Repeat;

use crate::Postgres;
use crate::error::{ActError, Error};
use crate::transaction::Locks;
use cache::Seen;
use guard::Present;
use matrix::Looked;
use merging::{Merged, Merging, Undone};

/// Which matrix.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    tenant: &'a Tenant,
    namespace: &'a Namespace,
}

impl Place<'_> {
    /// Whatever changes a matrix comes one after the other.
    fn locks(self) -> Locks {
        Locks::named(self.tenant, [("density", self.namespace.as_str().as_bytes())])
    }
}

impl DensityStore for Postgres {
    async fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Arc<DensityMatrix>, PortError> {
        if let Some(fresh) = self.matrices.fresh(tenant, namespace) {
            return Ok(fresh);
        }
        let asked = Instant::now();
        let known = &self.matrices.known(tenant, namespace);
        let look = self.ask(|| async move { matrix::look(&*self.look(tenant).await?, tenant, namespace, known).await });
        let seen = match look.await.map_err(|error| error.at("density", "read a matrix"))? {
            Looked::Nothing => None,
            Looked::Sound(seen) => Some(seen),
            Looked::Unsound => {
                let mended = self.mended(Place { tenant, namespace }).await;
                Some(mended.map_err(|error| failure(error).at("density", "mend a matrix"))?)
            }
        };
        Ok(self.matrices.put(tenant, namespace, asked, seen))
    }

    async fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
        at: Timestamp,
    ) -> Result<(), PortError> {
        if fold.is_empty() && places.is_empty() {
            return Ok(());
        }
        let place = Place { tenant, namespace };
        let merging = &Merging { place, fold, places, at, mixed: self.matrices.mixed() };
        // What may have been committed is not tried again: it would be found merged already.
        let merged = self.guard.run(Repeat::Once, || self.merged(merging)).await;
        merged.map_err(|refused| Error::from(refused).at("density", "merge observations"))
    }

    async fn unmerged(&self, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, PortError> {
        let read = self.ask(|| async move { unmerged::read(&*self.across().await?, by, limit).await });
        read.await.map_err(|error| error.at("density", "look for what is not merged"))
    }

    async fn snapshots(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Vec<Snapshot>, PortError> {
        let read = self.ask(|| async move { snapshots::list(&*self.look(tenant).await?, tenant, namespace).await });
        read.await.map_err(|error| error.at("density", "list the snapshots of a matrix"))
    }

    async fn reset(&self, act: Resetting) -> Result<Renewed, PortError> {
        let (act, events) = (&act, self.config.events);
        let locks = &Place { tenant: &act.tenant, namespace: &act.namespace }.locks();
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = renewal::reset(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        let renewed = done.await.map_err(|error| failure(error).at("density", "begin a matrix anew"))?;
        self.matrices.forget(&act.tenant, &act.namespace);
        Ok(renewed)
    }

    async fn restore(&self, act: Restoring) -> Result<Option<Renewed>, PortError> {
        let (act, events) = (&act, self.config.events);
        let locks = &Place { tenant: &act.tenant, namespace: &act.namespace }.locks();
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = renewal::restore(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        let renewed = done.await.map_err(|error| failure(error).at("density", "restore a matrix"))?;
        self.matrices.forget(&act.tenant, &act.namespace);
        Ok(renewed)
    }

    fn breaches(&self) -> Vec<Breach> {
        mem::take(&mut self.breaches.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Postgres {
    /// Tries until nobody was quicker.
    async fn merged(&self, merging: &Merging<'_>) -> Result<(), Error> {
        let Place { tenant, namespace } = merging.place;
        let locks = merging.place.locks();
        loop {
            let transaction = self.begin(tenant, &locks).await?;
            let asked = Instant::now();
            let done = merging.run(transaction.connection()).await;
            match transaction.end(done).await {
                Ok(Merged { seen, breaches }) => {
                    self.found(merging.place, breaches);
                    self.matrices.put(tenant, namespace, asked, seen);
                    return Ok(());
                }
                Err(Undone::Overtaken) => {}
                Err(Undone::Failed(error)) if error.is_clash() => {}
                Err(Undone::Failed(error)) => return Err(error),
            }
        }
    }

    /// The matrix of a namespace after it was seen to break a law: mended, replaced, or sound again by another's hand.
    async fn mended(&self, place: Place<'_>) -> Result<Seen, ActError> {
        let (locks, mixed) = (&place.locks(), &self.matrices.mixed());
        let done = self.act(locks, || async move {
            let transaction = self.begin(place.tenant, locks).await?;
            let done = guard::present(transaction.connection(), place, mixed).await;
            Ok(transaction.end(done).await?)
        });
        let Present { seen, breach } = done.await?;
        self.found(place, breach);
        Ok(seen)
    }

    /// Notes what is to be told. A matrix that was replaced may be of an earlier version than the one that was seen last.
    fn found(&self, place: Place<'_>, breaches: impl IntoIterator<Item = Breach>) {
        let mut all = self.breaches.lock().unwrap_or_else(PoisonError::into_inner);
        for breach in breaches {
            self.matrices.forget(place.tenant, place.namespace);
            all.push(breach);
        }
    }
}

impl Seen {
    /// Nothing was merged yet.
    fn mixed(dimensions: usize) -> Self {
        Self { version: 0, sum: Vec::new(), matrix: Arc::new(DensityMatrix::maximally_mixed(dimensions)) }
    }
}

/// What cannot be refused can only fail.
pub(crate) fn failure(error: ActError) -> Error {
    match error {
        ActError::Failed(error) => error,
        ActError::Refused(refusal) => crate::error::InvalidRow::new("refused", refusal).into(),
    }
}
