//! Changing one memory: data beside its content, links.

use std::sync::Arc;

use application::ports::ledger::{Amendment, Change, Changing, Refusal};
use domain::link::{Link, Relation};
use domain::memory::{Memory, MemoryId};

use super::State;

impl State {
    pub(super) fn change(&mut self, act: Changing) -> Result<Arc<Memory>, Refusal> {
        let Changing { tenant, id, expected, change, note } = act;
        let estate = self.estates.get_mut(&tenant).ok_or(Refusal::Unknown(id))?;
        let memory = estate.get(id).ok_or(Refusal::Unknown(id))?.clone();
        if expected.is_some_and(|seen| seen != memory.version) {
            return Err(Refusal::Changed { id, version: memory.version });
        }
        match &change {
            Change::Link(link) if estate.get(link.to).is_none() => return Err(Refusal::UnknownTarget(link.to)),
            Change::Link(link) if !memory.links.contains(link) && memory.links.len() >= Memory::LINKS => {
                return Err(Refusal::TooManyLinks(id));
            }
            Change::Unlink { to, relation } => {
                let meant = |link: &&_| matches(link, *to, *relation);
                memory.links.iter().find(meant).ok_or(Refusal::UnknownLink(*to))?;
            }
            Change::Link(_) | Change::Amend(_) => {}
        }
        let mut changed = Memory::clone(&memory);
        apply(change, &mut changed);
        if changed == *memory {
            return Ok(memory);
        }
        Ok(estate.revise(self.counter.next(), changed, &note))
    }
}

fn apply(change: Change, memory: &mut Memory) {
    match change {
        Change::Amend(amendment) => amend(amendment, memory),
        Change::Link(link) if memory.links.contains(&link) => {}
        Change::Link(link) => memory.links.push(link),
        Change::Unlink { to, relation } => memory.links.retain(|link| !matches(link, to, relation)),
    }
}

fn matches(link: &Link, to: MemoryId, relation: Option<Relation>) -> bool {
    link.to == to && relation.is_none_or(|relation| relation == link.relation)
}

fn amend(amendment: Amendment, memory: &mut Memory) {
    let Amendment { metadata, importance, tags, valid, invalid } = amendment;
    if let Some(metadata) = metadata {
        memory.metadata = metadata;
    }
    if let Some(importance) = importance {
        memory.importance = importance;
    }
    if let Some(tags) = tags {
        memory.tags = tags;
    }
    if let Some(valid) = valid {
        memory.times.valid = valid;
    }
    if let Some(invalid) = invalid {
        memory.times.invalid = invalid;
    }
}
