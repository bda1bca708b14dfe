//! Storing memories: the key against doing it twice, then each memory in turn, in thought; then all rows at once.

use std::collections::HashMap;

use application::ports::ledger::{Refusal, Remembering, Stored, Written};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::{MemoryId, Seq};
use serde::{Deserialize, Serialize};
use somabrain_record::json;

use super::Telling;
use super::desk::Desk;
use crate::audit::{Done, only};
use crate::error::{ActError, Error};
use crate::lookups::{self, Numbers};
use crate::row::Kept;
use crate::schema::idempotency;
use crate::transaction::Locks;
use somabrain_record::checksum::same;

/// How long a key is kept, in seconds.
const KEPT: i64 = 24 * 3600;

/// What nobody else may store or change meanwhile. Targets of links need no lock: only erasures end them, and those
/// have the tenant to themselves.
pub(crate) fn locks(act: &Remembering) -> Locks {
    let digests: Vec<Vec<u8>> = digests(act);
    let key = act.key.iter().map(|key| ("key", key.key.as_str().as_bytes()));
    let ids = act.memories.iter().flat_map(|new| {
        let all = std::iter::once(&new.memory.id).chain(&new.memory.supersedes);
        all.map(|id| ("id", id.0.as_bytes().as_slice()))
    });
    Locks::named(&act.tenant, key.chain(ids).chain(digests.iter().map(|digest| ("same", digest.as_slice()))))
}

/// Digests of the memories that can be duplicates by what they say.
fn digests(act: &Remembering) -> Vec<Vec<u8>> {
    act.memories.iter().filter(|new| !new.own_id).map(|new| same(&new.memory)).collect()
}

/// Stores memories, all or nothing.
pub(crate) async fn run(
    connection: &AsyncPgConnection,
    act: &Remembering,
    events: bool,
) -> Result<Written<Vec<Stored>>, ActError> {
    let (mut desk, mut numbers) = match look(connection, act).await? {
        Looked::Answered(answer) => return replay(connection, act, answer).await.map(Written::whole),
        Looked::New(desk, numbers) => (desk, numbers),
    };
    let stored = act.memories.iter().map(|new| desk.store(new, &act.note, &mut numbers));
    let stored = stored.collect::<Result<Vec<_>, _>>()?;
    if act.full && stored.iter().any(|one| !one.duplicate) {
        return Err(Refusal::Full.into());
    }
    let deliver = desk.entries();
    let ids: Vec<MemoryId> = stored.iter().map(|stored| stored.memory.id).collect();
    let namespace = only(stored.iter().map(|stored| &stored.memory.namespace));
    let done = Done { resource: "memory", namespace, ids: &ids };
    let telling = Telling { tenant: &act.tenant, note: &act.note, events };
    tokio::try_join!(
        desk.write(connection, &act.tenant),
        keep_answer(connection, act, &stored),
        telling.tell(connection, numbers.audit, &done, &deliver),
    )?;
    Ok(Written { answer: stored, deliver })
}

enum Looked<'a> {
    /// The key was used: with this fingerprint, for this answer.
    Answered((Vec<u8>, String)),
    /// All that has to be known.
    New(Box<Desk<'a>>, Numbers),
}

/// Everything at once, in one round trip.
async fn look<'a>(connection: &AsyncPgConnection, act: &'a Remembering) -> Result<Looked<'a>, Error> {
    let (tenant, all) = (&act.tenant, || act.memories.iter().map(|new| &*new.memory));
    let own: Vec<MemoryId> = all().map(|memory| memory.id).collect();
    let superseded = all().flat_map(|memory| memory.supersedes.iter().copied());
    let ids: Vec<MemoryId> = own.iter().copied().chain(superseded).collect();
    let targets: Vec<MemoryId> = all().flat_map(|memory| memory.links.iter().map(|link| link.to)).collect();
    let digests = digests(act);
    let key = act.key.as_ref().map(|key| &key.key);
    let (answer, known, duplicates, there, erased, numbers) = tokio::try_join!(
        lookups::answered(connection, tenant, key, act.note.at),
        lookups::by_ids(connection, tenant, &ids),
        lookups::by_same(connection, tenant, &digests),
        lookups::there(connection, tenant, &targets),
        lookups::erased(connection, tenant, &own),
        lookups::numbers(connection, ids.len()),
    )?;
    if let Some(answer) = answer {
        return Ok(Looked::Answered(answer));
    }
    let (there, erased) = (there.into_iter().collect(), erased.into_iter().collect());
    Ok(Looked::New(Desk::new(known, duplicates, there, erased).into(), numbers))
}

/// What was answered to the same key before.
async fn replay(
    connection: &AsyncPgConnection,
    act: &Remembering,
    (fingerprint, answer): (Vec<u8>, String),
) -> Result<Vec<Stored>, ActError> {
    if act.key.as_ref().is_none_or(|key| fingerprint != key.fingerprint) {
        return Err(Refusal::KeyReused.into());
    }
    let answers: Vec<Answer> = json::read("answer", &answer).map_err(Error::from)?;
    let ids: Vec<MemoryId> = answers.iter().map(|answer| MemoryId(answer.id)).collect();
    let known = lookups::by_ids(connection, &act.tenant, &ids).await?;
    let known: HashMap<MemoryId, Kept> = known.into_iter().map(|kept| (kept.memory.id, kept)).collect();
    let again = |answer: &Answer| {
        let id = MemoryId(answer.id);
        let memory = known.get(&id).map(|kept| kept.memory.clone()).ok_or(Refusal::Erased(id))?;
        Ok(Stored { memory, seq: Seq(answer.seq), duplicate: answer.duplicate, replayed: true })
    };
    answers.iter().map(again).collect()
}

async fn keep_answer(mut connection: &AsyncPgConnection, act: &Remembering, stored: &[Stored]) -> Result<(), Error> {
    let Some(key) = &act.key else { return Ok(()) };
    let answers: Vec<Answer> = stored.iter().map(Answer::from).collect();
    let row = AnswerRow {
        tenant_id: act.tenant.as_str(),
        key: key.key.as_str(),
        fingerprint: &key.fingerprint,
        answer: json::text(&answers),
        expires_at: act.note.at.plus_seconds(KEPT).micros(),
    };
    let kept = diesel::insert_into(idempotency::table).values(&row);
    let kept = kept.on_conflict((idempotency::tenant_id, idempotency::key)).do_update().set(&row);
    kept.execute(&mut connection).await?;
    Ok(())
}

/// A row of `idempotency`.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = idempotency, primary_key(tenant_id, key))]
struct AnswerRow<'a> {
    tenant_id: &'a str,
    key: &'a str,
    fingerprint: &'a [u8],
    answer: String,
    expires_at: i64,
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
