//! The memories as an act that stores sees them, and what becomes of them before anything is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use application::ports::ledger::{NewMemory, Note, Refusal, Stored};
use application::ports::long_term::Entry;
use diesel_async::AsyncPgConnection;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Tenant;

use super::{next, put};
use crate::error::Error;
use crate::lookups::Numbers;
use crate::row::{Kept, Row};
use crate::versions::VersionRow;
use crate::writes::{self, LinkRow, Observation};
use somabrain_record::checksum::same;

/// What is known, and what the act has done to it so far.
pub(crate) struct Desk<'a> {
    known: HashMap<MemoryId, Kept>,
    /// The first memory of each digest of what makes duplicates.
    same: HashMap<Vec<u8>, MemoryId>,
    there: HashSet<MemoryId>,
    erased: HashSet<MemoryId>,
    fresh: Vec<&'a Memory>,
    changed: HashSet<MemoryId>,
    versions: Vec<VersionRow>,
}

impl<'a> Desk<'a> {
    /// With memories looked up by their ids, others by what they say (the first stored first), targets of links that
    /// are there, and ids that were erased.
    pub(crate) fn new(
        by_ids: Vec<Kept>,
        by_same: Vec<Kept>,
        there: HashSet<MemoryId>,
        erased: HashSet<MemoryId>,
    ) -> Self {
        let mut digests = HashMap::new();
        for kept in &by_same {
            digests.entry(same(&kept.memory)).or_insert(kept.memory.id);
        }
        let known = by_same.into_iter().chain(by_ids).map(|kept| (kept.memory.id, kept)).collect();
        let (fresh, changed, versions) = (Vec::new(), HashSet::new(), Vec::new());
        Self { known, same: digests, there, erased, fresh, changed, versions }
    }

    /// What becomes of one memory, given all before it.
    pub(crate) fn store(&mut self, new: &'a NewMemory, note: &Note, numbers: &mut Numbers) -> Result<Stored, Refusal> {
        let (memory, id, digest) = (&new.memory, new.memory.id, same(&new.memory));
        if let Some(there) = self.known.get(&id) {
            let equal = there.memory.content == memory.content && (new.own_id || same(&there.memory) == digest);
            return if equal { Ok(duplicate(there)) } else { Err(Refusal::IdTaken(id)) };
        }
        if self.erased.contains(&id) {
            return Err(Refusal::Erased(id));
        }
        if !new.own_id
            && let Some(first) = self.same.get(&digest).and_then(|first| self.known.get(first))
        {
            return Ok(duplicate(first));
        }
        if let Some(&old) = memory.supersedes.iter().find(|old| !self.known.contains_key(old)) {
            return Err(Refusal::UnknownSuperseded(old));
        }
        if let Some(link) = memory.links.iter().find(|link| !self.is_there(link.to)) {
            return Err(Refusal::UnknownTarget(link.to));
        }
        Ok(self.insert(memory, digest, note, numbers))
    }

    fn is_there(&self, id: MemoryId) -> bool {
        self.known.contains_key(&id) || self.there.contains(&id)
    }

    /// Takes in a memory that is in order, and ends what it supersedes.
    fn insert(&mut self, memory: &'a Arc<Memory>, digest: Vec<u8>, note: &Note, numbers: &mut Numbers) -> Stored {
        let seq = numbers.place();
        let (since, subject) = (note.at, note.subject.clone());
        self.known.insert(memory.id, Kept { seq, changed: seq, memory: memory.clone(), since, subject });
        self.same.entry(digest).or_insert(memory.id);
        self.fresh.push(memory);
        for &old in &memory.supersedes {
            let Some(kept) = self.known.remove(&old) else { continue };
            self.versions.push(VersionRow::from(&kept));
            let times = kept.memory.times.ended_by(memory.times.valid);
            let ended = Memory { times, ..(*kept.memory).clone() };
            self.known.insert(old, Kept { changed: numbers.place(), ..next(kept, note, ended) });
            self.changed.insert(old);
        }
        Stored { memory: memory.clone(), seq, duplicate: false, replayed: false }
    }

    /// What the long-term memory is told: each memory once, as it is in the end.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let fresh = self.fresh.iter().map(|memory| memory.id);
        let all: HashSet<MemoryId> = fresh.chain(self.changed.iter().copied()).collect();
        let mut entries: Vec<Entry> = all.iter().filter_map(|id| self.known.get(id)).map(put).collect();
        entries.sort_by_key(|entry| entry.seq);
        entries
    }

    /// Writes all that the act has done.
    pub(crate) async fn write(&self, connection: &AsyncPgConnection, tenant: &Tenant) -> Result<(), Error> {
        let fresh: Vec<MemoryId> = self.fresh.iter().map(|memory| memory.id).collect();
        let stored: HashSet<MemoryId> = fresh.iter().copied().collect();
        let old: Vec<MemoryId> = self.changed.difference(&stored).copied().collect();
        let first = fresh.first().and_then(|id| self.known.get(id)).map_or(Seq(0), |kept| kept.seq);
        let (fresh, states) = (self.rows(&fresh), self.rows(&old));
        let observations: Vec<Observation> = fresh.iter().map(Observation::from).collect();
        let links = self.fresh.iter().flat_map(|memory| LinkRow::all(tenant, memory.id, &memory.links));
        let links: Vec<LinkRow> = links.collect();
        tokio::try_join!(
            writes::memories(connection, &fresh),
            writes::observations(connection, &observations),
            writes::links(connection, &links),
            writes::versions(connection, &self.versions),
            writes::states(connection, &states),
            writes::take_back(connection, tenant, &old, first),
        )?;
        Ok(())
    }

    fn rows(&self, ids: &[MemoryId]) -> Vec<Row> {
        ids.iter().filter_map(|id| self.known.get(id)).map(Row::from).collect()
    }
}

fn duplicate(kept: &Kept) -> Stored {
    Stored { memory: kept.memory.clone(), seq: kept.seq, duplicate: true, replayed: false }
}
