//! Erasing memories: their rows, versions, links and what waits to be told of them; a tombstone without content stays.

use std::collections::{BTreeSet, HashSet};

use application::ports::ledger::{Erased, ErasedMemory, Erasing, Selection, Written};
use application::ports::long_term::{Act, Entry};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Tenant;
use uuid::Uuid;

use super::{Telling, put};
use crate::audit::{Done, only};
use crate::error::{ActError, Error};
use crate::lookups;
use crate::row::{self, Kept, Row};
use crate::schema::memories;
use crate::versions::VersionRow;
use crate::{removals, writes};

/// Most memories past their time that one act erases, those that ended first: who erases them goes on until none is left.
const EXPIRED: i64 = 1_000;

/// Erases what is selected. The tenant is locked whole: an erasure changes memories that nobody knows beforehand, those
/// that point at what it erases.
pub(crate) async fn run(
    connection: &AsyncPgConnection,
    act: &Erasing,
    events: bool,
) -> Result<Written<Erased>, ActError> {
    let (tenant, selection) = (&act.tenant, &act.selection);
    let (places, memories) = choose(connection, tenant, selection).await?;
    let ids: Vec<MemoryId> = memories.iter().map(|memory| memory.id).collect();
    let mut near = near(connection, tenant, &ids).await?;
    // One place each: each is acknowledged for itself.
    let mut numbers = lookups::numbers(connection, ids.len() + near.memories.len()).await?;
    let gone: Vec<(MemoryId, Seq)> = ids.iter().map(|id| (*id, numbers.place())).collect();
    near.memories.iter_mut().for_each(|kept| kept.changed = numbers.place());
    let seq = gone.as_slice().first().map_or(Seq(0), |(_, seq)| *seq);
    let erased = memories.iter().zip(&gone).map(|(memory, (id, seq))| Entry {
        seq: *seq,
        act: Act::Erase { namespace: memory.namespace.clone(), id: *id },
    });
    let unknown = unknown(connection, tenant, selection, &ids).await?;
    let deliver: Vec<Entry> = erased.chain(near.memories.iter().map(put)).collect();
    if !ids.is_empty() {
        removals::memories(connection, tenant, &ids, &places).await?;
        removals::bury(connection, tenant, &gone, act.note.at).await?;
        near.write(connection, tenant, seq, &ids).await?;
    }
    if !unknown.is_empty() {
        let mut numbers = lookups::numbers(connection, unknown.len()).await?;
        let stones: Vec<(MemoryId, Seq)> = unknown.iter().map(|id| (*id, numbers.place())).collect();
        removals::bury(connection, tenant, &stones, act.note.at).await?;
    }
    let mut namespace = only(memories.iter().map(|memory| &memory.namespace));
    if let Selection::Namespace(whole) = selection {
        removals::matrices(connection, tenant, whole).await?;
        namespace = Some(whole);
    }
    let idle = match selection {
        Selection::ExpiredBy(_) => ids.is_empty(),
        Selection::Buried(_) => ids.is_empty() && unknown.is_empty(),
        _ => false,
    };
    if !idle {
        let telling = Telling { tenant, note: &act.note, events };
        let done = Done { resource: resource(selection), namespace, ids: &ids };
        telling.tell(connection, numbers.audit, &done, &deliver).await?;
    }
    Ok(Written { answer: Erased { memories, seq }, deliver })
}

/// What is to be buried and neither there, among `known`, nor buried yet.
async fn unknown(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    selection: &Selection,
    known: &[MemoryId],
) -> Result<BTreeSet<MemoryId>, Error> {
    let Selection::Buried(ids) = selection else { return Ok(BTreeSet::new()) };
    let mut unknown: BTreeSet<MemoryId> = ids.iter().copied().collect();
    unknown.retain(|id| !known.contains(id));
    let asked: Vec<MemoryId> = unknown.iter().copied().collect();
    for id in lookups::erased(connection, tenant, &asked).await? {
        unknown.remove(&id);
    }
    Ok(unknown)
}

