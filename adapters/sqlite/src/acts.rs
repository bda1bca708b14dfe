//! What the writer does inside a group, one file a kind of act, and the rows that acts share.
//!
//! Rows are asked for with `get_result` and not with `first`: SQLite looks at the value bound to a LIMIT and prepares the
//! statement anew for each, which costs more than all the rest.

pub(crate) mod apply;
pub(crate) mod change;
pub(crate) mod density;
pub(crate) mod erase;
pub(crate) mod maintain;
pub(crate) mod note;
pub(crate) mod reencode;
pub(crate) mod remember;
pub(crate) mod teach;

use std::sync::Arc;

use application::ports::ledger::Note;
use diesel::prelude::*;
use domain::link::Link;
use domain::memory::{Memory, MemoryId};
use domain::tenant::Tenant;

use crate::desk::Desk;
use crate::error::Error;
use crate::index::Effect;
use crate::row::{Kept, Row};
use crate::schema::{links, memories};
use crate::versions;

impl Desk {
    /// A memory as the group sees it.
    pub(crate) fn find(&mut self, tenant: &Tenant, id: MemoryId) -> Result<Option<Kept>, Error> {
        if !self.may_hold(tenant, id) {
            return Ok(None);
        }
        let found = memories::table
            .filter(memories::tenant.eq(tenant.as_str()))
            .filter(memories::id.eq(id.0.as_bytes().as_slice()))
            .get_result::<Row>(&mut self.connection)
            .optional()?;
        Ok(found.map(Kept::try_from).transpose()?)
    }

    /// Whether a memory of that id is the tenant's.
    pub(crate) fn is_there(&mut self, tenant: &Tenant, id: MemoryId) -> Result<bool, Error> {
        if !self.may_hold(tenant, id) {
            return Ok(false);
        }
        let found = memories::table
            .filter(memories::tenant.eq(tenant.as_str()))
            .filter(memories::id.eq(id.0.as_bytes().as_slice()))
            .select(memories::seq)
            .get_result::<i64>(&mut self.connection)
            .optional()?;
        Ok(found.is_some())
    }

    /// Whether a memory of that id was erased. Memory knows: an erasure is a group of its own.
    pub(crate) fn is_erased(&self, tenant: &Tenant, id: MemoryId) -> bool {
        self.index.read().shelf(tenant).is_some_and(|shelf| shelf.erased(id))
    }

    /// Whether the rows need to be asked at all: most ids are new, and nothing has to be read for them.
    pub(crate) fn may_hold(&self, tenant: &Tenant, id: MemoryId) -> bool {
        self.fresh.contains(&id) || self.index.read().shelf(tenant).is_some_and(|shelf| shelf.holds(id))
    }

    /// Replaces a memory by its next state, keeping the present one as a version.
    pub(crate) fn replace(&mut self, mut kept: Kept, note: &Note, memory: Memory) -> Result<Arc<Memory>, Error> {
        versions::keep(&mut self.connection, &kept)?;
        let memory = Memory { version: kept.memory.version + 1, ..memory };
        kept.since = note.at;
        kept.subject = note.subject.clone();
        self.rewrite(kept, memory)
    }

    /// Replaces a memory in place.
    pub(crate) fn rewrite(&mut self, mut kept: Kept, memory: Memory) -> Result<Arc<Memory>, Error> {
        if kept.memory.links != memory.links {
            self.unlist(&memory.tenant, memory.id)?;
            self.enlist(&memory.tenant, memory.id, &memory.links)?;
        }
        kept.memory = Arc::new(memory);
        kept.changed = self.next();
        let row = Row::from(&kept);
        let set = (
            memories::changed_seq.eq(row.changed_seq),
            memories::importance.eq(row.importance),
            memories::tags.eq(&row.tags),
            memories::metadata.eq(&row.metadata),
            memories::valid_at.eq(row.valid_at),
            memories::invalid_at.eq(row.invalid_at),
            memories::links.eq(&row.links),
            memories::version.eq(row.version),
            memories::since_at.eq(row.since_at),
            memories::subject.eq(&row.subject),
            memories::checksum.eq(&row.checksum),
        );
        diesel::update(memories::table.find(row.seq)).set(set).execute(&mut self.connection)?;
        self.effects.push(Effect::Put(kept.seq, kept.changed, kept.memory.clone()));
        Ok(kept.memory)
    }

    /// Lists links by their far end.
    pub(crate) fn enlist(&mut self, tenant: &Tenant, from: MemoryId, all: &[Link]) -> Result<(), Error> {
        for link in all {
            let row = (
                links::tenant.eq(tenant.as_str()),
                links::to_id.eq(link.to.0.as_bytes().as_slice()),
                links::from_id.eq(from.0.as_bytes().as_slice()),
                links::relation.eq(link.relation.as_str()),
            );
            diesel::insert_or_ignore_into(links::table).values(row).execute(&mut self.connection)?;
        }
        Ok(())
    }

    /// Takes all links that begin at a memory off the list.
    pub(crate) fn unlist(&mut self, tenant: &Tenant, from: MemoryId) -> Result<(), Error> {
        let all = links::table.filter(links::tenant.eq(tenant.as_str()));
        let all = all.filter(links::from_id.eq(from.0.as_bytes().as_slice()));
        diesel::delete(all).execute(&mut self.connection)?;
        Ok(())
    }
}
