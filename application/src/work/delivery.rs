//! Delivery: the long-term memory is told at once of every act; what it acknowledged is noted here and told to the outbox
//! in batches, so that an act pays for no second write of the ledger.
//!
//! If the process dies in between, the outbox delivers again, which changes nothing. What could not be delivered stays in
//! the outbox for the relay; recall reads it from there.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use domain::memory::Seq;
use domain::tenant::Tenant;
use uuid::Uuid;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::long_term::{Entry, LongTermMemory};
use crate::ports::metrics::Stage;
use crate::ports::outbox::Outbox;

/// Places of a tenant that the outbox is told of at a time.
const AT_A_TIME: usize = 4096;

/// What this process has delivered and the outbox has not been told yet.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// The process, as the outbox knows it.
    pub(crate) holder: Uuid,
    delivered: Mutex<HashMap<Tenant, HashSet<Seq>>>,
}

impl Deliveries {
    pub(crate) fn of(holder: Uuid) -> Self {
        Self { holder, delivered: Mutex::default() }
    }

    fn note(&self, tenant: &Tenant, entries: &[Entry]) {
        let mut delivered = self.delivered.lock().expect("no holder of this lock panics");
        delivered.entry(tenant.clone()).or_default().extend(entries.iter().map(|entry| entry.seq));
    }

    /// Leaves those entries that this process has not delivered.
    pub(crate) fn without_delivered(&self, tenant: &Tenant, entries: &mut Vec<Entry>) {
        let delivered = self.delivered.lock().expect("no holder of this lock panics");
        if let Some(places) = delivered.get(tenant) {
            entries.retain(|entry| !places.contains(&entry.seq));
        }
    }

    /// What is to be told now. It stays noted until [`Self::told`], so that recall meanwhile knows it.
    fn untold(&self) -> Vec<(Tenant, Vec<Seq>)> {
        let delivered = self.delivered.lock().expect("no holder of this lock panics");
        let places = |(tenant, places): (&Tenant, &HashSet<Seq>)| {
            (tenant.clone(), places.iter().copied().take(AT_A_TIME).collect())
        };
        delivered.iter().map(places).collect()
    }

    fn told(&self, tenant: &Tenant, places: &[Seq]) {
        let mut delivered = self.delivered.lock().expect("no holder of this lock panics");
        let Some(noted) = delivered.get_mut(tenant) else { return };
        places.iter().for_each(|place| {
            noted.remove(place);
        });
        if noted.is_empty() {
            delivered.remove(tenant);
        }
    }
}

impl<P: Ports> Brain<P> {
    /// Tells the long-term memory; whether it has the entries now. What it has not stays in the outbox.
    pub(crate) async fn deliver(&self, tenant: &Tenant, entries: &[Entry]) -> bool {
        if entries.is_empty() {
            return true;
        }
        match self.timed(Stage::LongTerm, self.ports.long_term().apply(tenant, entries)).await {
            Ok(()) => {
                self.deliveries.note(tenant, entries);
                true
            }
            Err(error) => {
                tracing::warn!(%tenant, entries = entries.len(), error = %error, "memory service not told; queued");
                false
            }
        }
    }

    /// Tells the outbox what this process has delivered. What it could not be told stays for the next time; the first
    /// error is returned.
    pub async fn acknowledge_deliveries(&self) -> Result<(), PortError> {
        let mut failed = None;
        for (tenant, places) in self.deliveries.untold() {
            match self.ports.outbox().acknowledge(&tenant, &places).await {
                Ok(()) => self.deliveries.told(&tenant, &places),
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
