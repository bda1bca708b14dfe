//! Working memory in the process: one focus a session. Where there are too many, the tenant that has most loses the session
//! that it used longest ago.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::working::{Admitted, Forget, Held, Trace, WorkingMemory};
use domain::memory::{Memory, MemoryId};
use domain::tenant::{Label, Tenant};
use domain::time::Timestamp;
use domain::working::admission::{Focus, Limits};
use uuid::Uuid;

use crate::traces::Traces;

/// How much is held in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Most memories a session holds.
    pub size: usize,
    /// How long a memory stays after its last use.
    pub ttl: Duration,
    /// Most sessions, of all tenants together; whose are most makes room.
    pub sessions: usize,
}

impl Default for Config {
    /// 64 memories, one hour, 10,000 sessions.
    fn default() -> Self {
        Self { size: 64, ttl: Duration::from_secs(3600), sessions: 10_000 }
    }
}

/// Working memory that ends with its process.
#[derive(Debug)]
pub struct SessionMemory {
    limits: Limits,
    most: usize,
    sessions: Mutex<Sessions>,
    traces: Mutex<Traces>,
}

impl SessionMemory {
    /// Nothing in mind yet.
    pub fn new(config: Config) -> Self {
        let limits = Limits { capacity: config.size, ttl: config.ttl };
        Self { limits, most: config.sessions.max(1), sessions: Mutex::default(), traces: Mutex::default() }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().expect("no holder of this lock panics")
    }

    fn traces(&self) -> MutexGuard<'_, Traces> {
        self.traces.lock().expect("no holder of this lock panics")
    }
}

impl WorkingMemory for SessionMemory {
    async fn admit(
        &self,
        tenant: &Tenant,
        session: &Label,
        memories: &[Arc<Memory>],
        now: Timestamp,
    ) -> Result<Vec<Admitted>, PortError> {
        let mut sessions = self.sessions();
        let focus = sessions.used(tenant, session);
        let admitted = memories.iter().map(|memory| answer(focus.admit(memory.clone(), now, &self.limits))).collect();
        sessions.shrink(self.most, now);
        Ok(admitted)
    }

    async fn held(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<Vec<Held>, PortError> {
        let sessions = self.sessions();
        let held = sessions.focus(tenant, session).map(|focus| focus.held(now)).unwrap_or_default();
        Ok(held
            .into_iter()
            .map(|entry| Held {
                memory: entry.memory.clone(),
                salience: entry.salience(now),
                last_used: entry.last_used,
                expires: entry.expires,
            })
            .collect())
    }

    async fn touch(&self, tenant: &Tenant, session: &Label, ids: &[MemoryId], now: Timestamp) -> Result<(), PortError> {
        let mut sessions = self.sessions();
        if sessions.focus(tenant, session).is_none() {
            return Ok(());
        }
        let focus = sessions.used(tenant, session);
        for id in ids {
            focus.touch(*id, now, &self.limits);
        }
        Ok(())
    }

    async fn forget(&self, tenant: &Tenant, what: Forget<'_>) -> Result<(), PortError> {
        self.sessions().forget(tenant, |memory| match what {
            Forget::Memories(ids) => ids.contains(&memory.id),
            Forget::Namespace(name) => memory.namespace == *name,
        });
        Ok(())
    }

    async fn end(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<usize, PortError> {
        Ok(self.sessions().remove(tenant, session).map_or(0, |focus| focus.held(now).len()))
    }

    async fn note_recall(&self, tenant: &Tenant, trace: Trace, now: Timestamp) -> Result<(), PortError> {
        self.traces().note(tenant, trace, now);
        Ok(())
    }

    async fn recall_trace(&self, tenant: &Tenant, recall: Uuid, now: Timestamp) -> Result<Option<Trace>, PortError> {
        Ok(self.traces().find(tenant, recall, now).cloned())
    }
}

fn answer(done: domain::working::admission::Admitted) -> Admitted {
    Admitted { admitted: done.admitted, evicted: done.evicted }
}

/// All sessions, and the order in which they were used last.
#[derive(Debug, Default)]
struct Sessions {
    tenants: HashMap<Tenant, Mind>,
    by_use: BTreeMap<u64, (Tenant, Label)>,
    uses: u64,
}

/// The sessions of a tenant.
#[derive(Debug, Default)]
struct Mind {
    sessions: HashMap<Label, Session>,
    /// When each was used last.
    uses: BTreeSet<u64>,
}

#[derive(Debug, Default)]
struct Session {
    focus: Focus,
    last_use: u64,
}

impl Sessions {
    fn focus(&self, tenant: &Tenant, session: &Label) -> Option<&Focus> {
        Some(&self.tenants.get(tenant)?.sessions.get(session)?.focus)
    }

    /// The focus of a session, new if need be, which is used now.
    fn used(&mut self, tenant: &Tenant, session: &Label) -> &mut Focus {
        self.uses += 1;
        let mind = self.tenants.entry(tenant.clone()).or_default();
        let entry = mind.sessions.entry(session.clone()).or_default();
        self.by_use.remove(&entry.last_use);
        mind.uses.remove(&entry.last_use);
        mind.uses.insert(self.uses);
        entry.last_use = self.uses;
        self.by_use.insert(self.uses, (tenant.clone(), session.clone()));
        &mut entry.focus
    }

    fn remove(&mut self, tenant: &Tenant, session: &Label) -> Option<Focus> {
        let mind = self.tenants.get_mut(tenant)?;
        let gone = mind.sessions.remove(session)?;
        mind.uses.remove(&gone.last_use);
        if mind.sessions.is_empty() {
            self.tenants.remove(tenant);
        }
        self.by_use.remove(&gone.last_use);
        Some(gone.focus)
    }

    fn forget(&mut self, tenant: &Tenant, wanted: impl Fn(&Memory) -> bool) {
        for session in self.tenants.get_mut(tenant).into_iter().flat_map(|mind| mind.sessions.values_mut()) {
            session.focus.forget(&wanted);
        }
    }

    /// Drops the sessions used longest ago that hold nothing any more, and what is over the bound.
    fn shrink(&mut self, most: usize, now: Timestamp) {
        while let Some((tenant, session)) = self.by_use.values().next().cloned() {
            if self.focus(&tenant, &session).is_some_and(|focus| !focus.held(now).is_empty()) {
                break;
            }
            self.remove(&tenant, &session);
        }
        while self.by_use.len() > most {
            let Some((tenant, session)) = self.spare().cloned() else { return };
            self.remove(&tenant, &session);
        }
    }

    /// The session used longest ago of the tenant that has most; of tenants that have as many, the one used longest ago.
    fn spare(&self) -> Option<&(Tenant, Label)> {
        let last = |mind: &Mind| (mind.uses.len(), Reverse(mind.uses.first().copied()));
        let mind = self.tenants.values().max_by_key(|mind| last(mind))?;
        self.by_use.get(mind.uses.first()?)
    }
}
