//! Turns: who may take a connection for an act, so that acts which wait for their tenant's lock wait without one.
//!
//! Acts of one process only: those of other replicas are waited for at the server, at most half of the pool for a tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::tenant::Tenant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::transaction::Locks;

/// The turns of all tenants; a tenant without an act is not among them.
pub(crate) struct Turns {
    tenants: Mutex<HashMap<Tenant, Arc<Own>>>,
    /// Acts that have their tenants to themselves, of all tenants.
    whole: Arc<Semaphore>,
    /// Most acts of one tenant at once.
    most: u32,
}

/// The turns of one tenant.
struct Own {
    /// Who waits to have the tenant, or has it.
    whole: Arc<Semaphore>,
    /// An act takes one, an act that has the tenant takes them all.
    acts: Arc<Semaphore>,
}

/// An act's turn, until it is dropped.
pub(crate) struct Turn<'a> {
    // Fields are dropped in order: the place last, so that it knows whether the tenant has any act left.
    _permits: Vec<OwnedSemaphorePermit>,
    _place: Place<'a>,
}

/// An act's interest in its tenant's turns, also while it still waits.
struct Place<'a> {
    turns: &'a Turns,
    tenant: Tenant,
    own: Option<Arc<Own>>,
}

impl Turns {
    /// For a pool of so many connections: half of them for one tenant's acts, a quarter for acts that have their tenants
    /// to themselves.
    pub(crate) fn new(connections: u32) -> Self {
        let part = |of: u32| (connections / of).max(1);
        Self { tenants: Mutex::default(), whole: Arc::new(Semaphore::new(part(4) as usize)), most: part(2) }
    }

    /// Waits until it is an act's turn; first come, first served within a tenant. `None`: it locks nothing, and needs none.
    pub(crate) async fn take(&self, tenant: &Tenant, locks: &Locks) -> Option<Turn<'_>> {
        let whole = match locks {
            Locks::None => return None,
            Locks::Named(_) => false,
            Locks::Tenant => true,
        };
        let place = Place { turns: self, tenant: tenant.clone(), own: Some(self.own(tenant)) };
        let own = place.own.clone()?;
        let mut permits = Vec::new();
        if whole {
            // The tenant's own first: many acts of one tenant take one of the places that all tenants share.
            permits.push(own.whole.clone().acquire_owned().await.ok()?);
            permits.push(self.whole.clone().acquire_owned().await.ok()?);
        }
        let acts = if whole { self.most } else { 1 };
        permits.push(own.acts.clone().acquire_many_owned(acts).await.ok()?);
        Some(Turn { _permits: permits, _place: place })
    }

    fn own(&self, tenant: &Tenant) -> Arc<Own> {
        let new = || Own { whole: Arc::new(Semaphore::new(1)), acts: Arc::new(Semaphore::new(self.most as usize)) };
        self.lock().entry(tenant.clone()).or_insert_with(|| Arc::new(new())).clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tenant, Arc<Own>>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut tenants = self.turns.lock();
        self.own = None;
        if tenants.get(&self.tenant).is_some_and(|own| Arc::strong_count(own) == 1) {
            tenants.remove(&self.tenant);
        }
    }
}
