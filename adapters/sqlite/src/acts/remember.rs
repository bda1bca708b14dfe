//! Storing memories: the key against doing it twice, then each memory in turn, then the audit row.

use std::sync::Arc;

use application::ports::ledger::{IdempotencyKey, NewMemory, Note, Refusal, Remembering, Stored};
use diesel::prelude::*;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use somabrain_record::json;

use crate::audit::{Done, common};
use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::row::{Kept, Row};
use crate::schema::{idempotency, memories, unmerged};
use somabrain_record::checksum::same;

/// How long a key is kept, in seconds.
const KEPT: i64 = 24 * 3600;

impl Desk {
    /// Stores memories, all or nothing.
    pub(crate) fn remember(&mut self, act: &Remembering) -> Result<Vec<Stored>, ActError> {
        self.latest = self.latest.max(act.note.at);
        if let Some(key) = &act.key
            && let Some(replayed) = self.replay(&act.tenant, key, &act.note)?
        {
            return Ok(replayed);
        }
        let stored = act.memories.iter().map(|new| self.store(new, &act.note)).collect::<Result<Vec<_>, _>>()?;
        if act.full && stored.iter().any(|one| !one.duplicate) {
            return Err(Refusal::Full.into());
        }
        if let Some(key) = &act.key {
            self.keep_answer(&act.tenant, key, &act.note, &stored)?;
        }
        let ids: Vec<MemoryId> = stored.iter().map(|stored| stored.memory.id).collect();
        let namespace = common(stored.iter().map(|stored| &stored.memory.namespace));
        let done = Done { resource: "memory", ids: &ids, count: ids.len(), namespace };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        Ok(stored)
    }

    fn store(&mut self, new: &NewMemory, note: &Note) -> Result<Stored, ActError> {
        let memory = &new.memory;
        let (tenant, id) = (&memory.tenant, memory.id);
        let digest = same(memory);
        if let Some(there) = self.find(tenant, id)? {
            let equal = there.memory.content == memory.content && (new.own_id || same(&there.memory) == digest);
            return if equal { Ok(duplicate(there)) } else { Err(Refusal::IdTaken(id).into()) };
        }
        if self.is_erased(tenant, id) {
            return Err(Refusal::Erased(id).into());
        }
        if !new.own_id
            && let Some(first) = self.find_same(tenant, &digest)?
        {
            return Ok(duplicate(first));
        }
        for &old in &memory.supersedes {
            if !self.is_there(tenant, old)? {
                return Err(Refusal::UnknownSuperseded(old).into());
            }
        }
        for link in &memory.links {
            if !self.is_there(tenant, link.to)? {
                return Err(Refusal::UnknownTarget(link.to).into());
            }
        }
        Ok(self.insert(memory, note)?)
    }

    /// Writes a memory that is in order, and ends what it supersedes.
    fn insert(&mut self, memory: &Arc<Memory>, note: &Note) -> Result<Stored, Error> {
        let seq = self.next();
        let (since, subject) = (note.at, note.subject.clone());
        let kept = Kept { seq, changed: seq, memory: memory.clone(), since, subject };
        diesel::insert_into(memories::table).values(Row::from(&kept)).execute(&mut self.connection)?;
        diesel::insert_into(unmerged::table).values(unmerged::seq.eq(seq.0)).execute(&mut self.connection)?;
        self.enlist(&memory.tenant, memory.id, &memory.links)?;
        self.fresh.insert(memory.id);
        self.effects.push(Effect::Put(seq, seq, memory.clone()));
        self.effects.push(Effect::Unmerged(seq, memory.tenant.clone(), memory.id));
        for &old in &memory.supersedes {
            if let Some(kept) = self.find(&memory.tenant, old)? {
                let mut ended = (*kept.memory).clone();
                ended.times = ended.times.ended_by(memory.times.valid);
                self.replace(kept, note, ended)?;
            }
        }
        Ok(Stored { memory: memory.clone(), seq, duplicate: false, replayed: false })
    }

    /// The first memory that a new one would be a duplicate of.
    fn find_same(&mut self, tenant: &Tenant, same: &[u8]) -> Result<Option<Kept>, Error> {
        let found = memories::table
            .filter(memories::tenant.eq(tenant.as_str()))
            .filter(memories::same.eq(same))
            .order(memories::seq)
            .get_result::<Row>(&mut self.connection)
            .optional()?;
        Ok(found.map(Kept::try_from).transpose()?)
    }

    /// What was answered to the same key before.
    fn replay(&mut self, tenant: &Tenant, key: &IdempotencyKey, note: &Note) -> Result<Option<Vec<Stored>>, ActError> {
        let row = idempotency::table
            .find((tenant.as_str(), key.key.as_str()))
            .filter(idempotency::expires_at.gt(note.at.micros()))
            .select((idempotency::fingerprint, idempotency::answer))
            .get_result::<(Vec<u8>, String)>(&mut self.connection)
            .optional()?;
        let Some((fingerprint, answer)) = row else { return Ok(None) };
        if fingerprint != key.fingerprint {
            return Err(Refusal::KeyReused.into());
        }
        let answers: Vec<Answer> = json::read("answer", &answer)?;
        answers.iter().map(|answer| self.again(tenant, answer)).collect::<Result<_, _>>().map(Some)
    }

    fn again(&mut self, tenant: &Tenant, answer: &Answer) -> Result<Stored, ActError> {
        let id = MemoryId(answer.id);
        let kept = self.find(tenant, id)?.ok_or(Refusal::Erased(id))?;
        Ok(Stored { memory: kept.memory, seq: Seq(answer.seq), duplicate: answer.duplicate, replayed: true })
    }

    fn keep_answer(
        &mut self,
        tenant: &Tenant,
        key: &IdempotencyKey,
        note: &Note,
        stored: &[Stored],
    ) -> Result<(), Error> {
        let answers: Vec<Answer> = stored.iter().map(Answer::from).collect();
        let row = (
            idempotency::tenant.eq(tenant.as_str()),
            idempotency::key.eq(key.key.as_str()),
            idempotency::fingerprint.eq(key.fingerprint.as_slice()),
            idempotency::answer.eq(json::text(&answers)),
            idempotency::expires_at.eq(note.at.plus_seconds(KEPT).micros()),
        );
        diesel::replace_into(idempotency::table).values(row).execute(&mut self.connection)?;
        Ok(())
    }
}

fn duplicate(kept: Kept) -> Stored {
    Stored { memory: kept.memory, seq: kept.seq, duplicate: true, replayed: false }
}

/// One memory of an answer that can be given again.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    id: uuid::Uuid,
    seq: i64,
    duplicate: bool,
}

impl From<&Stored> for Answer {
    fn from(stored: &Stored) -> Self {
        Self { id: stored.memory.id.0, seq: stored.seq.0, duplicate: stored.duplicate }
    }
}
