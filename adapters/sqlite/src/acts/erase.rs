//! Erasing memories: their rows, versions, links and words in the outbox; a tombstone without content stays.

use std::collections::BTreeSet;

use application::ports::ledger::{Erased, ErasedMemory, Erasing, Selection};
use diesel::prelude::*;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;

use crate::audit::{Done, common};
use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::schema::{density, density_snapshots, links, memories, merged, outbox_events, tombstones, unmerged};
use crate::versions;

/// A memory to erase, with the place where it was stored.
struct Chosen {
    first: Seq,
    memory: ErasedMemory,
}

impl Desk {
    /// Erases what is selected. The writer has applied all before it, so that what is in memory is what is on disk.
    pub(crate) fn erase(&mut self, act: &Erasing) -> Result<Erased, ActError> {
        self.latest = self.latest.max(act.note.at);
        let tenant = &act.tenant;
        let chosen = self.choose(tenant, &act.selection);
        let seq = if chosen.is_empty() { Seq(0) } else { self.next() };
        for one in &chosen {
            self.wipe(tenant, one.memory.id, one.first)?;
            self.bury(tenant, one.memory.id, seq, act.note.at)?;
        }
        let unknown = self.bury_unknown(act, &chosen)?;
        // Only now are the links that are left on the list held by memories that stay.
        for one in &chosen {
            self.cut_links(tenant, one.memory.id)?;
        }
        if let Selection::Namespace(namespace) = &act.selection {
            self.erase_matrices(tenant, namespace)?;
        }
        let idle = match act.selection {
            Selection::ExpiredBy(_) => chosen.is_empty(),
            Selection::Buried(_) => chosen.is_empty() && unknown == 0,
            _ => false,
        };
        let memories: Vec<ErasedMemory> = chosen.into_iter().map(|chosen| chosen.memory).collect();
        if !idle {
            let ids: Vec<MemoryId> = memories.iter().map(|memory| memory.id).collect();
            let namespace = match &act.selection {
                Selection::Namespace(namespace) => Some(namespace),
                _ => common(memories.iter().map(|memory| &memory.namespace)),
            };
            let done = Done { resource: resource(&act.selection), ids: &ids, count: ids.len(), namespace };
            self.chains.append(&mut self.connection, tenant, &act.note, &done)?;
        }
        Ok(Erased { memories, seq })
    }

    fn choose(&self, tenant: &Tenant, selection: &Selection) -> Vec<Chosen> {
        let directory = self.index.read();
        let Some(shelf) = directory.shelf(tenant) else { return Vec::new() };
        let chosen = |first, memory: &Memory| Chosen {
            first,
            memory: ErasedMemory { id: memory.id, namespace: memory.namespace.clone() },
        };
        if let Selection::Id(id) = selection {
            return shelf.get(*id).map(|(first, memory)| chosen(first, &memory)).into_iter().collect();
        }
        if let Selection::Buried(ids) = selection {
            let ids: BTreeSet<MemoryId> = ids.iter().copied().collect();
            let found = ids.into_iter().filter_map(|id| shelf.get(id));
            return found.map(|(first, memory)| chosen(first, &memory)).collect();
        }
        let fitting = shelf.after(Seq(0)).filter(|(_, memory)| fits(selection, memory));
        fitting.map(|(first, memory)| chosen(first, memory)).collect()
    }

    /// Takes every row of a memory away, its own links too.
    pub(crate) fn wipe(&mut self, tenant: &Tenant, id: MemoryId, first: Seq) -> Result<(), Error> {
        let bytes = id.0.as_bytes().as_slice();
        diesel::delete(memories::table.find(first.0)).execute(&mut self.connection)?;
        diesel::delete(unmerged::table.find(first.0)).execute(&mut self.connection)?;
        diesel::delete(merged::table.find(first.0)).execute(&mut self.connection)?;
        versions::erase(&mut self.connection, tenant, bytes)?;
        let told = outbox_events::table.filter(outbox_events::tenant_id.eq(tenant.as_str()));
        diesel::delete(told.filter(outbox_events::memory_id.eq(bytes))).execute(&mut self.connection)?;
        self.unlist(tenant, id)
    }

