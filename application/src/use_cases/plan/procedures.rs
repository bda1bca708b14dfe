//! What a plan is made of where memories tell how things are done: procedures, and facts from the context, from working
//! memory and from semantic memories.
//!
//! Procedures read in plain sentences (`super::sentences`) are joined to them: whatever makes [`KnownAction`]s of memories is a
//! source.

use std::sync::Arc;

use domain::encoding::Encoding;
use domain::memory::Seq;
use domain::memory::{Kind, Memory};
use domain::plan::MetBy;
use domain::plan::knowledge::{Draft, KnownAction, Question, Said};
use domain::plan::likeness::SAME;
use domain::recall::cue::Filter;

use super::{MakePlan, sentences};
use crate::brain::Brain;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::encoder::Encoder;
use crate::ports::error::{PortError, PortErrorKind};
use crate::ports::ledger::{Ledger, Page};
use crate::ports::system::System;
use crate::ports::working::WorkingMemory;
use crate::use_cases::recall::{RecallError, RecalledMemory};

/// Memories of one kind that are read at most.
const MOST_READ: usize = 50_000;
/// Memories that are read at a time.
const AT_A_TIME: usize = 1000;
/// Texts that are compared by meaning at most; with more only equal texts are the same fact.
const MOST_COMPARED: usize = 4000;
/// How often what a match leads to is compared in turn.
const ROUNDS: usize = 4;

/// What there is to plan with.
pub(super) struct Material {
    /// The task in the making; `None` where no procedure speaks of the goal.
    pub(super) draft: Option<Draft>,
    /// Whether it is sentences alone that speak of the goal.
    pub(super) only_sentences: bool,
    /// Whether something could not be reached.
    pub(super) degraded: bool,
}

/// Gathers procedures and facts, and reads them towards the goal.
/// `recalled` are the memories recalled for it.
pub(super) async fn gather<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    recalled: &[RecalledMemory],
) -> Result<Material, PortError> {
    let nothing = |degraded| Material { draft: None, only_sentences: false, degraded };
    let procedures = match of_kind(brain, call, query, Kind::Procedural).await {
        Ok(memories) => memories,
        Err(error) if error.kind == PortErrorKind::Unavailable => {
            tracing::warn!(request_id = %call.request_id, error = %error, "postgres or ledger not asked for procedures; degraded");
            return Ok(nothing(true));
        }
        Err(error) => return Err(error),
    };
    let mut actions: Vec<KnownAction> = procedures.iter().filter_map(|memory| KnownAction::of(memory)).collect();
    let untold = actions.is_empty();
    let (derived, unread) = derived(brain, call, query, recalled, &actions).await?;
    actions.extend(derived);
    if actions.is_empty() {
        return Ok(nothing(unread));
    }
    let (said, mut degraded) = said(brain, call, query).await?;
    degraded |= unread;
    let mut draft = Draft::new(query.goal.as_str(), actions, &said);
    if let Err(error) = compare(brain, &mut draft).await {
        tracing::warn!(request_id = %call.request_id, error = %error, "encoder not asked for likeness; degraded");
        degraded = true;
    }
    let only_sentences = untold || draft.only_sentences_speak_of_the_goal();
    Ok(Material { draft: draft.speaks_of_the_goal().then_some(draft), only_sentences, degraded })
}

/// What sentences tell, and whether they could not be asked.
async fn derived<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    recalled: &[RecalledMemory],
    procedures: &[KnownAction],
) -> Result<(Vec<KnownAction>, bool), PortError> {
    match sentences::derived(brain, call, query, recalled, procedures).await {
        Ok(actions) => Ok((actions, false)),
        Err(RecallError::Failed(error)) if error.kind != PortErrorKind::Unavailable => Err(error),
        Err(error) => {
            tracing::warn!(request_id = %call.request_id, error = %error, "memories not asked for sentences; degraded");
            Ok((Vec::new(), true))
        }
    }
}

