//! A planning task without variables: STRIPS with negative conditions (Fikes and Nilsson 1971).

use thiserror::Error;

use super::lists::Lists;

/// A ground action. Facts are numbers below the task's count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroundAction {
    /// What must hold.
    pub needs: Vec<u32>,
    /// What must not hold.
    pub forbids: Vec<u32>,
    /// What holds afterwards; wins over `deletes`.
    pub adds: Vec<u32>,
    /// What no longer holds.
    pub deletes: Vec<u32>,
    /// What it costs: finite, 0 or more.
    pub cost: f64,
}

/// What is the case, what can be done and what is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroundTask {
    /// How many facts there are: 0 to `facts` − 1.
    pub facts: usize,
    /// What can be done.
    pub actions: Vec<GroundAction>,
    /// What holds; all else does not.
    pub init: Vec<u32>,
    /// What must hold in the end.
    pub goal: Vec<u32>,
    /// What must not hold in the end.
    pub forbidden: Vec<u32>,
}

/// Why something is no task.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum InvalidTask {
    /// A fact outside the range.
    #[error("names fact {fact}, there are {facts}")]
    Fact {
        /// The fact named.
        fact: u32,
        /// How many there are.
        facts: usize,
    },
    /// A cost that is negative or not finite.
    #[error("has a cost of {0}, must be finite and not negative")]
    Cost(f64),
}

/// A task in the form that is searched: positive conditions only, everything packed.
///
/// A fact that something forbids gets a complement, a further fact that holds exactly where it does not (Gazen and
/// Knoblock 1997).
#[derive(Debug, Clone, Default)]
pub struct Task {
    pub(super) facts: usize,
    pub(super) needs: Lists,
    pub(super) adds: Lists,
    pub(super) deletes: Lists,
    pub(super) costs: Vec<f64>,
    pub(super) init: Vec<u32>,
    pub(super) goal: Vec<u32>,
}

impl Task {
    /// Checks a task and packs it. The numbers of actions stay.
    pub fn try_new(ground: &GroundTask) -> Result<Self, InvalidTask> {
        check(ground)?;
        let complements = Complements::of(ground);
        let mut task = Self { facts: complements.facts, ..Self::default() };
        for action in &ground.actions {
            task.push(&complements, action);
        }
        let init = sorted(ground.init.iter().copied());
        let absent = |fact: &u32| init.binary_search(fact).is_err();
        let complement_holds = complements.pairs.iter().filter(|(fact, _)| absent(fact)).map(|(_, other)| *other);
        task.init = sorted(ground.init.iter().copied().chain(complement_holds));
        task.goal =
            sorted(ground.goal.iter().copied().chain(ground.forbidden.iter().map(|&fact| complements.get(fact))));
        Ok(task)
    }

    /// How many actions there are.
    pub fn actions(&self) -> usize {
        self.costs.len()
    }

    /// How many facts there are, complements included.
    pub fn facts(&self) -> usize {
        self.facts
    }

    /// What a run of actions costs.
    pub fn cost(&self, steps: &[u32]) -> f64 {
        steps.iter().map(|&step| self.costs[step as usize]).sum()
    }

    /// The same task with another goal, facts as in [`GroundTask`].
    pub fn towards(&self, goal: impl IntoIterator<Item = u32>) -> Self {
        Self { goal: sorted(goal), ..self.clone() }
    }

    /// The same task in which an action can never be done: it needs what nothing provides.
    pub(super) fn forbidding(&self, action: u32) -> Self {
        let never = self.facts as u32;
        let needs = self.needs.iter().enumerate().map(|(at, list)| {
            let more = (at == action as usize).then_some(never);
            list.iter().copied().chain(more).collect::<Vec<u32>>()
        });
        Self { facts: self.facts + 1, needs: needs.collect(), ..self.clone() }
    }

    /// What must hold in the end, complements included, ascending.
    pub fn goal(&self) -> &[u32] {
        &self.goal
    }

    fn push(&mut self, complements: &Complements, action: &GroundAction) {
        let needs =
            sorted(action.needs.iter().copied().chain(action.forbids.iter().map(|&fact| complements.get(fact))));
        let added = sorted(action.adds.iter().copied());
        let deleted = sorted(action.deletes.iter().copied().filter(|fact| added.binary_search(fact).is_err()));
        let complement =
            |facts: &[u32]| -> Vec<u32> { facts.iter().filter_map(|&fact| complements.find(fact)).collect() };
        let adds = sorted(added.iter().copied().chain(complement(&deleted)));
        let deletes = sorted(deleted.iter().copied().chain(complement(&added)));
        // What is needed and stays is no effect.
        self.adds.push(adds.into_iter().filter(|fact| needs.binary_search(fact).is_err()));
        self.deletes.push(deletes);
        self.needs.push(needs);
        self.costs.push(action.cost);
    }
}

/// The facts that something forbids, ascending, each with its complement.
struct Complements {
    facts: usize,
    pairs: Vec<(u32, u32)>,
}

impl Complements {
    fn of(ground: &GroundTask) -> Self {
        let forbidden = ground.actions.iter().flat_map(|action| &action.forbids).chain(&ground.forbidden);
        let forbidden = sorted(forbidden.copied());
        let pairs: Vec<(u32, u32)> = forbidden.into_iter().zip(ground.facts as u32..).collect();
        Self { facts: ground.facts + pairs.len(), pairs }
    }

    fn find(&self, fact: u32) -> Option<u32> {
        self.pairs.binary_search_by_key(&fact, |pair| pair.0).ok().map(|at| self.pairs[at].1)
    }

    fn get(&self, fact: u32) -> u32 {
        self.find(fact).expect("every forbidden fact has a complement")
    }
}

fn check(ground: &GroundTask) -> Result<(), InvalidTask> {
    let lists = ground.actions.iter().flat_map(|one| [&one.needs, &one.forbids, &one.adds, &one.deletes]);
    for &fact in lists.chain([&ground.init, &ground.goal, &ground.forbidden]).flatten() {
        if fact as usize >= ground.facts {
            return Err(InvalidTask::Fact { fact, facts: ground.facts });
        }
    }
    match ground.actions.iter().find(|action| !(action.cost.is_finite() && action.cost >= 0.0)) {
        Some(action) => Err(InvalidTask::Cost(action.cost)),
        None => Ok(()),
    }
}

pub(super) fn sorted(facts: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut facts: Vec<u32> = facts.into_iter().collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}
