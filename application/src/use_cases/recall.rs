//! Recall: policy → working memory → candidates with signals → fuse → cut → explain → answer.
//!
//! Long-term memory decides what can be answered (`candidates`). Working memory only prefers: if it cannot be reached
//! the answer says `degraded` and is otherwise the same.

mod candidates;

use std::collections::HashMap;
use std::sync::Arc;

use domain::encoding::Encoding;
use domain::index::Candidate;
use domain::memory::{Memory, MemoryId, MemoryText};
use domain::recall::confidence::{Evidence, confidence};
use domain::recall::cue::{Cue, Filter};
use domain::recall::diversity::{Scored, diversified};
use domain::recall::fuse::{self, Explanation};
use domain::recall::term::{Signals, Term, Weights};
use domain::tenant::{Label, Namespace};
use domain::time::Timestamp;
use futures_util::future::join;
use thiserror::Error;
use uuid::Uuid;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::encoder::Encoder;
use crate::ports::error::PortError;
use crate::ports::metrics::{Measurement, Metrics, Outcome, Stage};
use crate::ports::policy::{Action, Resource};
use crate::ports::system::System;
use crate::ports::working::{Held, WorkingMemory};
use crate::use_cases::feedback::keep_trace;
use crate::use_cases::sessions::session_or_active;
use candidates::Found;

/// Candidates that are scored whole, at least: a few more than asked for, so that preferences can change the order.
const FEWEST_CANDIDATES: usize = 48;

/// A question to the memories of a namespace.
#[derive(Debug, Clone)]
pub struct Recall {
    /// What is asked.
    pub query: MemoryText,
    /// Most memories wanted, 1 to 100.
    pub k: usize,
    /// Which part of the memories.
    pub namespace: Namespace,
    /// The session whose working memory is preferred; never a filter.
    pub session: Option<Label>,
    /// What every memory must satisfy; `holds_at` is set here from `as_of`.
    pub filter: Filter,
    /// When the memories must hold; `None`: now.
    pub as_of: Option<Timestamp>,
    /// Whether memories that do not hold then are wanted too.
    pub include_superseded: bool,
    /// Least score of an answer, 0 to 1.
    pub min_score: f32,
    /// How much an answer must differ from those before it, 0 (not at all) to 1.
    pub diversity: f32,
    /// Whether each score is to be explained.
    pub explain: bool,
}

impl Recall {
    /// The ten best memories of the default namespace, now.
    pub fn new(query: MemoryText) -> Self {
        Self {
            query,
            k: 10,
            namespace: Namespace::default(),
            session: None,
            filter: Filter::default(),
            as_of: None,
            include_superseded: false,
            min_score: 0.0,
            diversity: 0.0,
            explain: false,
        }
    }
}

/// The answer of a recall, the best first.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// The recall's own name.
    pub recall_id: Uuid,
    /// At most k memories.
    pub memories: Vec<RecalledMemory>,
    /// Whether the confidence is below what the operator asks for; never empties `memories`.
    pub abstained: bool,
    /// How sure it is that any memory answers, 0 to 1: a probability (`domain::recall::confidence`).
    pub confidence: f32,
    /// Whether something could not be reached.
    pub degraded: bool,
    /// Where the candidates came from.
    pub sources: Sources,
}

/// How many candidates came from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sources {
    /// From the search over all memories.
    pub long_term: usize,
    /// Held by the session's working memory too.
    pub working: usize,
}

/// One memory of an answer.
#[derive(Debug, Clone)]
pub struct RecalledMemory {
    /// The memory.
    pub memory: Arc<Memory>,
    /// How well it answers, 0 to 1; comparable between calls.
    pub score: f32,
    /// How the score came about, if that was asked.
    pub explanation: Option<Explanation>,
    /// The raw signals.
    pub signals: Signals,
}

/// Why nothing was recalled.
#[derive(Debug, Error)]
pub enum RecallError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Neither the long-term memory nor anything in its place could be searched.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl Blame for RecallError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn execute<P: Ports>(brain: &Brain<P>, call: &Call, query: Recall) -> Result<Recalled, RecallError> {
    let resource = Resource::memories(call, &query.namespace);
    brain.timed(Stage::Policy, permit(&*brain.ports, call, Action::Recall, resource)).await?;
    search(brain, call, &query).await
}

/// The recall itself, for callers that have passed the gate.
pub(crate) async fn search<P: Ports>(brain: &Brain<P>, call: &Call, query: &Recall) -> Result<Recalled, RecallError> {
    let ports = &*brain.ports;
    let now = ports.system().now();
    let encoded = encoded(brain, call, query).await;
    let without_encoder = encoded.is_err();
    let held = brain.timed(Stage::Working, held(ports, call, query, now)).await;
    let here = held.as_deref().unwrap_or_default();
    let cue = cue(brain, call, query, encoded.unwrap_or_default(), here, now).await;
    let Found { mut candidates, reading, degraded } = candidates::find(brain, call, &cue, held.as_deref()).await?;
    let reachable = held.is_some();
    let degraded = degraded || !reachable || without_encoder;
    let held: HashMap<MemoryId, f64> = held.iter().flatten().map(|one| (one.memory.id, one.salience)).collect();
    let working = prefer_held(&mut candidates, &held, query.session.is_some());
    let mut sources = Sources { long_term: candidates.len(), working };
    let confidence = confidence(&Evidence::of(&candidates, &reading, &cue.weights));
    let ranked = rank(cue.weights, query, candidates);
    sources.long_term -= working;
    let recall_id = ports.system().new_id();
    let kept = keep_trace(brain, call, recall_id, if reachable { &ranked } else { &[] });
    brain.timed(Stage::Working, join(attend(ports, call, query, &held, &ranked, now), kept)).await;
    Ok(Recalled {
        recall_id,
        memories: ranked,
        abstained: confidence < brain.settings.abstain_below,
        confidence,
        degraded,
        sources,
    })
}