/// The memories of a kind that hold now, in the order of storing.
async fn of_kind<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    kind: Kind,
) -> Result<Vec<Arc<Memory>>, PortError> {
    let ports = &*brain.ports;
    let filter = Filter { kind: Some(kind), holds_at: Some(ports.system().now()), ..Filter::default() };
    let (mut found, mut after) = (Vec::new(), Some(Seq::default()));
    while let Some(place) = after.filter(|_| found.len() < MOST_READ) {
        let page =
            Page { namespace: Some(query.namespace.clone()), filter: filter.clone(), after: place, limit: AT_A_TIME };
        let listed = ports.ledger().list(&call.caller.tenant, page).await?;
        found.extend(listed.memories);
        after = listed.next;
    }
    Ok(found)
}

/// What is so: the context counts most, then what the session has in mind, then semantic memories, the latest first.
async fn said<P: Ports>(brain: &Brain<P>, call: &Call, query: &MakePlan) -> Result<(Vec<Said>, bool), PortError> {
    let context = query.context.iter().map(|text| Said { text: text.as_str().to_owned(), by: MetBy::Context });
    let mut said: Vec<Said> = context.collect();
    let held = held(brain, call, query).await;
    let degraded = held.is_err();
    let mut memories = held.unwrap_or_default();
    let mut semantic = of_kind(brain, call, query, Kind::Semantic).await?;
    latest_first(&mut memories);
    latest_first(&mut semantic);
    memories.extend(semantic);
    said.extend(
        memories.iter().map(|memory| Said { text: memory.content.as_str().to_owned(), by: MetBy::Memory(memory.id) }),
    );
    Ok((said, degraded))
}

/// What the session has in mind of the namespace, as the ledger knows it now, but for how things are done.
async fn held<P: Ports>(brain: &Brain<P>, call: &Call, query: &MakePlan) -> Result<Vec<Arc<Memory>>, PortError> {
    let Some(session) = &query.session else { return Ok(Vec::new()) };
    let (ports, tenant) = (&*brain.ports, &call.caller.tenant);
    let now = ports.system().now();
    let held = ports.working().held(tenant, session, now).await?;
    let ids: Vec<_> = held.iter().map(|held| held.memory.id).collect();
    let mut memories = ports.ledger().read(tenant, &ids).await?;
    memories.retain(|memory| {
        memory.namespace == query.namespace && memory.kind != Kind::Procedural && memory.times.hold_at(now)
    });
    Ok(memories)
}

fn latest_first(memories: &mut [Arc<Memory>]) {
    memories.sort_by_key(|memory| std::cmp::Reverse((memory.times.happened(), memory.id)));
}

/// Looks for other wordings of what is needed and nothing provides, as far as the goal asks for it.
async fn compare<P: Ports>(brain: &Brain<P>, draft: &mut Draft) -> Result<(), PortError> {
    for _ in 0..ROUNDS {
        let (asked, offered) = draft.questions();
        if asked.is_empty() || asked.len() + offered.len() > MOST_COMPARED {
            return Ok(());
        }
        let (asked, offered) = (encoded(brain, asked).await?, encoded(brain, offered).await?);
        let mut answered = false;
        for (question, place) in &asked {
            let likeness = |(other, there): &(Question, Encoding)| Some((other.fact, place.cosine(there)?));
            let open = offered.iter().filter(|(other, _)| draft.may_be_same(question, other));
            let best = open.filter_map(likeness).max_by(|a, b| a.1.total_cmp(&b.1)).filter(|best| best.1 >= SAME);
            if let Some((fact, likeness)) = best {
                answered |= draft.is_like(question.fact, fact, likeness.into());
            }
        }
        if !answered {
            return Ok(());
        }
    }
    Ok(())
}

/// Texts with their places in meaning; without those that have none.
async fn encoded<P: Ports>(brain: &Brain<P>, questions: Vec<Question>) -> Result<Vec<(Question, Encoding)>, PortError> {
    let texts: Vec<&str> = questions.iter().map(|question| question.text.as_str()).collect();
    let encodings = brain.ports.encoder().encode(&texts).await?;
    Ok(questions.into_iter().zip(encodings).filter_map(|(question, encoding)| Some((question, encoding?))).collect())
}
