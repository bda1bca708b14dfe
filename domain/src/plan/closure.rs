//! The plan where nobody has told how things are done: the ordered closure over the links `requires`, `enables`,
//! `precedes` and `causes` of the memories recalled for the goal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fact::Fact;
use super::graph::Graph;
use super::web::{Member, Web};
use super::{Gap, MetBy, Need, Plan, PlanStatus, Step};
use crate::link::{Edge, Relation};
use crate::memory::{Memory, MemoryId, Procedure};

/// A memory recalled for the goal.
#[derive(Debug, Clone)]
pub struct Relevant {
    /// The memory.
    pub memory: Arc<Memory>,
    /// Its score, 0 to 1.
    pub score: f64,
}

/// What is known for a goal. What is erased or not valid is simply not in it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The memories recalled for the goal, most relevant first.
    pub recalled: &'a [Relevant],
    /// The memories that links led to, in any order; see [`reach`](super::reach).
    pub reached: &'a [Arc<Memory>],
    /// The links between all of these and to memories that are not at hand; other relations are passed over.
    pub edges: &'a [Edge],
    /// What holds now.
    pub context: &'a [Fact],
    /// Most steps, 1 or more.
    pub max_steps: usize,
}

/// The plan that the links make.
///
/// - Steps are the memories recalled for the goal that links of order hold, and all that must come before them: each
///   after all that it depends on; where links leave the order open, what serves the more relevant memory first, then
///   the more relevant, the earlier, the smaller id.
/// - A memory whose content is a fact of the context is done: it is no step, and meets needs as context.
/// - What is needed and not at hand, and every step beyond `max_steps`, is a gap.
/// - Memories that wait for each other are reported as cycles. In each the most relevant comes last: what it should
///   come before does not wait for it, and has a gap instead.
/// - A step is as sure as the surest step that it serves, or as its own score; the plan is as sure as its surest step,
///   times the share of steps among steps and gaps.
/// - Without any link of order: status `None` and the evidence alone.
///
/// Deterministic: the same knowledge in any order of `reached` and `edges` makes the same plan.
pub fn plan(known: &Known) -> Plan {
    let web = Web::of(known);
    let goals = web.goals();
    let members = web.steps(&goals);
    let mut evidence: Vec<MemoryId> = Vec::new();
    for hit in known.recalled {
        if !evidence.contains(&hit.memory.id) {
            evidence.push(hit.memory.id);
        }
    }
    if members.is_empty() {
        return without_steps(&web, &goals, evidence);
    }
    let draft = Draft::new(&web, &members, known.max_steps.max(1));
    let confidences = draft.confidences();
    let steps: Vec<Step> = (0..draft.kept.len()).map(|at| draft.step(at, &confidences)).collect();
    let gaps = draft.gaps();
    let surest = steps.iter().map(|step| step.confidence).fold(0.0, f64::max);
    Plan {
        status: if gaps.is_empty() && draft.cycles.is_empty() { PlanStatus::Complete } else { PlanStatus::Partial },
        cost: draft.kept.iter().map(|&place| cost(members[place].memory)).sum(),
        confidence: surest * steps.len() as f64 / (steps.len() + gaps.len()) as f64,
        steps,
        gaps,
        cycles: draft.cycles,
        evidence,
    }
}

/// Nothing to do: because the goal is reached, or because nothing is known.
fn without_steps(web: &Web, goals: &[MemoryId], evidence: Vec<MemoryId>) -> Plan {
    let done = goals.iter().filter_map(|&id| web.member(id)).find(|member| member.done);
    Plan {
        status: if done.is_some() { PlanStatus::Complete } else { PlanStatus::None },
        steps: Vec::new(),
        cost: 0.0,
        confidence: done.map_or(0.0, |member| member.score),
        gaps: Vec::new(),
        cycles: Vec::new(),
        evidence,
    }
}

/// The steps in order, with what they wait for, by place in `members`.
struct Draft<'a> {
    web: &'a Web<'a>,
    members: &'a [&'a Member<'a>],
    places: BTreeMap<MemoryId, usize>,
    cycles: Vec<Vec<MemoryId>>,
    given_up: BTreeSet<(usize, usize)>,
    kept: Vec<usize>,
    left_out: Vec<usize>,
    numbers: Vec<Option<usize>>,
    serves: Vec<Vec<(usize, &'a [Edge])>>,
}

/// What becomes of something that a step waits for.
enum Answer {
    Met(Need),
    Missing(String),
}

impl<'a> Draft<'a> {
    fn new(web: &'a Web<'a>, members: &'a [&'a Member<'a>], max_steps: usize) -> Self {
        let places: BTreeMap<_, _> = members.iter().enumerate().map(|(at, member)| (member.memory.id, at)).collect();
        let mut serves = vec![Vec::new(); members.len()];
        for (after, member) in members.iter().enumerate() {
            for (before, edges) in web.needs(member.memory.id) {
                if let Some(&before) = places.get(&before) {
                    serves[before].push((after, edges));
                }
            }
        }
        let pairs = serves.iter().enumerate().flat_map(|(before, list)| list.iter().map(move |(at, _)| (before, *at)));
        let mut graph = Graph::new(members.len(), pairs);
        let ids = |ring: Vec<usize>| ring.into_iter().map(|at| members[at].memory.id).collect();
        let cycles = graph.rings().into_iter().map(ids).collect();
        let given_up = graph.open(|at| {
            let Member { memory, rank, .. } = members[at];
            (Reverse(*rank), memory.times.happened(), memory.id)
        });
        let mut kept = graph.order();
        let left_out = kept.split_off(max_steps.min(kept.len()));
        let mut numbers = vec![None; members.len()];
        for (at, &place) in kept.iter().enumerate() {
            numbers[place] = Some(at + 1);
        }
        Self { web, members, places, cycles, given_up, kept, left_out, numbers, serves }
    }

