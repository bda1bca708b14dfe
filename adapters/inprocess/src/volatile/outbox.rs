//! The outbox: entries for a long-term memory elsewhere, and the acts as events of a sealed chain.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use application::ports::archiving::AuditTrail;
use application::ports::error::PortError;
use application::ports::events::Event;
use application::ports::ledger::Note;
use application::ports::long_term::{Act, Entry, ServiceId};
use application::ports::outbox::{Batch, Claim, Depth, Enrolling, Outbox, Receiver, Settling, Told, Undelivered, Work};
use domain::audit::{AuditEvent, AuditKey, Head, Seal, seal};
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{State, Volatile};

/// What waits, tenant by tenant.
#[derive(Debug)]
pub(super) struct Waiting {
    desks: BTreeMap<Tenant, Desk>,
    /// Who is enrolled, first the nameless service or who inherited from it.
    services: Vec<ServiceId>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { desks: BTreeMap::new(), services: vec![ServiceId::NAMELESS] }
    }
}

impl Waiting {
    /// Under which name something waits for a service; `None`: it is not enrolled.
    fn name(&self, service: ServiceId) -> Option<ServiceId> {
        let first = self.services[0];
        match service {
            ServiceId::NAMELESS => Some(first),
            known if self.services.contains(&known) => Some(known),
            _ => (first == ServiceId::NAMELESS).then_some(first),
        }
    }
}

/// What waits of one tenant, and who works on it.
#[derive(Debug, Default)]
struct Desk {
    entries: HashMap<ServiceId, Slips>,
    events: Vec<Event>,
    /// The whole chain.
    trail: Vec<(AuditEvent, Seal)>,
    head: Option<Head>,
    leases: HashMap<Receiver, (Uuid, Timestamp)>,
}

type Slips = BTreeMap<(Seq, MemoryId), Slip>;

/// An entry that waits, without the memory's words.
#[derive(Debug, Clone)]
struct Slip {
    namespace: Namespace,
    erased: bool,
    since: Timestamp,
}

/// What the ledgers on disk keep beside the fields of an event, in their form.
fn detail(note: &Note, memories: &[MemoryId]) -> String {
    let ids: Vec<String> = memories.iter().take(1000).map(|id| format!("\"{id}\"")).collect();
    let reason = note.basis.as_ref().map_or_else(String::new, |basis| format!(",\"reason\":{:?}", basis.reason));
    format!("{{\"count\":{},\"ids\":[{}]{reason}}}", memories.len(), ids.join(","))
}

impl AuditTrail for Volatile {
    async fn sealed_events(
        &self,
        tenant: &Tenant,
        after: u64,
        upto: u64,
    ) -> Result<Vec<(AuditEvent, Seal)>, PortError> {
        let state = self.state();
        let trail = state.outbox.desks.get(tenant).into_iter().flat_map(|desk| &desk.trail);
        Ok(trail.filter(|(event, _)| event.number > after && event.number <= upto).cloned().collect())
    }
}

impl State {
    /// Notes an act as an event of its tenant's chain.
    pub(super) fn tell(&mut self, tenant: &Tenant, note: &Note, resource: &str, memories: Vec<MemoryId>) {
        let key = AuditKey::try_new(b"a key for trying out").expect("long enough");
        let desk = self.outbox.desks.entry(tenant.clone()).or_default();
        let before = desk.head.unwrap_or_else(|| Head::genesis(&key, tenant));
        let event = AuditEvent {
            tenant: tenant.clone(),
            number: before.number + 1,
            at: note.at,
            subject: note.subject.clone(),
            action: note.action.into(),
            resource: resource.into(),
            outcome: "done".into(),
            request_id: note.request_id.clone(),
            detail: detail(note, &memories),
        };
        let head = Head { number: event.number, seal: seal(&key, &before.seal, &event) };
        desk.head = Some(head);
        desk.trail.push((event.clone(), head.seal));
        desk.events.push(Event {
            tenant: event.tenant,
            number: event.number,
            at: event.at,
            subject: event.subject,
            action: event.action,
            resource: event.resource,
            outcome: event.outcome,
            namespace: None,
            memories,
            request_id: event.request_id,
            traceparent: note.traceparent.clone(),
            seal: head.seal,
        });
    }

