//! The ledger: writes go through one act each, reads see the present.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::ledger::{
    Changing, Erased, Erasing, Filling, Ledger, LedgerError, Listed, Maintaining, Maintenance, Noting, Page, Past,
    PastPage, Reencoding, Remembering, Stale, Stored, Written,
};
use application::ports::teaching::{Lessons, Taught, Teaching};
use domain::encoding::EncoderId;
use domain::link::Edge;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};

use super::Volatile;
use super::estate::{Estate, Row};

impl Ledger for Volatile {
    async fn remember(&self, act: Remembering) -> Result<Written<Vec<Stored>>, LedgerError> {
        let mut state = self.state();
        let (tenant, note, kept) = (act.tenant.clone(), act.note.clone(), Vec::from_iter(act.key.clone()));
        let answer = state.remember(act)?;
        if kept.is_empty() || answer.iter().any(|stored| !stored.replayed) {
            let ids = answer.iter().map(|stored| stored.memory.id).collect();
            state.tell(&tenant, &note, "memory", ids);
        }
        Ok(Written { answer, deliver: state.hand_over(&tenant, note.at, self.apart) })
    }

    async fn change(&self, act: Changing) -> Result<Written<Arc<Memory>>, LedgerError> {
        let mut state = self.state();
        let (tenant, note, id) = (act.tenant.clone(), act.note.clone(), act.id);
        let answer = state.change(act)?;
        state.tell(&tenant, &note, "memory", vec![id]);
        Ok(Written { answer, deliver: state.hand_over(&tenant, note.at, self.apart) })
    }

    async fn erase(&self, act: Erasing) -> Result<Written<Erased>, LedgerError> {
        let mut state = self.state();
        let answer = state.erase(&act);
        let ids = answer.memories.iter().map(|memory| memory.id).collect();
        state.tell(&act.tenant, &act.note, "memory", ids);
        Ok(Written { answer, deliver: state.hand_over(&act.tenant, act.note.at, self.apart) })
    }

    async fn reencode(&self, act: Reencoding) -> Result<Written<usize>, LedgerError> {
        let mut state = self.state();
        let (tenant, note) = (act.tenant.clone(), act.note.clone());
        let ids = state.reencode(act);
        let answer = ids.len();
        if answer > 0 {
            state.tell(&tenant, &note, "encoding", ids);
        }
        Ok(Written { answer, deliver: state.hand_over(&tenant, note.at, self.apart) })
    }

    async fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, PortError> {
        Ok(self.state().stale(encoder, after, limit))
    }

    async fn read(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Arc<Memory>>, PortError> {
        let found = |estate: &Estate| ids.iter().filter_map(|id| estate.get(*id).cloned()).collect();
        Ok(self.state().estates.get(tenant).map(found).unwrap_or_default())
    }

    async fn list(&self, tenant: &Tenant, page: Page) -> Result<Listed, PortError> {
        Ok(self.state().estates.get(tenant).map(|estate| estate.list(&page)).unwrap_or_default())
    }

    async fn versions(&self, tenant: &Tenant, id: MemoryId, page: PastPage) -> Result<Past, PortError> {
        let state = self.state();
        let row = state.estates.get(tenant).and_then(|estate| estate.rows.get(&id));
        let states = row.into_iter().flat_map(|row| &row.states).filter(|one| one.memory.version > page.after);
        let mut filling = Filling::new(page.limit);
        for version in states {
            if !filling.put(version.clone(), version.memory.bytes()) {
                break;
            }
        }
        Ok(filling.past())
    }

    async fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Edge>, PortError> {
        Ok(self.state().estates.get(tenant).map(|estate| estate.edges(ids)).unwrap_or_default())
    }

    async fn namespaces(&self, tenant: &Tenant) -> Result<Vec<(Namespace, u64)>, PortError> {
        let state = self.state();
        let mut counts = BTreeMap::new();
        for row in state.estates.get(tenant).iter().flat_map(|estate| estate.rows.values()) {
            *counts.entry(row.now().namespace.clone()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    async fn content_bytes(&self, tenant: &Tenant) -> Result<u64, PortError> {
        let state = self.state();
        let rows = state.estates.get(tenant).into_iter().flat_map(|estate| estate.rows.values());
        Ok(rows.map(|row| row.now().content.as_str().len() as u64).sum())
    }

    async fn teach(&self, act: Teaching) -> Result<Taught, LedgerError> {
        Ok(self.state().teach(&act)?)
    }

    async fn lessons(&self, tenant: &Tenant) -> Result<Lessons, PortError> {
        Ok(self.state().lessons_of(tenant))
    }

    async fn maintenance(&self) -> Result<Option<Maintenance>, PortError> {
        Ok(self.state().maintenance.clone())
    }

    async fn maintain(&self, act: Maintaining) -> Result<Option<Maintenance>, PortError> {
        let mut state = self.state();
        state.maintenance = act.outcome();
        state.tell(&act.tenant, &act.note, "maintenance", Vec::new());
        Ok(state.maintenance.clone())
    }

    async fn note(&self, act: Noting) -> Result<(), PortError> {
        self.state().tell(&act.tenant, &act.note, act.resource, Vec::new());
        Ok(())
    }
}

impl Estate {
    fn list(&self, page: &Page) -> Listed {
        let later = self.order.range((Bound::Excluded(page.after), Bound::Unbounded));
        let wanted = later.filter_map(|(seq, id)| Some((*seq, self.get(*id)?))).filter(|(_, memory)| {
            page.namespace.as_ref().is_none_or(|name| memory.namespace == *name) && page.filter.admits(memory)
        });
        let mut filling = Filling::new(page.limit);
        for (seq, memory) in wanted {
            if !filling.put((seq, memory.clone()), memory.bytes()) {
                break;
            }
        }
        filling.listed()
    }

    fn edges(&self, ids: &[MemoryId]) -> Vec<Edge> {
        let ids: HashSet<&MemoryId> = ids.iter().collect();
        let all = self
            .rows
            .values()
            .map(Row::now)
            .flat_map(|memory| memory.links.iter().map(|link| Edge { from: memory.id, link: *link }));
        let touching: BTreeSet<Edge> =
            all.filter(|edge| ids.contains(&edge.from) || ids.contains(&edge.link.to)).collect();
        touching.into_iter().collect()
    }
}
