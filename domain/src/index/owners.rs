//! Whose the memories are: what a filter can refuse without looking at the memory.

use crate::index::labels::{Labels, Number};
use crate::index::speakers::Speakers;
use crate::memory::Origin;
use crate::recall::cue::Filter;
use crate::tenant::Label;

/// The numbers of a memory's user, agent, session and speaker, each within its own kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Owner {
    user: Option<Number>,
    agent: Option<Number>,
    pub(super) session: Option<Number>,
    pub(super) speaker: Option<Number>,
}

/// The owners of a namespace's memories.
#[derive(Debug, Default)]
pub(super) struct Owners {
    users: Labels,
    agents: Labels,
    sessions: Labels,
    pub(super) speakers: Speakers,
}

impl Owners {
    /// Counts one more memory of an origin.
    pub(super) fn add(&mut self, origin: &Origin) -> Owner {
        let number = |labels: &mut Labels, label: &Option<Label>| label.as_ref().map(|label| labels.add(label).0);
        Owner {
            user: number(&mut self.users, &origin.user),
            agent: number(&mut self.agents, &origin.agent),
            session: number(&mut self.sessions, &origin.session),
            speaker: origin.speaker.as_ref().map(|speaker| self.speakers.add(speaker)),
        }
    }

    /// Counts one memory less.
    pub(super) fn remove(&mut self, origin: &Origin) {
        let labels =
            [(&mut self.users, &origin.user), (&mut self.agents, &origin.agent), (&mut self.sessions, &origin.session)];
        for (labels, label) in labels {
            label.as_ref().and_then(|label| labels.remove(label));
        }
        if let Some(speaker) = &origin.speaker {
            self.speakers.remove(speaker);
        }
    }

    /// The owner that a filter asks for, `None` where it asks for one that no memory has.
    pub(super) fn wanted(&self, filter: &Filter) -> Option<Owner> {
        let number = |labels: &Labels, label: &Option<Label>| match label {
            Some(label) => labels.find(label).map(Some),
            None => Some(None),
        };
        Some(Owner {
            user: number(&self.users, &filter.user)?,
            agent: number(&self.agents, &filter.agent)?,
            session: number(&self.sessions, &filter.session)?,
            speaker: number(self.speakers.labels(), &filter.speaker)?,
        })
    }
}

impl Owner {
    /// Whether this owner is all that `wanted` asks.
    pub(super) fn is(&self, wanted: &Self) -> bool {
        let fits = |asked: Option<Number>, is: Option<Number>| asked.is_none() || asked == is;
        fits(wanted.user, self.user)
            && fits(wanted.agent, self.agent)
            && fits(wanted.session, self.session)
            && fits(wanted.speaker, self.speaker)
    }
}
