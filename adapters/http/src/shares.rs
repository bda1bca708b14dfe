//! Shares: how much of something one tenant has at once, so that something is left for the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::tenant::Tenant;

/// What tenants have now.
#[derive(Debug, Clone)]
pub(crate) struct Shares {
    most: usize,
    taken: Arc<Mutex<HashMap<Tenant, usize>>>,
}

impl Shares {
    /// So many for each tenant.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// How many a tenant has at most.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// One more; `None`: the tenant has as many as it may.
    pub(crate) fn take(&self, tenant: &Tenant) -> Option<Share> {
        let mut taken = self.lock();
        let count = taken.entry(tenant.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { of: self.clone(), tenant: tenant.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tenant, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that a tenant has; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    of: Shares,
    tenant: Tenant,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.lock();
        if let Some(count) = taken.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.tenant);
            }
        }
    }
}
