//! Plan: policy → recall for the goal → procedures and facts → the domain searches, in slices → the plan in words.
//!
//! Procedures come from memories that hold one, and from plain sentences that tell how; where both speak of an act, the
//! former count. Where no procedure of the former kind speaks of the goal, links are tried before sentences: the memories
//! that the answers of the recall depend on, layer by layer → the domain orders them. A plan only ever says what memories
//! say: each step is a memory, each order a need that it meets or a link. What nothing meets and what could not be read is a gap, never an invented step.

mod procedures;
mod search;
mod sentences;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::link::Edge;
use domain::memory::{Memory, MemoryId, MemoryText};
use domain::plan::closure::{Known, Relevant};
use domain::plan::fact::Fact;
use domain::plan::{Plan, closure, reach, told};
use domain::tenant::{Label, Namespace};
use thiserror::Error;
use uuid::Uuid;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::error::{PortError, PortErrorKind};
use crate::ports::ledger::Ledger;
use crate::ports::metrics::{Outcome, Stage};
use crate::ports::policy::{Action, Resource};
use crate::ports::system::System;
use crate::use_cases::recall::{self, Recall, RecallError, Recalled, RecalledMemory};
use procedures::Material;
pub use search::{Searched, Stopped};

/// Memories recalled for the goal.
const EVIDENCE: usize = 10;
/// A memory speaks of the goal if its score is at least this part of the best one's.
const NEAR_THE_BEST: f32 = 0.6;
/// Memories that the closure may reach in all.
const MOST_REACHED: usize = 4096;
/// Memories that are read for that, those of other namespaces among them.
const MOST_READ: usize = 2 * MOST_REACHED;

/// A plan is asked for.
#[derive(Debug, Clone)]
pub struct MakePlan {
    /// What is to be reached.
    pub goal: MemoryText,
    /// Facts that hold now.
    pub context: Vec<MemoryText>,
    /// Which part of the memories to plan from.
    pub namespace: Namespace,
    /// The session whose working memory is preferred.
    pub session: Option<Label>,
    /// Most steps, 1 to 1,000.
    pub max_steps: usize,
    /// Other plans wanted, 0 to 3; a closure of links has none.
    pub alternatives: usize,
    /// How long it may take, 5 s where nobody says; a closure of links is made in one go.
    pub time_budget: Option<Duration>,
}

impl MakePlan {
    /// Most facts of the context.
    pub const CONTEXT: usize = 256;
}

/// A plan and what it stands on.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan's own name.
    pub plan_id: Uuid,
    /// The plan.
    pub plan: Plan,
    /// Other plans, each differing in at least one action.
    pub alternatives: Vec<Plan>,
    /// The memories recalled for the goal, the best first.
    pub evidence: Vec<RecalledMemory>,
    /// How the search went; `None` where links made the plan.
    pub search: Option<Searched>,
    /// Whether something could not be reached.
    pub degraded: bool,
}

/// Why there is no plan, not even an empty one.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Long-term memory or ledger could not be asked.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl From<RecallError> for PlanError {
    fn from(error: RecallError) -> Self {
        match error {
            RecallError::Forbidden(error) => Self::Forbidden(error),
            RecallError::Failed(error) => Self::Failed(error),
        }
    }
}

impl Blame for PlanError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
        }
    }
}

pub(crate) async fn execute<P: Ports>(brain: &Brain<P>, call: &Call, query: MakePlan) -> Result<Planned, PlanError> {
    let resource = Resource::memories(call, &query.namespace);
    brain.timed(Stage::Policy, permit(&*brain.ports, call, Action::Plan, resource)).await?;
    let begin = brain.ports.system().now();
    let recalled = recall_goal(brain, call, &query).await?;
    let Material { draft, only_sentences, degraded } =
        procedures::gather(brain, call, &query, &recalled.memories).await?;
    let degraded = degraded || recalled.degraded;
    if only_sentences && draft.is_some() {
        let linked = from_links(brain, call, &query, recalled.clone(), degraded).await?;
        if !linked.plan.steps.is_empty() {
            return Ok(linked);
        }
    }
    let found = match &draft {
        Some(draft) => search::search(brain, &query, draft, begin).await.map(|found| (draft, found)),
        None => None,
    };
    let Some((draft, (outcome, searched))) = found else {
        return from_links(brain, call, &query, recalled, degraded).await;
    };
    let evidence: Vec<MemoryId> = recalled.memories.iter().map(|one| one.memory.id).collect();
    let (plan, alternatives) = told::tell(draft, &outcome, &evidence);
    Ok(Planned {
        plan_id: brain.ports.system().new_id(),
        plan,
        alternatives,
        evidence: recalled.memories,
        search: Some(searched),
        degraded,
    })
}