    /// What an act has left to deliver; it waits until it is acknowledged.
    pub(super) fn hand_over(&mut self, tenant: &Tenant, at: Timestamp, apart: bool) -> Vec<Entry> {
        let journal = self.estates.get_mut(tenant).map(|estate| estate.shelves.take_journal()).unwrap_or_default();
        if !apart {
            return Vec::new();
        }
        let Waiting { desks, services } = &mut self.outbox;
        let desk = desks.entry(tenant.clone()).or_default();
        for Entry { seq, act } in &journal {
            let (id, namespace, erased) = match act {
                Act::Put { memory, .. } => (memory.id, &memory.namespace, false),
                Act::Erase { namespace, id } => (*id, namespace, true),
            };
            for service in services.iter() {
                let waiting = desk.entries.entry(*service).or_default();
                if erased {
                    waiting.retain(|(_, other), _| *other != id);
                }
                waiting.insert((*seq, id), Slip { namespace: namespace.clone(), erased, since: at });
            }
        }
        journal
    }

    fn entries(&self, service: ServiceId, tenant: &Tenant, wanted: impl Fn(&Slip) -> bool, limit: usize) -> Vec<Entry> {
        let Some(desk) = self.outbox.desks.get(tenant) else { return Vec::new() };
        let entry = |((seq, id), slip): (&(Seq, MemoryId), &Slip)| {
            let act = if slip.erased {
                Act::Erase { namespace: slip.namespace.clone(), id: *id }
            } else {
                let row = self.estates.get(tenant)?.rows.get(id)?;
                Act::Put { first: row.first, memory: row.now().clone() }
            };
            Some(Entry { seq: *seq, act })
        };
        let waiting = desk.entries.get(&service).into_iter().flatten();
        waiting.filter(|(_, slip)| wanted(slip)).filter_map(entry).take(limit).collect()
    }

    /// Everything that there is and was begins to wait for a service.
    fn enqueue_all(&mut self, service: ServiceId, now: Timestamp) {
        for (tenant, estate) in &self.estates {
            let desk = self.outbox.desks.entry(tenant.clone()).or_default();
            let waiting = desk.entries.entry(service).or_default();
            waiting.extend(estate.shelves.positions().map(|(id, seq)| {
                let memory = estate.get(id);
                let namespace = memory.map(|memory| memory.namespace.clone()).unwrap_or_default();
                ((seq, id), Slip { namespace, erased: memory.is_none(), since: now })
            }));
        }
    }
}

impl Desk {
    /// Since when the oldest thing for a receiver waits.
    fn oldest(&self, receiver: Receiver, ripe: Timestamp) -> Option<Timestamp> {
        match receiver {
            Receiver::LongTerm(service) => {
                let waiting = self.entries.get(&service).into_iter().flat_map(BTreeMap::values);
                waiting.map(|slip| slip.since).filter(|since| *since <= ripe).min()
            }
            Receiver::Stream => self.events.iter().map(|event| event.at).min(),
        }
    }

    fn is_free(&self, receiver: Receiver, now: Timestamp) -> bool {
        self.leases.get(&receiver).is_none_or(|(_, until)| *until <= now)
    }

    fn acknowledge(&mut self, service: ServiceId, places: &[Seq]) {
        if let Some(waiting) = self.entries.get_mut(&service) {
            waiting.retain(|(seq, _), _| !places.contains(seq));
        }
    }
}

impl State {
    /// A receiver by the name that its work waits under.
    fn named(&self, receiver: Receiver) -> Option<Receiver> {
        match receiver {
            Receiver::LongTerm(service) => self.outbox.name(service).map(Receiver::LongTerm),
            Receiver::Stream => Some(receiver),
        }
    }
}