    fn answers(&self, place: usize) -> Vec<Answer> {
        self.web.needs(self.members[place].memory.id).map(|(before, _)| self.answer(before, place)).collect()
    }

    fn answer(&self, before: MemoryId, place: usize) -> Answer {
        let Some(member) = self.web.member(before) else {
            return Answer::Missing(format!("memory {before}, which is erased, not valid or out of reach"));
        };
        let text = member.memory.content.as_str().to_owned();
        if member.done {
            return Answer::Met(Need { text, met_by: MetBy::Context });
        }
        let waited_for = self.places.get(&before).filter(|&&at| !self.given_up.contains(&(at, place)));
        match waited_for.and_then(|&at| self.numbers[at]) {
            Some(n) => Answer::Met(Need { text, met_by: MetBy::Step(n) }),
            None => Answer::Missing(text),
        }
    }

    fn step(&self, at: usize, confidences: &[f64]) -> Step {
        let place = self.kept[at];
        let memory = self.members[place].memory;
        let mut needs: Vec<Need> = Vec::new();
        let mut depends_on = Vec::new();
        for answer in self.answers(place) {
            let Answer::Met(need) = answer else { continue };
            if let MetBy::Step(n) = need.met_by {
                depends_on.push(n);
            }
            needs.push(need);
        }
        depends_on.sort_unstable();
        needs.sort_by_key(|need| if let MetBy::Step(n) = need.met_by { n } else { usize::MAX });
        Step {
            n: at + 1,
            memory: memory.id,
            action: memory.content.as_str().to_owned(),
            needs,
            achieves: self.achieves(place),
            because: self.because(place),
            quotes: Vec::new(),
            depends_on,
            confidence: confidences[place],
        }
    }

    /// The steps that wait for `place`, in order, with the links that say so.
    fn served(&self, place: usize) -> Vec<(usize, &'a [Edge])> {
        let waits =
            |&(after, _): &(usize, &[Edge])| self.numbers[after].is_some() && !self.given_up.contains(&(place, after));
        let mut served: Vec<_> = self.serves[place].iter().copied().filter(waits).collect();
        served.sort_by_key(|(after, _)| self.numbers[*after]);
        served
    }

    /// What the step makes possible within the plan; what merely comes later is not its doing.
    fn achieves(&self, place: usize) -> Vec<String> {
        let makes_possible = |edges: &[Edge]| edges.iter().any(|edge| edge.link.relation != Relation::Precedes);
        let served = self.served(place).into_iter().filter(|(_, edges)| makes_possible(edges));
        served.map(|(after, _)| self.members[after].memory.content.as_str().to_owned()).collect()
    }

    /// The step's memory, and then those that hold the links to what it needs and to what it serves.
    fn because(&self, place: usize) -> Vec<MemoryId> {
        let id = self.members[place].memory.id;
        let mut because = vec![id];
        let needs = self.web.needs(id).map(|(_, edges)| edges);
        for edge in needs.chain(self.served(place).into_iter().map(|(_, edges)| edges)).flatten() {
            // A link may be held by a memory that is gone: that one cannot be cited.
            if !because.contains(&edge.from) && self.web.member(edge.from).is_some() {
                because.push(edge.from);
            }
        }
        because
    }

    /// By place: the own score, or that of the surest step that waits for it.
    fn confidences(&self) -> Vec<f64> {
        let mut confidences: Vec<f64> = self.members.iter().map(|member| member.score).collect();
        for &before in self.left_out.iter().rev().chain(self.kept.iter().rev()) {
            for &(after, _) in &self.serves[before] {
                if !self.given_up.contains(&(before, after)) {
                    confidences[before] = confidences[before].max(confidences[after]);
                }
            }
        }
        confidences
    }

    /// What the steps miss, in their order, and then the steps that did not fit.
    fn gaps(&self) -> Vec<Gap> {
        let missing = self.kept.iter().flat_map(|&place| {
            self.answers(place).into_iter().filter_map(move |answer| match answer {
                Answer::Missing(need) => Some(Gap { need, for_step: self.numbers[place], for_memory: None }),
                Answer::Met(_) => None,
            })
        });
        let text = |&place: &usize| self.members[place].memory.content.as_str().to_owned();
        missing
            .chain(self.left_out.iter().map(|place| Gap { need: text(place), for_step: None, for_memory: None }))
            .collect()
    }
}

fn cost(memory: &Memory) -> f64 {
    memory.procedure.as_ref().map(|Procedure { cost, .. }| *cost).unwrap_or_default().get()
}
