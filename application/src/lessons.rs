//! What feedback has taught a tenant, as recalls know it: a copy, so that no recall waits for the ledger but one a second.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use domain::recall::feedback::taught;
use domain::recall::term::Weights;
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::ledger::Ledger;
use crate::ports::system::System;
use crate::ports::teaching::Lessons;

/// How old a copy may be, in microseconds.
const FRESH: u64 = 1_000_000;
/// Most tenants of whom there is a copy.
const MOST: usize = 10_000;

/// The last known lessons of tenants.
#[derive(Debug, Default)]
pub(crate) struct Copies(Mutex<HashMap<Tenant, Copy>>);

#[derive(Debug, Clone, Copy)]
struct Copy {
    lessons: Lessons,
    read: Timestamp,
}

impl Copies {
    /// What is known, and whether whoever asked is to read again: one caller a second, while the others go on with this.
    fn known(&self, tenant: &Tenant, now: Timestamp) -> (Lessons, bool) {
        let mut copies = self.copies();
        if let Some(copy) = copies.get_mut(tenant) {
            let due = now.micros().abs_diff(copy.read.micros()) >= FRESH;
            if due {
                copy.read = now;
            }
            return (copy.lessons, due);
        }
        if copies.len() >= MOST {
            copies.clear();
        }
        copies.insert(tenant.clone(), Copy { lessons: Lessons::default(), read: now });
        (Lessons::default(), true)
    }

    /// Replaces `old`, unless something was learned since.
    fn refresh(&self, tenant: &Tenant, old: &Lessons, lessons: Lessons) {
        if let Some(copy) = self.copies().get_mut(tenant)
            && copy.lessons.version == old.version
        {
            copy.lessons = lessons;
        }
    }

    /// What was learned here counts here at once.
    pub(crate) fn learn(&self, tenant: &Tenant, lessons: Lessons) {
        if let Some(copy) = self.copies().get_mut(tenant)
            && copy.lessons.version < lessons.version
        {
            copy.lessons = lessons;
        }
    }

    fn copies(&self) -> MutexGuard<'_, HashMap<Tenant, Copy>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

impl<P: Ports> Brain<P> {
    /// How much each signal counts for a tenant: as feedback has taught, by a copy about a second old at most. Where the
    /// ledger cannot be asked, what was known last stays.
    pub(crate) async fn weights(&self, tenant: &Tenant) -> Weights {
        let (mut lessons, due) = self.lessons.known(tenant, self.ports.system().now());
        if due {
            match self.ports.ledger().lessons(tenant).await {
                Ok(read) => {
                    self.lessons.refresh(tenant, &lessons, read);
                    lessons = read;
                }
                Err(error) => {
                    tracing::warn!(tenant = %tenant, error = %error, "what feedback taught was not read; known as before");
                }
            }
        }
        taught(&self.settings.weights, &lessons.sum)
    }
}