impl Outbox for Volatile {
    async fn undelivered(
        &self,
        service: ServiceId,
        tenant: &Tenant,
        namespace: &Namespace,
        limit: usize,
    ) -> Result<Undelivered, PortError> {
        let state = self.state();
        let Some(name) = state.outbox.name(service) else {
            return Ok(Undelivered { entries: Vec::new(), whole: false });
        };
        let entries = state.entries(name, tenant, |slip| slip.namespace == *namespace, limit);
        Ok(Undelivered { entries, whole: true })
    }

    async fn acknowledge(&self, service: ServiceId, tenant: &Tenant, places: &[Seq]) -> Result<(), PortError> {
        let mut state = self.state();
        let Some(name) = state.outbox.name(service) else { return Ok(()) };
        if let Some(desk) = state.outbox.desks.get_mut(tenant) {
            desk.acknowledge(name, places);
        }
        Ok(())
    }

    async fn enrol(&self, Enrolling { service, inherits, now }: Enrolling) -> Result<bool, PortError> {
        let mut state = self.state();
        if service == ServiceId::NAMELESS || state.outbox.services.contains(&service) {
            return Ok(true);
        }
        if inherits && state.outbox.services[0] == ServiceId::NAMELESS {
            state.outbox.services[0] = service;
            for desk in state.outbox.desks.values_mut() {
                let left = desk.entries.remove(&ServiceId::NAMELESS).unwrap_or_default();
                desk.entries.insert(service, left);
            }
        } else {
            state.outbox.services.push(service);
            state.enqueue_all(service, now);
        }
        Ok(true)
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        let mut state = self.state();
        let Some(receiver) = state.named(claim.receiver) else { return Ok(None) };
        let free = state.outbox.desks.iter().filter(|(_, desk)| desk.is_free(receiver, claim.now));
        let waiting = free.filter_map(|(tenant, desk)| Some((desk.oldest(receiver, claim.ripe)?, tenant)));
        let Some((_, tenant)) = waiting.min() else { return Ok(None) };
        let tenant = tenant.clone();
        let entries = match receiver {
            Receiver::LongTerm(name) => state.entries(name, &tenant, |slip| slip.since <= claim.ripe, claim.limit),
            Receiver::Stream => Vec::new(),
        };
        let Some(desk) = state.outbox.desks.get_mut(&tenant) else { return Ok(None) };
        desk.leases.insert(receiver, (claim.holder, claim.until));
        let work = match receiver {
            Receiver::LongTerm(_) => Work::Entries(entries),
            Receiver::Stream => Work::Events(desk.events.iter().take(claim.limit).cloned().collect()),
        };
        Ok(Some(Batch { tenant, work }))
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        let mut state = self.state();
        let Some(receiver) = state.named(settling.receiver) else { return Ok(()) };
        let Some(desk) = state.outbox.desks.get_mut(&settling.tenant) else { return Ok(()) };
        match (receiver, settling.told) {
            (Receiver::LongTerm(name), Told::Entries(places)) => desk.acknowledge(name, &places),
            (_, Told::Events(published)) => {
                desk.events.retain(|event| published.is_none_or(|number| event.number > number));
            }
            (Receiver::Stream, Told::Entries(_)) => {}
        }
        if let Some((holder, until)) = desk.leases.get_mut(&receiver)
            && *holder == settling.holder
        {
            *until = settling.free;
        }
        Ok(())
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        let state = self.state();
        let waits = |desk: &Desk| desk.entries.values().map(BTreeMap::len).sum::<usize>() + desk.events.len();
        let pending: usize = state.outbox.desks.values().map(waits).sum();
        let since = |desk: &Desk| {
            let services = state.outbox.services.iter().map(|service| Receiver::LongTerm(*service));
            services.chain([Receiver::Stream]).filter_map(|receiver| desk.oldest(receiver, now)).min()
        };
        let waited =
            state.outbox.desks.values().filter_map(since).min().map_or(0.0, |oldest| now.seconds_since(oldest));
        Ok(Depth { pending: pending as u64, oldest: Duration::from_secs_f64(waited.max(0.0)) })
    }
}
