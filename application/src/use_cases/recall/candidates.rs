//! Where candidates come from: the long-term memory; what it has not been told yet; and without it, working memory.
//!
//! What the outbox holds of the namespace is delivered on the way, so that the search knows it: then every replica scores
//! alike. Where the long-term memory cannot be told, what waits is scored here by the same code of the domain.
//!
//! What waits is what the service lacks that answered last. Where another answers this search, that one's is asked for and
//! the search repeated: it may hold what was erased meanwhile.

use std::collections::HashSet;
use std::sync::Arc;

use domain::index::{self, Candidate, NamespaceIndex, Reading};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;

use crate::brain::Brain;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::Ledger;
use crate::ports::long_term::{Act, Entry, LongTermMemory, Searched, ServiceId};
use crate::ports::metrics::Stage;
use crate::ports::outbox::{Outbox, Undelivered};
use crate::ports::working::Held;

/// Most undelivered entries of a namespace that recall takes in; with more it says `degraded`.
const MOST_UNDELIVERED: usize = 1000;
/// Times that another service may answer before recall says `degraded`.
const MOST_SERVICES: usize = 3;

/// Candidates with their signals.
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// How the query was read.
    pub(super) reading: Reading,
    /// Whether something could not be reached.
    pub(super) degraded: bool,
}

/// Finds the candidates for a cue; fails only where nothing at all could be asked.
pub(super) async fn find<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    cue: &Cue,
    held: Option<&[Held]>,
) -> Result<Found, PortError> {
    let mut service = brain.deliveries.answering();
    for _ in 1..MOST_SERVICES {
        match attempt(brain, call, cue, held, service).await? {
            Attempt::Found(found) => return Ok(found),
            Attempt::AnotherAnswered { by, .. } => service = by,
        }
    }
    match attempt(brain, call, cue, held, service).await? {
        Attempt::Found(found) => Ok(found),
        Attempt::AnotherAnswered { found, entries, .. } => {
            let candidates = still_there(brain, cue, found.candidates).await?;
            let candidates = with_waiting(brain, cue, candidates, &entries);
            Ok(Found { candidates, reading: found.reading, degraded: true })
        }
    }
}

/// What came of asking the long-term memory.
enum Attempt {
    Found(Found),
    /// Not by the service that was expected: what this one lacks is not known yet.
    AnotherAnswered {
        by: ServiceId,
        found: index::Found,
        entries: Vec<Entry>,
    },
}

/// Asks once, taking in what the service lacks that is expected to answer.
async fn attempt<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    cue: &Cue,
    held: Option<&[Held]>,
    service: ServiceId,
) -> Result<Attempt, PortError> {
    let waiting = waiting(brain, call, cue, service).await;
    let unknown = waiting.is_err();
    let Waiting { mut entries, more } = waiting.unwrap_or_default();
    if !entries.is_empty() && brain.deliver(&cue.tenant, &entries).await == Some(service) {
        entries.clear();
    }
    match brain.timed(Stage::LongTerm, brain.ports.long_term().search(cue)).await {
        Ok(Searched { found, by }) => {
            brain.deliveries.answered(by);
            if by != service && !unknown {
                return Ok(Attempt::AnotherAnswered { by, found, entries });
            }
            let reading = found.reading;
            let found = if more { still_there(brain, cue, found.candidates).await? } else { found.candidates };
            let candidates = with_waiting(brain, cue, found, &entries);
            Ok(Attempt::Found(Found { candidates, reading, degraded: unknown || more }))
        }
        Err(error) if unknown && held.is_none() => Err(error),
        Err(error) => {
            tracing::warn!(request_id = %call.request_id, error = %error, "memory service not searched; degraded");
            let confirmed = confirmed(brain, cue, held.unwrap_or_default()).await;
            let found = in_its_place(brain, cue, confirmed, &entries);
            Ok(Attempt::Found(Found { candidates: found.candidates, reading: found.reading, degraded: true }))
        }
    }
}

