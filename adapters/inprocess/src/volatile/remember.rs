//! Storing memories: each is new or a duplicate, or the whole act is refused.

use std::collections::HashMap;

use application::ports::ledger::{IdempotencyKey, NewMemory, Note, Refusal, Remembering, Stored};
use domain::memory::{Memory, MemoryId, Seq};
use domain::time::Timestamp;

use super::estate::Estate;
use super::{Counter, State, Unseen};

/// How long an idempotency key is kept.
const KEPT_SECONDS: i64 = 24 * 3600;

/// What was answered to an idempotency key: ids and places, never content, so that nothing outlives its erasure.
#[derive(Debug)]
pub(super) struct Answered {
    fingerprint: [u8; 32],
    until: Timestamp,
    stored: Vec<Fate>,
}

/// What becomes of a memory: which one holds it, where that was stored, and whether it was there already.
#[derive(Debug, Clone, Copy)]
struct Fate {
    id: MemoryId,
    seq: Seq,
    duplicate: bool,
}

impl State {
    pub(super) fn remember(&mut self, act: Remembering) -> Result<Vec<Stored>, Refusal> {
        let estate = self.estates.entry(act.tenant.clone()).or_default();
        if let Some(stored) = estate.replay(act.key.as_ref(), act.note.at)? {
            return Ok(stored);
        }
        let held = estate.check(&act.memories)?;
        if act.full && held.iter().any(Option::is_none) {
            return Err(Refusal::Full);
        }
        let mut fates = Vec::with_capacity(held.len());
        for (new, held) in act.memories.into_iter().zip(held) {
            let fate = match held {
                Some(id) => Fate { id, seq: estate.rows[&id].first, duplicate: true },
                None => estate.store(&mut self.counter, new, &act.note),
            };
            fates.push(fate);
        }
        for fate in fates.iter().filter(|fate| !fate.duplicate) {
            let namespace = estate.rows[&fate.id].now().namespace.clone();
            self.unseen.insert(fate.seq, Unseen { tenant: act.tenant.clone(), namespace, id: fate.id });
        }
        let stored = estate.answer(&fates, false)?;
        if let Some(IdempotencyKey { key, fingerprint }) = act.key {
            let until = act.note.at.plus_seconds(KEPT_SECONDS);
            estate.answered.insert(key, Answered { fingerprint, until, stored: fates });
        }
        Ok(stored)
    }
}

impl Estate {
    /// The earlier answer to a key that was used with the same request.
    fn replay(&self, key: Option<&IdempotencyKey>, now: Timestamp) -> Result<Option<Vec<Stored>>, Refusal> {
        let Some(IdempotencyKey { key, fingerprint }) = key else { return Ok(None) };
        match self.answered.get(key) {
            Some(answered) if now < answered.until => {
                if answered.fingerprint != *fingerprint {
                    return Err(Refusal::KeyReused);
                }
                self.answer(&answered.stored, true).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn answer(&self, fates: &[Fate], replayed: bool) -> Result<Vec<Stored>, Refusal> {
        let stored = |fate: &Fate| {
            let memory = self.get(fate.id).ok_or(Refusal::Erased(fate.id))?.clone();
            Ok(Stored { memory, seq: fate.seq, duplicate: fate.duplicate, replayed })
        };
        fates.iter().map(stored).collect()
    }

    /// For each memory the one that it is a duplicate of, if any; changes nothing.
    fn check(&self, memories: &[NewMemory]) -> Result<Vec<Option<MemoryId>>, Refusal> {
        let mut fresh: HashMap<MemoryId, &Memory> = HashMap::new();
        let mut held = Vec::with_capacity(memories.len());
        for NewMemory { memory, own_id } in memories {
            let twin = self.twin(memory, *own_id, &fresh)?;
            if twin.is_none() {
                self.check_targets(memory, &fresh)?;
                fresh.insert(memory.id, memory);
            }
            held.push(twin);
        }
        Ok(held)
    }

    fn twin(
        &self,
        memory: &Memory,
        own_id: bool,
        fresh: &HashMap<MemoryId, &Memory>,
    ) -> Result<Option<MemoryId>, Refusal> {
        if !own_id && let Some(id) = self.equal(memory, fresh) {
            return Ok(Some(id));
        }
        let id = memory.id;
        if self.tombstones.contains(&id) {
            return Err(Refusal::Erased(id));
        }
        match self.get(id).map(|there| &**there).or(fresh.get(&id).copied()) {
            Some(there) if own_id && there.content == memory.content => Ok(Some(id)),
            Some(_) => Err(Refusal::IdTaken(id)),
            None => Ok(None),
        }
    }

    /// The memory that says the same of the same at the same time, the one stored first.
    fn equal(&self, memory: &Memory, fresh: &HashMap<MemoryId, &Memory>) -> Option<MemoryId> {
        let same = |there: &Memory| {
            there.content == memory.content
                && there.namespace == memory.namespace
                && there.origin == memory.origin
                && there.times.occurred == memory.times.occurred
        };
        let stored = self.by_content.get(&memory.content).into_iter().flatten();
        stored
            .copied()
            .find(|id| self.get(*id).is_some_and(|there| same(there)))
            .or_else(|| fresh.values().find(|there| same(there)).map(|there| there.id))
    }

    fn check_targets(&self, memory: &Memory, fresh: &HashMap<MemoryId, &Memory>) -> Result<(), Refusal> {
        let unknown = |id: &MemoryId| !self.rows.contains_key(id) && !fresh.contains_key(id);
        if let Some(id) = memory.supersedes.iter().copied().find(unknown) {
            return Err(Refusal::UnknownSuperseded(id));
        }
        match memory.links.iter().map(|link| link.to).find(unknown) {
            Some(id) => Err(Refusal::UnknownTarget(id)),
            None => Ok(()),
        }
    }

    fn store(&mut self, counter: &mut Counter, new: NewMemory, note: &Note) -> Fate {
        let NewMemory { memory, .. } = new;
        for id in &memory.supersedes {
            if let Some(mut old) = self.get(*id).map(|old| Memory::clone(old)) {
                old.times = old.times.ended_by(memory.times.valid);
                self.revise(counter.next(), old, note);
            }
        }
        let (id, seq) = (memory.id, counter.next());
        self.insert(seq, memory, note);
        Fate { id, seq, duplicate: false }
    }
}