/// Where the query lies in meaning; without the encoder its words are left.
async fn encoded<P: Ports>(brain: &Brain<P>, call: &Call, query: &Recall) -> Result<Option<Encoding>, PortError> {
    let encoded = brain.timed(Stage::Encode, brain.ports.encoder().encode_query(query.query.as_str())).await;
    encoded.inspect_err(|error| {
        let cause = error.source.as_ref().map(tracing::field::display);
        tracing::warn!(request_id = %call.request_id, error = %error, cause, "the encoder could not be asked; degraded");
    })
}

async fn cue<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &Recall,
    encoding: Option<Encoding>,
    held: &[Held],
    now: Timestamp,
) -> Cue {
    let mut weights = brain.weights(&call.caller.tenant).await;
    let mut include = Vec::new();
    if query.session.is_some() {
        let here = held.iter().map(|one| &one.memory).filter(|memory| memory.namespace == query.namespace);
        include.extend(here.map(|memory| memory.id));
    } else {
        weights.set(Term::Session, 0.0);
    }
    let mut filter = query.filter.clone();
    if !query.include_superseded {
        filter.holds_at = Some(query.as_of.unwrap_or(now));
    }
    Cue {
        tenant: call.caller.tenant.clone(),
        namespace: query.namespace.clone(),
        text: query.query.clone(),
        encoding,
        filter,
        limit: FEWEST_CANDIDATES.max(3 * query.k),
        weights,
        include,
        at: query.as_of.unwrap_or(now),
    }
}

/// What the session holds; `None` where it cannot be reached.
async fn held<P: Ports>(ports: &P, call: &Call, query: &Recall, now: Timestamp) -> Option<Vec<Held>> {
    let session = session_or_active(query.session.as_ref());
    let held = ports.working().held(&call.caller.tenant, &session, now).await;
    held.inspect_err(|error| {
        tracing::warn!(request_id = %call.request_id, error = %error, "redis or working memory could not be asked");
    })
    .ok()
}

/// Counts the candidates that are held; gives them their salience as a signal where a session was named.
fn prefer_held(candidates: &mut [Candidate], held: &HashMap<MemoryId, f64>, named: bool) -> usize {
    let mut found = 0;
    for candidate in candidates {
        if let Some(salience) = held.get(&candidate.memory.id) {
            if named {
                candidate.signals.set(Term::Session, *salience as f32);
            }
            found += 1;
        }
    }
    found
}

/// Weighs, orders, diversifies and cuts.
fn rank(weights: Weights, query: &Recall, candidates: Vec<Candidate>) -> Vec<RecalledMemory> {
    let mut scored: Vec<(f32, Candidate)> =
        candidates.into_iter().map(|candidate| (candidate.signals.dot(&weights), candidate)).collect();
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(other.seq.cmp(&one.seq)));
    diversify(scored, query)
        .into_iter()
        .map(|(raw, candidate)| RecalledMemory {
            score: fuse::score(raw),
            explanation: query.explain.then(|| Explanation::new(&candidate.signals, &weights)),
            signals: candidate.signals,
            memory: candidate.memory,
        })
        .filter(|memory| memory.score >= query.min_score)
        .collect()
}

/// The k best, or the k best that do not all say the same.
fn diversify(mut scored: Vec<(f32, Candidate)>, query: &Recall) -> Vec<(f32, Candidate)> {
    if query.diversity <= 0.0 {
        scored.truncate(query.k);
        return scored;
    }
    let answers: Vec<Scored<'_>> = scored
        .iter()
        .map(|(raw, candidate)| Scored { score: fuse::score(*raw), encoding: candidate.memory.encoding.as_ref() })
        .collect();
    let order = diversified(&answers, query.diversity, query.k);
    let mut taken: Vec<Option<(f32, Candidate)>> = scored.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| taken[at].take()).collect()
}

/// What was recalled was used: it stays in mind longer.
async fn attend<P: Ports>(
    ports: &P,
    call: &Call,
    query: &Recall,
    held: &HashMap<MemoryId, f64>,
    ranked: &[RecalledMemory],
    now: Timestamp,
) {
    let used: Vec<MemoryId> = ranked.iter().map(|one| one.memory.id).filter(|id| held.contains_key(id)).collect();
    let hits = used.len() as u64;
    ports.metrics().record(Measurement::WorkingMemory { hits, misses: ranked.len() as u64 - hits });
    if used.is_empty() {
        return;
    }
    let session = session_or_active(query.session.as_ref());
    if let Err(error) = ports.working().touch(&call.caller.tenant, &session, &used, now).await {
        tracing::warn!(request_id = %call.request_id, error = %error, "working memory could not be touched");
    }
}
