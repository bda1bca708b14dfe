//! Other encodings for memories that are there: no version, a new place, and a matrix that begins anew with the last one.

use std::collections::{BTreeSet, HashSet};

use application::ports::ledger::Reencoding;
use diesel::prelude::*;
use domain::encoding::Encoding;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Namespace;

use crate::audit::{Done, common};
use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::row::{Kept, Row};
use crate::schema::memories;

impl Desk {
    /// Gives memories other encodings; how many have one that they did not have. A group of its own, so that what is
    /// in memory is what is on disk when it begins.
    pub(crate) fn reencode(&mut self, act: &Reencoding) -> Result<usize, ActError> {
        self.latest = self.latest.max(act.note.at);
        let (mut ids, mut namespaces, mut last) = (Vec::new(), BTreeSet::new(), Seq(0));
        for (id, encoding) in &act.encodings {
            let Some(kept) = self.find(&act.tenant, *id)? else { continue };
            if kept.memory.encoding != *encoding {
                ids.push(*id);
                namespaces.insert(kept.memory.namespace.clone());
                last = last.max(kept.seq);
                self.recode(kept, encoding.clone())?;
            }
        }
        if ids.is_empty() {
            return Ok(0);
        }
        let done: HashSet<MemoryId> = ids.iter().copied().collect();
        for namespace in &namespaces {
            // The directions of its matrix are another encoder's.
            if !self.has_foreign(act, namespace, last, &done) {
                self.begin_anew(&act.tenant, namespace)?;
            }
        }
        let done = Done { resource: "encoding", ids: &ids, count: ids.len(), namespace: common(namespaces.iter()) };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        Ok(ids.len())
    }

    fn recode(&mut self, mut kept: Kept, encoding: Option<Encoding>) -> Result<(), Error> {
        kept.memory = Memory { encoding, ..(*kept.memory).clone() }.into();
        kept.changed = self.next();
        let row = Row::from(&kept);
        let set = (
            memories::changed_seq.eq(row.changed_seq),
            memories::encoder.eq(&row.encoder),
            memories::encoding.eq(&row.encoding),
            memories::checksum.eq(&row.checksum),
        );
        diesel::update(memories::table.find(row.seq)).set(set).execute(&mut self.connection)?;
        self.effects.push(Effect::Put(kept.seq, kept.changed, kept.memory));
        Ok(())
    }

    /// Whether the act leaves encodings of another encoder in the namespace.
    fn has_foreign(&self, act: &Reencoding, namespace: &Namespace, last: Seq, done: &HashSet<MemoryId>) -> bool {
        let directory = self.index.read();
        let shelf = directory.shelf(&act.tenant);
        shelf.is_some_and(|shelf| shelf.has_foreign(namespace, &act.encoder, last, |memory| done.contains(&memory.id)))
    }
}