/// What is to be erased: places, and names with their namespaces.
async fn choose(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    selection: &Selection,
) -> Result<(Vec<i64>, Vec<ErasedMemory>), Error> {
    let mut chosen = memories::table.filter(memories::tenant_id.eq(tenant.as_str())).into_boxed::<Pg>();
    match selection {
        Selection::Id(id) => chosen = chosen.filter(memories::id.eq(id.0)),
        Selection::Subject { user, agent, session, namespace } => {
            // Without any selector nothing is meant, never everything.
            if user.is_none() && agent.is_none() && session.is_none() {
                return Ok((Vec::new(), Vec::new()));
            }
            if let Some(user) = user {
                chosen = chosen.filter(memories::user_id.eq(user.as_str()));
            }
            if let Some(agent) = agent {
                chosen = chosen.filter(memories::agent_id.eq(agent.as_str()));
            }
            if let Some(session) = session {
                chosen = chosen.filter(memories::session_id.eq(session.as_str()));
            }
            if let Some(namespace) = namespace {
                chosen = chosen.filter(memories::namespace.eq(namespace.as_str()));
            }
        }
        Selection::Namespace(namespace) => chosen = chosen.filter(memories::namespace.eq(namespace.as_str())),
        Selection::Buried(ids) => {
            chosen = chosen.filter(memories::id.eq_any(ids.iter().map(|id| id.0).collect::<Vec<_>>()))
        }
        Selection::ExpiredBy(at) => chosen = chosen.filter(memories::expires_at.le(at.micros())),
    }
    let chosen = match selection {
        Selection::ExpiredBy(_) => chosen.order((memories::expires_at, memories::seq)).limit(EXPIRED),
        _ => chosen.order(memories::seq),
    };
    let chosen = chosen.select((memories::seq, memories::id, memories::namespace));
    let mut rows: Vec<(i64, Uuid, String)> = chosen.load(&mut connection).await?;
    rows.sort_unstable_by_key(|(place, ..)| *place);
    let named = |(place, id, name): (i64, Uuid, String)| {
        Ok((place, ErasedMemory { id: MemoryId(id), namespace: row::namespace(&name)? }))
    };
    rows.into_iter().map(named).collect()
}

/// Memories that stay, without their links to those that go: as if they had never been, with no version of its own.
#[derive(Default)]
struct Near {
    memories: Vec<Kept>,
    versions: Vec<VersionRow>,
}

async fn near(connection: &AsyncPgConnection, tenant: &Tenant, ids: &[MemoryId]) -> Result<Near, Error> {
    if ids.is_empty() {
        return Ok(Near::default());
    }
    let gone: HashSet<MemoryId> = ids.iter().copied().collect();
    let mut staying = lookups::pointing_at(connection, tenant, ids).await?;
    staying.retain(|id| !gone.contains(id));
    if staying.is_empty() {
        return Ok(Near::default());
    }
    let (mut memories, versions) = tokio::try_join!(
        lookups::by_ids(connection, tenant, &staying),
        lookups::versions_of(connection, tenant, &staying),
    )?;
    memories.sort_by_key(|kept| kept.seq);
    for kept in &mut memories {
        let mut cut: Memory = (*kept.memory).clone();
        cut.links.retain(|link| !gone.contains(&link.to));
        kept.memory = cut.into();
    }
    let mut cut = Vec::new();
    for mut row in versions {
        if row.cut(|id| gone.contains(&id))? {
            cut.push(row);
        }
    }
    Ok(Near { memories, versions: cut })
}

impl Near {
    /// Writes them, and takes back what was to be told of them and of what is `gone`.
    async fn write(
        &self,
        connection: &AsyncPgConnection,
        tenant: &Tenant,
        seq: Seq,
        gone: &[MemoryId],
    ) -> Result<(), Error> {
        let states: Vec<Row> = self.memories.iter().map(Row::from).collect();
        let told: Vec<MemoryId> = self.memories.iter().map(|kept| kept.memory.id).chain(gone.iter().copied()).collect();
        tokio::try_join!(
            writes::states(connection, &states),
            writes::cut_versions(connection, &self.versions),
            writes::take_back(connection, tenant, &told, seq),
        )?;
        Ok(())
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