    /// Leaves tombstones for what is to be buried and neither there nor buried yet; answers how many.
    fn bury_unknown(&mut self, act: &Erasing, chosen: &[Chosen]) -> Result<usize, Error> {
        let Selection::Buried(ids) = &act.selection else { return Ok(0) };
        let mut ids: BTreeSet<MemoryId> = ids.iter().copied().collect();
        ids.retain(|id| chosen.iter().all(|one| one.memory.id != *id));
        let mut buried = 0;
        for id in ids {
            let stone = tombstones::table.find((act.tenant.as_str(), id.0.as_bytes().as_slice()));
            if stone.count().get_result::<i64>(&mut self.connection)? == 0 {
                let seq = self.next();
                self.bury(&act.tenant, id, seq, act.note.at)?;
                buried += 1;
            }
        }
        Ok(buried)
    }

    /// Leaves a tombstone.
    pub(crate) fn bury(&mut self, tenant: &Tenant, id: MemoryId, seq: Seq, at: Timestamp) -> Result<(), Error> {
        let stone = (
            tombstones::tenant.eq(tenant.as_str()),
            tombstones::id.eq(id.0.as_bytes().as_slice()),
            tombstones::erased_at.eq(at.micros()),
            tombstones::seq.eq(seq.0),
        );
        diesel::replace_into(tombstones::table).values(stone).execute(&mut self.connection)?;
        self.effects.push(Effect::Erase(seq, tenant.clone(), id));
        Ok(())
    }

    /// Takes links to an erased memory out of those that hold them, as if they had never been: no version of its own.
    fn cut_links(&mut self, tenant: &Tenant, far: MemoryId) -> Result<(), Error> {
        let near = links::table
            .filter(links::tenant.eq(tenant.as_str()))
            .filter(links::to_id.eq(far.0.as_bytes().as_slice()))
            .select(links::from_id)
            .distinct()
            .load::<Vec<u8>>(&mut self.connection)?;
        for id in near {
            let id = crate::row::id("from_id", &id)?;
            if let Some(kept) = self.find(tenant, id)? {
                let mut memory = (*kept.memory).clone();
                memory.links.retain(|link| link.to != far);
                self.rewrite(kept, memory)?;
                versions::cut(&mut self.connection, tenant, id, far)?;
            }
        }
        Ok(())
    }

    /// Takes the matrix of a namespace away, with those of earlier.
    pub(crate) fn erase_matrices(&mut self, tenant: &Tenant, namespace: &Namespace) -> Result<(), Error> {
        let (tenant_name, name) = (tenant.as_str(), namespace.as_str());
        diesel::delete(density::table.find((tenant_name, name))).execute(&mut self.connection)?;
        let snapshots = density_snapshots::table.filter(density_snapshots::tenant.eq(tenant_name));
        diesel::delete(snapshots.filter(density_snapshots::namespace.eq(name))).execute(&mut self.connection)?;
        self.effects.push(Effect::Matrix(tenant.clone(), namespace.clone(), None));
        Ok(())
    }
}

fn fits(selection: &Selection, memory: &Memory) -> bool {
    let wanted = |asked: &Option<Label>, is: &Option<Label>| asked.is_none() || asked == is;
    match selection {
        Selection::Id(id) => memory.id == *id,
        Selection::Subject { user, agent, session, namespace } => {
            // Without any selector nothing is meant, never everything.
            (user.is_some() || agent.is_some() || session.is_some())
                && wanted(user, &memory.origin.user)
                && wanted(agent, &memory.origin.agent)
                && wanted(session, &memory.origin.session)
                && namespace.as_ref().is_none_or(|namespace| *namespace == memory.namespace)
        }
        Selection::Namespace(namespace) => memory.namespace == *namespace,
        Selection::Buried(ids) => ids.contains(&memory.id),
        Selection::ExpiredBy(at) => memory.times.expires.is_some_and(|expires| expires <= *at),
    }
}

fn resource(selection: &Selection) -> &'static str {
    match selection {
        Selection::Id(_) => "memory",
        Selection::Subject { .. } => "subject",
        Selection::Namespace(_) => "namespace",
        Selection::ExpiredBy(_) => "expired",
        Selection::Buried(_) => "buried",
    }
}
