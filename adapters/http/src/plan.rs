//! `POST /plan`.

use std::time::Duration;

use application::brain::Brain;
use application::ports::Ports;
use application::use_cases::plan::{MakePlan, Planned, Searched};
use domain::memory::MemoryId;
use domain::plan::{Gap, MetBy, Need, Plan, Quote, Step};
use poem::http::HeaderMap;
use poem_openapi::{Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::either::Either;
use crate::headers::accepts;
use crate::json::Json;
use crate::mermaid::{Flowchart, MERMAID};
use crate::problem::Problem;
use crate::recall::RecalledMemoryBody;
use crate::wire::few::Few;
use crate::wire::values::{Count, Id, Name, NamespaceName, Text};

/// Planning from memories.
pub(crate) struct PlanApi<P>(pub(crate) Brain<P>);

/// A goal to plan for. Only `goal` is needed.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
struct PlanRequest {
    /// What is to be reached: 1 to 32,768 characters.
    goal: Text,
    /// Facts that hold now, as short texts; at most 256.
    context: Option<Few<Text, { MakePlan::CONTEXT }>>,
    /// The part of the memories to plan from; `default` if left out.
    namespace: Option<NamespaceName>,
    /// The session whose working memory is preferred.
    session_id: Option<Name>,
    /// Most steps, 1 to 1,000; 12 if left out.
    max_steps: Option<Count<1, 1000>>,
    /// Other plans wanted, 0 to 3.
    alternatives: Option<Count<0, 3>>,
    /// How long planning may take, in milliseconds; 5,000 if left out.
    time_budget_ms: Option<Count<1, 600_000>>,
}

/// A plan, and what it stands on.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Planned")]
struct PlannedBody {
    /// The plan's own id.
    plan_id: Id,
    #[serde(flatten)]
    #[oai(flatten)]
    plan: PlanBody,
    /// Other plans, each with at least one other step.
    alternatives: Vec<PlanBody>,
    /// The memories recalled for the goal, the best first.
    evidence: Vec<RecalledMemoryBody>,
    /// How the search went; left out where links made the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<SearchBody>,
    /// Whether something could not be reached.
    degraded: bool,
}

/// How the search for a plan went.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "PlanSearch")]
struct SearchBody {
    /// States looked at.
    expansions: u64,
    /// What it really took, in milliseconds.
    took_ms: f64,
    /// What ended it before it was through: `time`, `expansions`, or `steps` where no plan is as short as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<String>,
}

/// Steps towards a goal.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Plan")]
struct PlanBody {
    /// `complete`: every need is met; `partial`: see `gaps`; `none`: no memory can be made a step.
    status: String,
    /// What to do, in this order.
    steps: Vec<StepBody>,
    /// What all steps cost together.
    cost: f64,
    /// How sure the plan is, 0 to 1.
    confidence: f64,
    /// What is missing.
    gaps: Vec<GapBody>,
    /// Memories that wait for each other, one list a ring.
    cycles: Vec<Vec<Id>>,
}

/// One thing to do.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "PlanStep")]
struct StepBody {
    /// Its number: 1, 2, 3, …
    n: usize,
    /// The memory that it is taken from.
    memory_id: Id,
    /// What to do.
    action: String,
    /// What must hold before, and what sees to it.
    needs: Vec<NeedBody>,
    /// What holds afterwards.
    achieves: Vec<String>,
    /// The memories that say so.
    because: Vec<Id>,
    /// The sentences that it was read from; left out where a memory holds it as a procedure or a link.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(skip_serializing_if_is_empty, default)]
    quotes: Vec<QuoteBody>,
    /// The numbers of the steps that must be done before.
    depends_on: Vec<usize>,
    /// How sure it is, 0 to 1.
    confidence: f64,
}

/// Words of a memory.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "PlanQuote")]
struct QuoteBody {
    /// The memory.
    memory_id: Id,
    /// Where they begin in its content, in bytes of UTF-8.
    start: usize,
    /// Where they end.
    end: usize,
    /// The words.
    text: String,
}

/// Something that must hold before a step.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "PlanNeed")]
struct NeedBody {
    /// What must hold.
    text: String,
    /// What sees to it: `step`, `context`, `memory`, or `absence` where nothing says that it holds and it must not.
    met_by: String,
    /// The number of that step.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    /// The id of that memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_id: Option<Id>,
}

/// Something needed that nothing meets.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "PlanGap")]
struct GapBody {
    /// What is missing.
    need: String,
    /// The step that needs it; left out where it is a step of its own that did not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_step: Option<usize>,
    /// The memory of what cannot be done without it, where that is no step.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_memory: Option<Id>,
}

#[OpenApi(tag = "Topic::Plans")]
impl<P: Ports> PlanApi<P> {
    /// Make a plan for a goal from what is remembered
    ///
    /// Every step is a memory; none is invented. Where procedural memories (`procedure` with preconditions and effects)
    /// speak of the goal, their actions are searched from what holds now: the context, what the session has in mind and
    /// semantic memories. So are acts that memories tell of in plain English ("To deploy the service, first build the image"),
    /// each with the sentence in `quotes`. Where none does, the links of the memories recalled make the plan. What nothing meets is listed in
    /// `gaps`. Where no memory can be made a step the status is `none` and `evidence` holds what was recalled for the goal.
    ///
    /// With `Accept: text/vnd.mermaid` the plan is drawn as a Mermaid flowchart: needs as edges, gaps dashed, ids as comments.
    ///
    /// Example: `{"goal": "release version 2", "context": ["the tests pass"], "max_steps": 8}`
    #[oai(path = "/plan", method = "post", operation_id = "plan")]
    async fn plan(
        &self,
        call: Authenticated,
        headers: &HeaderMap,
        body: Json<PlanRequest>,
    ) -> Result<Either<Json<PlannedBody>, Flowchart>, Problem> {
        let query: MakePlan = body.value.into();
        let goal = query.goal.clone();
        let planned = self.0.plan(&call.0, query).await?;
        if accepts(headers, MERMAID) {
            return Ok(Either::Other(Flowchart::of(goal.as_str(), &planned.plan)));
        }
        Ok(Either::usual(Json::new(planned.into())))
    }
}

impl From<PlanRequest> for MakePlan {
    fn from(request: PlanRequest) -> Self {
        Self {
            goal: request.goal.0,
            context: request.context.unwrap_or_default().into_iter().map(|text| text.0).collect(),
            namespace: request.namespace.map(|name| name.0).unwrap_or_default(),
            session: request.session_id.map(|name| name.0),
            max_steps: request.max_steps.map_or(12, |steps| steps.0 as usize),
            alternatives: request.alternatives.map_or(0, |count| count.0 as usize),
            time_budget: request.time_budget_ms.map(|ms| Duration::from_millis(ms.0.into())),
        }
    }
}

impl From<Planned> for PlannedBody {
    fn from(planned: Planned) -> Self {
        Self {
            plan_id: Id(MemoryId(planned.plan_id)),
            plan: planned.plan.into(),
            alternatives: planned.alternatives.into_iter().map(PlanBody::from).collect(),
            evidence: planned.evidence.iter().map(RecalledMemoryBody::from).collect(),
            search: planned.search.map(SearchBody::from),
            degraded: planned.degraded,
        }
    }
}

impl From<Searched> for SearchBody {
    fn from(searched: Searched) -> Self {
        Self {
            expansions: searched.expansions,
            took_ms: searched.took.as_secs_f64() * 1000.0,
            stopped_by: searched.stopped.map(|by| by.as_str().to_owned()),
        }
    }
}

impl From<Plan> for PlanBody {
    fn from(plan: Plan) -> Self {
        Self {
            status: plan.status.as_str().to_owned(),
            steps: plan.steps.into_iter().map(StepBody::from).collect(),
            cost: plan.cost,
            confidence: plan.confidence,
            gaps: plan.gaps.into_iter().map(GapBody::from).collect(),
            cycles: plan.cycles.into_iter().map(|ring| ring.into_iter().map(Id).collect()).collect(),
        }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        Self {
            n: step.n,
            memory_id: Id(step.memory),
            action: step.action,
            needs: step.needs.into_iter().map(NeedBody::from).collect(),
            achieves: step.achieves,
            because: step.because.into_iter().map(Id).collect(),
            quotes: step.quotes.into_iter().map(QuoteBody::from).collect(),
            depends_on: step.depends_on,
            confidence: step.confidence,
        }
    }
}

impl From<Quote> for QuoteBody {
    fn from(quote: Quote) -> Self {
        Self { memory_id: Id(quote.memory), start: quote.range.start, end: quote.range.end, text: quote.text }
    }
}

impl From<Need> for NeedBody {
    fn from(need: Need) -> Self {
        let (met_by, step, memory_id) = match need.met_by {
            MetBy::Step(n) => ("step", Some(n), None),
            MetBy::Context => ("context", None, None),
            MetBy::Memory(id) => ("memory", None, Some(Id(id))),
            MetBy::Absence => ("absence", None, None),
        };
        Self { text: need.text, met_by: met_by.to_owned(), step, memory_id }
    }
}

impl From<Gap> for GapBody {
    fn from(gap: Gap) -> Self {
        Self { need: gap.need, for_step: gap.for_step, for_memory: gap.for_memory.map(Id) }
    }
}