/// The plan where no procedure speaks of the goal.
async fn from_links<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    recalled: Recalled,
    mut degraded: bool,
) -> Result<Planned, PlanError> {
    let relevant = speaking_of_the_goal(&recalled);
    let (reached, edges) = match reach_dependencies(brain, call, query, &relevant).await {
        Ok(found) => found,
        // Without its links a plan is the evidence alone.
        Err(error) if error.kind == PortErrorKind::Unavailable => {
            tracing::warn!(request_id = %call.request_id, error = %error, "postgres or ledger not asked for links; degraded");
            degraded = true;
            (Vec::new(), Vec::new())
        }
        Err(error) => return Err(error.into()),
    };
    let context: Vec<Fact> = query.context.iter().filter_map(|text| Fact::of(text.as_str())).collect();
    let plan = closure::plan(&Known {
        recalled: &relevant,
        reached: &reached,
        edges: &edges,
        context: &context,
        max_steps: query.max_steps,
    });
    Ok(Planned {
        plan_id: brain.ports.system().new_id(),
        plan,
        alternatives: Vec::new(),
        evidence: recalled.memories,
        search: None,
        degraded,
    })
}

async fn recall_goal<P: Ports>(brain: &Brain<P>, call: &Call, query: &MakePlan) -> Result<Recalled, RecallError> {
    let recall = Recall {
        k: EVIDENCE,
        namespace: query.namespace.clone(),
        session: query.session.clone(),
        ..Recall::new(query.goal.clone())
    };
    recall::search(brain, call, &recall).await
}

/// The best answer and those near it: what scores far lower shares a word with the goal, not its meaning.
fn speaking_of_the_goal(recalled: &Recalled) -> Vec<Relevant> {
    let best = recalled.memories.iter().map(|one| one.score).fold(0.0, f32::max);
    let least = best * NEAR_THE_BEST;
    let near = recalled.memories.iter().filter(|one| one.score >= least);
    near.map(|one| Relevant { memory: one.memory.clone(), score: f64::from(one.score) }).collect()
}

/// Follows dependencies from what speaks of the goal, a layer at a time, until nothing new is found. They end where they lead
/// out of the namespace: nobody was permitted to plan from others.
async fn reach_dependencies<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    query: &MakePlan,
    relevant: &[Relevant],
) -> Result<(Vec<Arc<Memory>>, Vec<Edge>), PortError> {
    let (ledger, tenant) = (brain.ports.ledger(), &call.caller.tenant);
    let now = brain.ports.system().now();
    let mut seen: BTreeSet<MemoryId> = relevant.iter().map(|one| one.memory.id).collect();
    let mut frontier: Vec<MemoryId> = seen.iter().copied().collect();
    let (mut strangers, mut left) = (BTreeSet::new(), MOST_REACHED.saturating_sub(seen.len()));
    let (mut reached, mut edges) = (Vec::new(), BTreeSet::new());
    while !frontier.is_empty() && left > 0 && seen.len() < MOST_READ {
        let found = ledger.edges(tenant, &frontier).await?;
        let mut layer: Vec<MemoryId> = reach::layer(&seen, &found).into_iter().collect();
        layer.truncate(MOST_READ - seen.len());
        seen.extend(&layer);
        let (mut own, others): (Vec<_>, Vec<_>) =
            ledger.read(tenant, &layer).await?.into_iter().partition(|memory| memory.namespace == query.namespace);
        strangers.extend(others.iter().map(|memory| memory.id));
        // What they say of others' order is not known here; what is said of them here is a gap.
        edges.extend(found.into_iter().filter(|edge| !strangers.contains(&edge.from)));
        own.truncate(left);
        left -= own.len();
        frontier = own.iter().map(|memory| memory.id).collect();
        reached.extend(own.into_iter().filter(|memory| memory.times.hold_at(now)));
    }
    Ok((reached, edges.into_iter().collect()))
}
