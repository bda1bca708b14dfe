//! Changing one memory: other data beside the content, a link more or less.

use std::sync::Arc;

use application::ports::ledger::{Amendment, Change, Changing, Refusal};
use domain::link::{Link, Relation};
use domain::memory::{Memory, MemoryId};
use domain::tenant::Tenant;

use crate::audit::Done;
use crate::desk::Desk;
use crate::error::ActError;

impl Desk {
    /// Changes one memory; what changes nothing makes no version.
    pub(crate) fn change(&mut self, act: &Changing) -> Result<Arc<Memory>, ActError> {
        self.latest = self.latest.max(act.note.at);
        let (tenant, id) = (&act.tenant, act.id);
        let kept = self.find(tenant, id)?.ok_or(Refusal::Unknown(id))?;
        let version = kept.memory.version;
        if act.expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::Changed { id, version }.into());
        }
        let memory = match &act.change {
            Change::Amend(amendment) => amended(&kept.memory, amendment),
            Change::Link(link) => self.linked(tenant, &kept.memory, *link)?,
            Change::Unlink { to, relation } => unlinked(&kept.memory, *to, *relation)?,
        };
        let answer = if memory == *kept.memory { kept.memory } else { self.replace(kept, &act.note, memory)? };
        let done = Done { resource: "memory", ids: &[id], count: 1, namespace: Some(&answer.namespace) };
        self.chains.append(&mut self.connection, tenant, &act.note, &done)?;
        Ok(answer)
    }

    fn linked(&mut self, tenant: &Tenant, memory: &Memory, link: Link) -> Result<Memory, ActError> {
        if !self.is_there(tenant, link.to)? {
            return Err(Refusal::UnknownTarget(link.to).into());
        }
        let mut memory = memory.clone();
        if !memory.links.contains(&link) {
            if memory.links.len() >= Memory::LINKS {
                return Err(Refusal::TooManyLinks(memory.id).into());
            }
            memory.links.push(link);
        }
        Ok(memory)
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
