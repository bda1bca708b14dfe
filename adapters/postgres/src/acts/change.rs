//! Changing one memory: other data beside the content, a link more or less.

use std::sync::Arc;

use application::ports::ledger::{Amendment, Change, Changing, Refusal, Written};
use diesel_async::AsyncPgConnection;
use domain::link::Relation;
use domain::memory::{Memory, MemoryId};
use domain::tenant::Tenant;

use super::{Telling, next, put};
use crate::audit::Done;
use crate::error::{ActError, Error};
use crate::lookups;
use crate::row::{Kept, Row};
use crate::transaction::Locks;
use crate::versions::VersionRow;
use crate::writes::{self, LinkRow};

/// What nobody else may change meanwhile.
pub(crate) fn locks(act: &Changing) -> Locks {
    Locks::named(&act.tenant, [("id", act.id.0.as_bytes().as_slice())])
}

/// Changes one memory; what changes nothing makes no version.
pub(crate) async fn run(
    connection: &AsyncPgConnection,
    act: &Changing,
    events: bool,
) -> Result<Written<Arc<Memory>>, ActError> {
    let (tenant, id) = (&act.tenant, act.id);
    let own = [id];
    let target: &[MemoryId] = if let Change::Link(link) = &act.change { &[link.to] } else { &[] };
    let (known, there, mut numbers) = tokio::try_join!(
        lookups::by_ids(connection, tenant, &own),
        lookups::there(connection, tenant, target),
        lookups::numbers(connection, 1),
    )?;
    let kept = known.into_iter().next().ok_or(Refusal::Unknown(id))?;
    let version = kept.memory.version;
    if act.expected.is_some_and(|expected| expected != version) {
        return Err(Refusal::Changed { id, version }.into());
    }
    let memory = changed(&kept.memory, &act.change, |to| there.contains(&to))?;
    let telling = Telling { tenant, note: &act.note, events };
    let done = Done { resource: "memory", namespace: Some(&kept.memory.namespace), ids: &[id] };
    if memory == *kept.memory {
        telling.tell(connection, numbers.audit, &done, &[]).await?;
        return Ok(Written::whole(kept.memory));
    }
    let now = Kept { changed: numbers.place(), ..next(kept.clone(), &act.note, memory) };
    let entries = vec![put(&now)];
    tokio::try_join!(write(connection, tenant, &kept, &now), telling.tell(connection, numbers.audit, &done, &entries),)?;
    Ok(Written { answer: now.memory, deliver: entries })
}

async fn write(connection: &AsyncPgConnection, tenant: &Tenant, was: &Kept, now: &Kept) -> Result<(), Error> {
    let (id, links) = (now.memory.id, &now.memory.links);
    let own = [id];
    let (versions, states) = ([VersionRow::from(was)], [Row::from(now)]);
    let relink = async {
        if was.memory.links == *links {
            return Ok(());
        }
        let rows: Vec<LinkRow> = LinkRow::all(tenant, id, links).collect();
        writes::relink(connection, tenant, id, &rows).await
    };
    tokio::try_join!(
        writes::versions(connection, &versions),
        writes::states(connection, &states),
        writes::take_back(connection, tenant, &own, now.changed),
        relink,
    )?;
    Ok(())
}

fn changed(memory: &Memory, change: &Change, is_there: impl Fn(MemoryId) -> bool) -> Result<Memory, Refusal> {
    match change {
        Change::Amend(amendment) => Ok(amended(memory, amendment)),
        Change::Link(link) if !is_there(link.to) => Err(Refusal::UnknownTarget(link.to)),
        Change::Link(link) => {
            let mut memory = memory.clone();
            if !memory.links.contains(link) {
                if memory.links.len() >= Memory::LINKS {
                    return Err(Refusal::TooManyLinks(memory.id));
                }
                memory.links.push(*link);
            }
            Ok(memory)
        }
        Change::Unlink { to, relation } => unlinked(memory, *to, *relation),
    }
}

fn unlinked(memory: &Memory, to: MemoryId, relation: Option<Relation>) -> Result<Memory, Refusal> {
    let mut memory = memory.clone();
    let before = memory.links.len();
    memory.links.retain(|link| link.to != to || relation.is_some_and(|relation| relation != link.relation));
    if memory.links.len() == before { Err(Refusal::UnknownLink(to)) } else { Ok(memory) }
}

fn amended(memory: &Memory, amendment: &Amendment) -> Memory {
    let mut memory = memory.clone();
    let Amendment { metadata, importance, tags, valid, invalid } = amendment.clone();
    memory.metadata = metadata.unwrap_or(memory.metadata);
    memory.importance = importance.unwrap_or(memory.importance);
    memory.tags = tags.unwrap_or(memory.tags);
    memory.times.valid = valid.unwrap_or(memory.times.valid);
    memory.times.invalid = invalid.unwrap_or(memory.times.invalid);
    memory
}
