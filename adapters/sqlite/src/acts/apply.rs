//! Applying what another ledger has recorded: each memory as it is said to be at its place, no audit row, no version.
//!
//! What counts is the place of the last act on a memory, as the rows have it: an older entry changes nothing, and an
//! erased memory stays erased.

use std::sync::Arc;

use application::ports::long_term::{Act, Entry};
use diesel::prelude::*;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Tenant;

use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::row::{Kept, Row};
use crate::schema::{memories, tombstones};

/// Entries of one tenant, in their order.
pub(crate) struct Applying {
    pub(crate) tenant: Tenant,
    pub(crate) entries: Vec<Entry>,
}

impl Applying {
    /// Whether anything is erased.
    pub(crate) fn erases(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.act, Act::Erase { .. }))
    }
}

impl Desk {
    /// Applies entries, all or nothing. One that erases is a group of its own, as any erasure.
    pub(crate) fn apply(&mut self, act: &Applying) -> Result<(), ActError> {
        for Entry { seq, act: what } in &act.entries {
            match what {
                Act::Put { first, memory } if memory.tenant == act.tenant => self.put(*first, *seq, memory)?,
                Act::Put { .. } => return Err(Error::Stray.into()),
                Act::Erase { id, .. } => self.take_out(&act.tenant, *id, *seq)?,
            }
        }
        Ok(())
    }

    fn put(&mut self, first: Seq, seq: Seq, memory: &Arc<Memory>) -> Result<(), Error> {
        let (tenant, id) = (&memory.tenant, memory.id);
        if let Some(erased) = self.stone(tenant, id)? {
            return if seq > erased { self.lay_stone(tenant, id, seq) } else { Ok(()) };
        }
        let there = self.places(tenant, id)?;
        if there.is_some_and(|(_, changed)| changed >= seq) {
            return Ok(());
        }
        let first = match there {
            Some((first, _)) => first,
            None => self.place(first)?,
        };
        let kept = Kept {
            seq: first,
            changed: seq,
            memory: memory.clone(),
            since: memory.times.created,
            subject: String::new(),
        };
        diesel::replace_into(memories::table).values(Row::from(&kept)).execute(&mut self.connection)?;
        if there.is_some() {
            self.unlist(tenant, id)?;
        }
        self.enlist(tenant, id, &memory.links)?;
        self.last = self.last.max(first).max(seq);
        self.latest = self.latest.max(memory.times.created);
        self.fresh.insert(id);
        self.effects.push(Effect::Put(first, seq, memory.clone()));
        Ok(())
    }

    fn take_out(&mut self, tenant: &Tenant, id: MemoryId, seq: Seq) -> Result<(), Error> {
        let there = self.places(tenant, id)?;
        let stone = self.stone(tenant, id)?;
        if there.is_some_and(|(_, changed)| changed > seq) || stone.is_some_and(|erased| erased >= seq) {
            return Ok(());
        }
        if let Some((first, _)) = there {
            self.wipe(tenant, id, first)?;
        }
        self.lay_stone(tenant, id, seq)
    }

    /// Marks a memory as erased at a place, which is a later one than that of any mark before.
    fn lay_stone(&mut self, tenant: &Tenant, id: MemoryId, seq: Seq) -> Result<(), Error> {
        // An entry does not say when: the writer's latest moment is the nearest that is known.
        self.bury(tenant, id, seq, self.latest)?;
        self.last = self.last.max(seq);
        self.fresh.insert(id);
        Ok(())
    }

    /// Where a memory was stored and where it was changed last.
    fn places(&mut self, tenant: &Tenant, id: MemoryId) -> Result<Option<(Seq, Seq)>, Error> {
        if !self.may_hold(tenant, id) {
            return Ok(None);
        }
        let found = memories::table
            .filter(memories::tenant.eq(tenant.as_str()))
            .filter(memories::id.eq(id.0.as_bytes().as_slice()))
            .select((memories::seq, memories::changed_seq))
            .get_result::<(i64, i64)>(&mut self.connection)
            .optional()?;
        Ok(found.map(|(first, changed)| (Seq(first), Seq(changed))))
    }

    /// The place of the last word on an erased memory.
    fn stone(&mut self, tenant: &Tenant, id: MemoryId) -> Result<Option<Seq>, Error> {
        if !self.fresh.contains(&id) && !self.is_erased(tenant, id) {
            return Ok(None);
        }
        let found = tombstones::table.find((tenant.as_str(), id.0.as_bytes().as_slice())).select(tombstones::seq);
        Ok(found.get_result::<i64>(&mut self.connection).optional()?.map(Seq))
    }

    /// The row for a new memory: its place, unless another memory has that (a ledger that was restored gives places
    /// again); then one past all.
    fn place(&mut self, first: Seq) -> Result<Seq, Error> {
        let taken = memories::table.find(first.0).select(memories::seq).get_result::<i64>(&mut self.connection);
        Ok(if taken.optional()?.is_some() { self.next() } else { first })
    }
}
