//! Delivery: the long-term memory is told at once of every act; what it acknowledged is noted here and told to the outbox
//! in batches, so that an act pays for no second write of the ledger.
//!
//! If the process dies in between, the outbox delivers again, which changes nothing. What could not be delivered stays in
//! the outbox for the relay; recall reads it from there.
//!
//! What was acknowledged is noted for the service that did so, by the name that it told: behind the same address another
//! may stand from one request to the next.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::memory::Seq;
use domain::tenant::Tenant;
use uuid::Uuid;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::long_term::{Entry, LongTermMemory, ServiceId};
use crate::ports::metrics::Stage;
use crate::ports::outbox::Outbox;

/// Places of a tenant that the outbox is told of at a time.
const AT_A_TIME: usize = 4096;

/// What this process has delivered and the outbox has not been told yet.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// The process, as the outbox knows it.
    pub(crate) holder: Uuid,
    delivered: Mutex<HashMap<(ServiceId, Tenant), HashSet<Seq>>>,
    /// Who answered last as the long-term memory.
    answering: Mutex<ServiceId>,
    /// Whether it was said that the backup tells no name.
    nameless_backup: AtomicBool,
}

impl Deliveries {
    pub(crate) fn of(holder: Uuid) -> Self {
        Self {
            holder,
            delivered: Mutex::default(),
            answering: Mutex::new(ServiceId::NAMELESS),
            nameless_backup: AtomicBool::new(false),
        }
    }

    /// Says once that the backup tells no name, and again after it told one.
    pub(crate) fn note_backup(&self, service: ServiceId) {
        let nameless = service == ServiceId::NAMELESS;
        if nameless && !self.nameless_backup.swap(nameless, Ordering::Relaxed) {
            tracing::warn!("outbox: the backup memory service tells no name and is told nothing: update it");
        }
        self.nameless_backup.store(nameless, Ordering::Relaxed);
    }

    /// Who answered last as the long-term memory; nameless before the first did.
    pub(crate) fn answering(&self) -> ServiceId {
        *self.answering.lock().expect("no holder of this lock panics")
    }

    /// This one answered as the long-term memory.
    pub(crate) fn answered(&self, service: ServiceId) {
        *self.answering.lock().expect("no holder of this lock panics") = service;
    }

    fn note(&self, service: ServiceId, tenant: &Tenant, entries: &[Entry]) {
        let mut delivered = self.delivered.lock().expect("no holder of this lock panics");
        delivered.entry((service, tenant.clone())).or_default().extend(entries.iter().map(|entry| entry.seq));
    }

    /// Leaves those entries that this process has not delivered to the service.
    pub(crate) fn without_delivered(&self, service: ServiceId, tenant: &Tenant, entries: &mut Vec<Entry>) {
        let delivered = self.delivered.lock().expect("no holder of this lock panics");
        if let Some(places) = delivered.get(&(service, tenant.clone())) {
            entries.retain(|entry| !places.contains(&entry.seq));
        }
    }

    /// What is to be told now. It stays noted until [`Self::told`], so that recall meanwhile knows it.
    fn untold(&self) -> Vec<((ServiceId, Tenant), Vec<Seq>)> {
        let delivered = self.delivered.lock().expect("no holder of this lock panics");
        let some = |places: &HashSet<Seq>| places.iter().copied().take(AT_A_TIME).collect();
        delivered.iter().map(|(whose, places)| (whose.clone(), some(places))).collect()
    }

    fn told(&self, whose: &(ServiceId, Tenant), places: &[Seq]) {
        let mut delivered = self.delivered.lock().expect("no holder of this lock panics");
        let Some(noted) = delivered.get_mut(whose) else { return };
        places.iter().for_each(|place| {
            noted.remove(place);
        });
        if noted.is_empty() {
            delivered.remove(whose);
        }
    }
}

impl<P: Ports> Brain<P> {
    /// Tells the long-term memory; who has the entries now. What nobody has stays in the outbox.
    pub(crate) async fn deliver(&self, tenant: &Tenant, entries: &[Entry]) -> Option<ServiceId> {
        if entries.is_empty() {
            return Some(self.deliveries.answering());
        }
        match self.timed(Stage::LongTerm, self.ports.long_term().apply(tenant, entries)).await {
            Ok(service) => {
                self.deliveries.answered(service);
                self.deliveries.note(service, tenant, entries);
                Some(service)
            }
            Err(error) => {
                tracing::warn!(%tenant, entries = entries.len(), error = %error, "memory service not told; queued");
                None
            }
        }
    }

    /// Tells the outbox what this process has delivered. What it could not be told stays for the next time; the first
    /// error is returned.
    pub async fn acknowledge_deliveries(&self) -> Result<(), PortError> {
        let mut failed = None;
        for (whose, places) in self.deliveries.untold() {
            let (service, tenant) = &whose;
            match self.ports.outbox().acknowledge(*service, tenant, &places).await {
                Ok(()) => self.deliveries.told(&whose, &places),
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
