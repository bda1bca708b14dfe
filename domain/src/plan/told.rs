//! A plan told: what the planner found, in the words of the memories that it rests on.

use std::collections::BTreeMap;

use super::knowledge::{Draft, Term};
use super::missing::missing;
use super::planner::Outcome;
use super::{MetBy, Need, Plan, PlanStatus, Step};
use crate::memory::MemoryId;

/// The plan and its alternatives. `evidence` are the memories recalled for the goal, the most relevant first.
pub fn tell(draft: &Draft, outcome: &Outcome, evidence: &[MemoryId]) -> (Plan, Vec<Plan>) {
    let Some((first, others)) = outcome.plans.split_first() else {
        return (partial(draft, outcome, evidence), Vec::new());
    };
    let complete = |steps: &Vec<u32>| Walk::along(draft, steps).plan(PlanStatus::Complete, evidence);
    (complete(first), others.iter().map(complete).collect())
}

/// What can be done towards the goal, and what is missing.
fn partial(draft: &Draft, outcome: &Outcome, evidence: &[MemoryId]) -> Plan {
    let status = if outcome.nearest.is_empty() { PlanStatus::None } else { PlanStatus::Partial };
    let walk = Walk::along(draft, &outcome.nearest);
    let unmet: Vec<Term> = walk.goal().iter().filter(|term| !walk.meets(term)).cloned().collect();
    let (gaps, cycles) = missing(draft, &unmet);
    let all = walk.goal().len().max(1);
    let mut plan = walk.plan(status, evidence);
    plan.confidence *= (all - unmet.len()) as f64 / all as f64;
    Plan { gaps, cycles, ..plan }
}

/// Steps walked through one after the other.
struct Walk<'a> {
    draft: &'a Draft,
    steps: Vec<Step>,
    cost: f64,
    /// By fact: whether it holds, and what has seen to it last.
    state: BTreeMap<u32, (bool, MetBy)>,
}

impl<'a> Walk<'a> {
    fn along(draft: &'a Draft, steps: &[u32]) -> Self {
        let mut state = BTreeMap::new();
        for (&fact, &said) in &draft.said {
            state.entry(draft.resolved(fact)).or_insert(said);
        }
        let mut walk = Self { draft, steps: Vec::with_capacity(steps.len()), cost: 0.0, state };
        steps.iter().for_each(|&step| walk.take(step as usize));
        for term in walk.goal().to_vec() {
            walk.credit(&term);
        }
        walk
    }

    fn goal(&self) -> &'a [Term] {
        self.draft.goal().unwrap_or_default()
    }

    fn take(&mut self, at: usize) {
        let reading = &self.draft.actions[at];
        let n = self.steps.len() + 1;
        let mut step = Step {
            n,
            memory: reading.known.memory,
            action: reading.known.action.clone(),
            needs: Vec::new(),
            achieves: Vec::new(),
            because: vec![reading.known.memory],
            quotes: reading.known.quotes.clone(),
            depends_on: Vec::new(),
            confidence: reading.known.sureness,
        };
        step.because.extend(&reading.known.because);
        for term in &reading.needs {
            let met_by = self.met_by(term);
            self.credit(term);
            match met_by {
                MetBy::Step(n) => step.depends_on.push(n),
                MetBy::Memory(id) if !step.because.contains(&id) => step.because.push(id),
                MetBy::Memory(_) | MetBy::Context | MetBy::Absence => {}
            }
            step.needs.push(Need { text: term.text.clone(), met_by });
            step.confidence = step.confidence.min(self.draft.sureness(term.fact));
        }
        step.depends_on.sort_unstable();
        step.depends_on.dedup();
        self.steps.push(step);
        self.cost += reading.known.cost.get();
        let done = self.draft.done(at).map(|fact| (fact, true));
        // What is added wins over what is taken away.
        let mut effects: Vec<(u32, bool)> =
            reading.effects.iter().map(|one| (self.draft.resolved(one.fact), one.holds)).collect();
        effects.sort_by_key(|(_, holds)| *holds);
        for (fact, holds) in effects.into_iter().chain(done) {
            if self.state.get(&fact).is_none_or(|(now, _)| *now != holds) {
                self.state.insert(fact, (holds, MetBy::Step(n)));
            }
        }
    }

    fn meets(&self, term: &Term) -> bool {
        let fact = self.draft.resolved(term.fact);
        match self.state.get(&fact) {
            Some((holds, _)) => *holds == term.holds,
            None => !term.holds && !self.draft.disputed.contains(&fact),
        }
    }

    fn met_by(&self, term: &Term) -> MetBy {
        self.state.get(&self.draft.resolved(term.fact)).map_or(MetBy::Absence, |(_, by)| *by)
    }

    /// Lets the step that has seen to a term be known for it.
    fn credit(&mut self, term: &Term) {
        if let MetBy::Step(n) = self.met_by(term)
            && self.meets(term)
            && !self.steps[n - 1].achieves.contains(&term.text)
        {
            self.steps[n - 1].achieves.push(term.text.clone());
        }
    }

    fn plan(self, status: PlanStatus, evidence: &[MemoryId]) -> Plan {
        let goal = self.goal().iter().map(|term| self.draft.sureness(term.fact)).fold(1.0, f64::min);
        let steps = self.steps.iter().map(|step| step.confidence).fold(1.0, f64::min);
        Plan {
            status,
            cost: self.cost,
            confidence: if status == PlanStatus::None { 0.0 } else { goal * steps },
            steps: self.steps,
            gaps: Vec::new(),
            cycles: Vec::new(),
            evidence: evidence.to_vec(),
        }
    }
}