/// What the long-term memory has not been told.
#[derive(Default)]
struct Waiting {
    entries: Vec<Entry>,
    /// Whether there is more than can be taken in, or than is known.
    more: bool,
}

/// What the outbox holds of the namespace for the service and this process has not delivered.
async fn waiting<P: Ports>(brain: &Brain<P>, call: &Call, cue: &Cue, service: ServiceId) -> Result<Waiting, PortError> {
    let undelivered = brain.ports.outbox().undelivered(service, &cue.tenant, &cue.namespace, MOST_UNDELIVERED + 1);
    let Undelivered { mut entries, whole } = brain.timed(Stage::Ledger, undelivered).await.inspect_err(|error| {
        tracing::warn!(request_id = %call.request_id, error = %error, "postgres or outbox could not be asked; degraded");
    })?;
    let more = !whole || entries.len() > MOST_UNDELIVERED;
    entries.truncate(MOST_UNDELIVERED);
    brain.deliveries.without_delivered(service, &cue.tenant, &mut entries);
    Ok(Waiting { entries, more })
}

/// Leaves out what was erased and is not among the erasures taken in.
async fn still_there<P: Ports>(
    brain: &Brain<P>,
    cue: &Cue,
    found: Vec<Candidate>,
) -> Result<Vec<Candidate>, PortError> {
    let ids: Vec<MemoryId> = found.iter().map(|candidate| candidate.memory.id).collect();
    let known = brain.timed(Stage::Ledger, brain.ports.ledger().read(&cue.tenant, &ids)).await?;
    let known: HashSet<MemoryId> = known.iter().map(|memory| memory.id).collect();
    Ok(found.into_iter().filter(|candidate| known.contains(&candidate.memory.id)).collect())
}

/// What a search found, with what it could not know: memories that wait, as they are now, and without what was erased.
fn with_waiting<P: Ports>(brain: &Brain<P>, cue: &Cue, found: Vec<Candidate>, entries: &[Entry]) -> Vec<Candidate> {
    if entries.is_empty() {
        return found;
    }
    let newer: HashSet<MemoryId> = entries.iter().map(|entry| entry.act.id()).collect();
    let mut candidates: Vec<Candidate> =
        found.into_iter().filter(|candidate| !newer.contains(&candidate.memory.id)).collect();
    candidates.extend(scored(brain, cue, &[], entries).candidates);
    candidates
}

/// Without the long-term memory: what the session holds and what waits.
fn in_its_place<P: Ports>(brain: &Brain<P>, cue: &Cue, held: Vec<Arc<Memory>>, entries: &[Entry]) -> index::Found {
    let erased: HashSet<MemoryId> =
        entries.iter().filter(|entry| matches!(entry.act, Act::Erase { .. })).map(|entry| entry.act.id()).collect();
    let held: Vec<Arc<Memory>> = held.into_iter().filter(|memory| !erased.contains(&memory.id)).collect();
    scored(brain, cue, &held, entries)
}

fn scored<P: Ports>(brain: &Brain<P>, cue: &Cue, held: &[Arc<Memory>], entries: &[Entry]) -> index::Found {
    let mut index = NamespaceIndex::with(brain.settings.lens.clone());
    for memory in held {
        index.put(Seq(0), memory.clone());
    }
    for entry in entries {
        match &entry.act {
            Act::Put { memory, .. } => index.put(entry.seq, memory.clone()),
            Act::Erase { id, .. } => {
                index.erase(*id);
            }
        }
    }
    index.search(cue)
}

/// What a session holds of the namespace, as the ledger knows it now. Nothing where that is away too: it may have been
/// erased.
async fn confirmed<P: Ports>(brain: &Brain<P>, cue: &Cue, held: &[Held]) -> Vec<Arc<Memory>> {
    let here = held.iter().map(|one| &one.memory).filter(|memory| memory.namespace == cue.namespace);
    let ids: Vec<MemoryId> = here.map(|memory| memory.id).collect();
    brain.ports.ledger().read(&cue.tenant, &ids).await.unwrap_or_default()
}
