//! What recalls answered, until feedback comes or they are too old.

use std::collections::{BTreeMap, HashMap, VecDeque};

use application::ports::working::{TRACED, Trace};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use uuid::Uuid;

/// Most recalls kept of a tenant.
const MOST: usize = 1_000;
/// Most recalls kept of all tenants together.
const MOST_OF_ALL: usize = 10_000;

/// Recalls in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    tenants: HashMap<Tenant, VecDeque<Noted>>,
    /// Whose each recall is, by its place in the order of all.
    order: BTreeMap<u64, Tenant>,
    places: u64,
}

#[derive(Debug)]
struct Noted {
    place: u64,
    at: Timestamp,
    trace: Trace,
}

impl Traces {
    /// Keeps a trace; the oldest go where there are too many, and those that are too old.
    pub(crate) fn note(&mut self, tenant: &Tenant, trace: Trace, now: Timestamp) {
        self.places += 1;
        self.order.insert(self.places, tenant.clone());
        let noted = self.tenants.entry(tenant.clone()).or_default();
        noted.push_back(Noted { place: self.places, at: now, trace });
        if noted.len() > MOST
            && let Some(first) = noted.pop_front()
        {
            self.order.remove(&first.place);
        }
        while self.order.len() > MOST_OF_ALL || self.oldest().is_some_and(|oldest| is_over(oldest.at, now)) {
            self.drop_oldest();
        }
    }

    pub(crate) fn find(&self, tenant: &Tenant, recall: Uuid, now: Timestamp) -> Option<&Trace> {
        let noted = self.tenants.get(tenant)?.iter().rfind(|noted| noted.trace.recall == recall)?;
        (!is_over(noted.at, now)).then_some(&noted.trace)
    }

    /// Whoever is first in the order of all, their first is the oldest of all.
    fn oldest(&self) -> Option<&Noted> {
        self.tenants.get(self.order.values().next()?)?.front()
    }

    fn drop_oldest(&mut self) {
        let Some((_, tenant)) = self.order.pop_first() else { return };
        if let Some(noted) = self.tenants.get_mut(&tenant) {
            noted.pop_front();
            if noted.is_empty() {
                self.tenants.remove(&tenant);
            }
        }
    }
}

fn is_over(at: Timestamp, now: Timestamp) -> bool {
    now.micros().saturating_sub(at.micros()) >= TRACED.as_micros() as i64
}
