//! Procedures that plain sentences tell of, found by recall: from the goal back to what its steps ask for.

use std::collections::BTreeMap;

use domain::memory::{Memory, MemoryId, MemoryText};
use domain::plan::fact::Fact;
use domain::plan::knowledge::{Draft, KnownAction};
use domain::plan::sentences;

use super::MakePlan;
use super::search::{PATIENCE, since};
use crate::brain::Brain;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::system::System;
use crate::use_cases::recall::{self, Recall, RecallError, RecalledMemory};

/// Memories looked at for each text that is asked for.
const LOOKED_AT: usize = 5;
/// Texts that are asked for at most.
const MOST_ASKED: usize = 32;
/// The part of the time budget after which nothing more is asked for: the rest is for the search.
const SHARE_OF_TIME: u32 = 4;

/// The actions that memories tell of in plain sentences, as far as the goal asks for them: first what was recalled for
/// the goal, then, for each act and need that turns up, what is recalled for that. A memory with a procedure of its own is
/// not read.
///
/// # Errors
/// Those of a recall.
pub(super) async fn derived<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    recalled: &[RecalledMemory],
    procedures: &[KnownAction],
) -> Result<Vec<KnownAction>, RecallError> {
    let begin = brain.ports.system().now();
    let patience = query.time_budget.unwrap_or(PATIENCE) / SHARE_OF_TIME;
    let mut texts = Texts::default();
    texts.take(recalled);
    let mut actions = texts.actions(procedures);
    let mut asked = vec![Fact::of(query.goal.as_str())];
    asked.extend(query.context.iter().map(|fact| Fact::of(fact.as_str())));
    let mut open = unmet(query, procedures);
    for _ in 0..MOST_ASKED {
        open.extend(actions.iter().flat_map(|action| std::iter::once(&action.action).chain(&action.needs)).cloned());
        open.retain(|text| !asked.contains(&Fact::of(text)));
        let Some(next) = open.first().cloned().filter(|_| since(brain, begin) < patience) else { break };
        asked.push(Fact::of(&next));
        let Ok(text) = MemoryText::try_new(&next) else { continue };
        let look = Recall { k: LOOKED_AT, namespace: query.namespace.clone(), ..Recall::new(text) };
        if texts.take(&recall::search(brain, call, &look).await?.memories) {
            actions = texts.actions(procedures);
        }
    }
    Ok(actions)
}

/// What the procedures ask for on the way to the goal and none provides.
fn unmet(query: &MakePlan, procedures: &[KnownAction]) -> Vec<String> {
    let (asked, _) = Draft::new(query.goal.as_str(), procedures.to_vec(), &[]).questions();
    asked.into_iter().map(|question| question.text).collect()
}

/// Memories by the moment of their making, so that the answer does not depend on the order of recall.
#[derive(Default)]
struct Texts(BTreeMap<MemoryId, std::sync::Arc<Memory>>);

impl Texts {
    /// Whether any of them is new.
    fn take(&mut self, recalled: &[RecalledMemory]) -> bool {
        let before = self.0.len();
        let plain = recalled.iter().map(|one| &one.memory).filter(|memory| memory.procedure.is_none());
        self.0.extend(plain.map(|memory| (memory.id, memory.clone())));
        self.0.len() > before
    }

    fn actions(&self, procedures: &[KnownAction]) -> Vec<KnownAction> {
        sentences::derive(self.0.values().map(|memory| (memory.id, memory.content.as_str())), procedures)
    }
}
