//! The outbox: entries for a long-term memory elsewhere, and the acts as events of a sealed chain.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::events::Event;
use application::ports::ledger::Note;
use application::ports::long_term::{Act, Entry};
use application::ports::outbox::{Batch, Claim, Depth, Outbox, Receiver, Settling, Told, Work};
use domain::audit::{AuditEvent, AuditKey, Head, seal};
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{State, Volatile};

/// What waits, tenant by tenant.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<Tenant, Desk>);

/// What waits of one tenant, and who works on it.
#[derive(Debug, Default)]
struct Desk {
    entries: BTreeMap<(Seq, MemoryId), Slip>,
    events: Vec<Event>,
    head: Option<Head>,
    leases: HashMap<Receiver, (Uuid, Timestamp)>,
}

/// An entry that waits, without the memory's words.
#[derive(Debug, Clone)]
struct Slip {
    namespace: Namespace,
    erased: bool,
    since: Timestamp,
}

impl State {
    /// Notes an act as an event of its tenant's chain.
    pub(super) fn tell(&mut self, tenant: &Tenant, note: &Note, resource: &str, memories: Vec<MemoryId>) {
        let key = AuditKey::try_new(b"a key for trying out").expect("long enough");
        let desk = self.outbox.0.entry(tenant.clone()).or_default();
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
            detail: format!("{memories:?}"),
        };
        let head = Head { number: event.number, seal: seal(&key, &before.seal, &event) };
        desk.head = Some(head);
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
        let waiting = &mut self.outbox.0.entry(tenant.clone()).or_default().entries;
        for Entry { seq, act } in &journal {
            let (id, namespace, erased) = match act {
                Act::Put { memory, .. } => (memory.id, &memory.namespace, false),
                Act::Erase { namespace, id } => (*id, namespace, true),
            };
            if erased {
                waiting.retain(|(_, other), _| *other != id);
            }
            waiting.insert((*seq, id), Slip { namespace: namespace.clone(), erased, since: at });
        }
        journal
    }

    fn entries(&self, tenant: &Tenant, wanted: impl Fn(&Slip) -> bool, limit: usize) -> Vec<Entry> {
        let Some(desk) = self.outbox.0.get(tenant) else { return Vec::new() };
        let entry = |((seq, id), slip): (&(Seq, MemoryId), &Slip)| {
            let act = if slip.erased {
                Act::Erase { namespace: slip.namespace.clone(), id: *id }
            } else {
                let row = self.estates.get(tenant)?.rows.get(id)?;
                Act::Put { first: row.first, memory: row.now().clone() }
            };
            Some(Entry { seq: *seq, act })
        };
        desk.entries.iter().filter(|(_, slip)| wanted(slip)).filter_map(entry).take(limit).collect()
    }
}

impl Desk {
    /// Since when the oldest thing for a receiver waits.
    fn oldest(&self, receiver: Receiver, ripe: Timestamp) -> Option<Timestamp> {
        match receiver {
            Receiver::LongTerm => self.entries.values().map(|slip| slip.since).filter(|since| *since <= ripe).min(),
            Receiver::Stream => self.events.iter().map(|event| event.at).min(),
        }
    }

    fn is_free(&self, receiver: Receiver, now: Timestamp) -> bool {
        self.leases.get(&receiver).is_none_or(|(_, until)| *until <= now)
    }
}

impl Outbox for Volatile {
    async fn undelivered(&self, tenant: &Tenant, namespace: &Namespace, limit: usize) -> Result<Vec<Entry>, PortError> {
        Ok(self.state().entries(tenant, |slip| slip.namespace == *namespace, limit))
    }

    async fn acknowledge(&self, tenant: &Tenant, places: &[Seq]) -> Result<(), PortError> {
        if let Some(desk) = self.state().outbox.0.get_mut(tenant) {
            desk.entries.retain(|(seq, _), _| !places.contains(seq));
        }
        Ok(())
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        let mut state = self.state();
        let free = state.outbox.0.iter().filter(|(_, desk)| desk.is_free(claim.receiver, claim.now));
        let waiting = free.filter_map(|(tenant, desk)| Some((desk.oldest(claim.receiver, claim.ripe)?, tenant)));
        let Some((_, tenant)) = waiting.min() else { return Ok(None) };
        let tenant = tenant.clone();
        let entries = state.entries(&tenant, |slip| slip.since <= claim.ripe, claim.limit);
        let Some(desk) = state.outbox.0.get_mut(&tenant) else { return Ok(None) };
        desk.leases.insert(claim.receiver, (claim.holder, claim.until));
        let work = match claim.receiver {
            Receiver::LongTerm => Work::Entries(entries),
            Receiver::Stream => Work::Events(desk.events.iter().take(claim.limit).cloned().collect()),
        };
        Ok(Some(Batch { tenant, work }))
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        let mut state = self.state();
        let Some(desk) = state.outbox.0.get_mut(&settling.tenant) else { return Ok(()) };
        let receiver = match settling.told {
            Told::Entries(places) => {
                desk.entries.retain(|(seq, _), _| !places.contains(seq));
                Receiver::LongTerm
            }
            Told::Events(published) => {
                desk.events.retain(|event| published.is_none_or(|number| event.number > number));
                Receiver::Stream
            }
        };
        if let Some((holder, until)) = desk.leases.get_mut(&receiver)
            && *holder == settling.holder
        {
            *until = settling.free;
        }
        Ok(())
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        let state = self.state();
        let pending: usize = state.outbox.0.values().map(|desk| desk.entries.len() + desk.events.len()).sum();
        let since = |desk: &Desk| {
            let both = [Receiver::LongTerm, Receiver::Stream].into_iter();
            both.filter_map(|receiver| desk.oldest(receiver, now)).min()
        };
        let waited = state.outbox.0.values().filter_map(since).min().map_or(0.0, |oldest| now.seconds_since(oldest));
        Ok(Depth { pending: pending as u64, oldest: Duration::from_secs_f64(waited.max(0.0)) })
    }
}
