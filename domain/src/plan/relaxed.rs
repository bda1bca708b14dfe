//! How far a state is from the goal if nothing were ever deleted: the FF heuristic (Hoffmann and Nebel 2001), its
//! relaxed plan made of the cheapest supporters by h_add (Bonet and Geffner 2001).

use super::bits;
use super::lists::Lists;
use super::task::Task;

/// Costs of facts end here; beyond it dearer and dearest are not told apart.
const MOST: u32 = 1 << 14;
const NEVER: u32 = u32::MAX;

/// What a state was found to be, and room for the next one.
pub(super) struct Relaxed {
    weights: Vec<u32>,
    wanted_by: Lists,
    /// Actions without conditions.
    free: Vec<u32>,
    sizes: Vec<u32>,
    missing: Vec<u32>,
    action_costs: Vec<u32>,
    fact_costs: Vec<u32>,
    supporters: Vec<u32>,
    buckets: Vec<Vec<u32>>,
    marked: Vec<u32>,
    action_marked: Vec<u32>,
    round: u32,
    open: Vec<u32>,
    is_goal: Vec<u64>,
    /// The actions that can be done in the state, always in the same order.
    pub(super) applicable: Vec<u32>,
    /// Those of them that are in the relaxed plan (helpful, or preferred).
    pub(super) preferred: Vec<u32>,
    /// The relaxed plan, what can be done early first.
    pub(super) plan: Vec<u32>,
}

impl Relaxed {
    /// `weights` of the actions: whole numbers of 1 or more.
    pub(super) fn new(task: &Task, weights: Vec<u32>) -> Self {
        Self {
            weights,
            wanted_by: task.needs.inverted(task.facts),
            free: (0..task.actions() as u32).filter(|&action| task.needs.get(action).is_empty()).collect(),
            sizes: task.needs.iter().map(|list| list.len() as u32).collect(),
            missing: Vec::new(),
            action_costs: Vec::new(),
            fact_costs: Vec::new(),
            supporters: vec![NEVER; task.facts],
            buckets: Vec::new(),
            marked: vec![0; task.facts],
            action_marked: vec![0; task.actions()],
            round: 0,
            open: Vec::new(),
            is_goal: bits::of(task.facts, &task.goal),
            applicable: Vec::new(),
            preferred: Vec::new(),
            plan: Vec::new(),
        }
    }

    /// The weight of a relaxed plan from `state`; `None` where there is none, and then no plan either. Afterwards
    /// `applicable` and `preferred` are those of the state.
    pub(super) fn evaluate(&mut self, task: &Task, state: &[u64]) -> Option<u32> {
        self.explore(task, state).then(|| self.extract(task))
    }

    /// The actions that can be done in `state`, in the order of [`applicable`](Self::applicable).
    pub(super) fn applicable_in(&mut self, state: &[u64], found: &mut Vec<u32>) {
        self.missing.clone_from(&self.sizes);
        found.clear();
        found.extend_from_slice(&self.free);
        for fact in bits::members(state) {
            for &action in self.wanted_by.get(fact) {
                let missing = &mut self.missing[action as usize];
                *missing -= 1;
                if *missing == 0 {
                    found.push(action);
                }
            }
        }
    }

    /// Costs of facts by h_add, cheapest first (Dijkstra), until every goal has its own; whether all can be reached.
    fn explore(&mut self, task: &Task, state: &[u64]) -> bool {
        self.missing.clone_from(&self.sizes);
        self.action_costs.clone_from(&self.weights);
        self.fact_costs.clear();
        self.fact_costs.resize(task.facts, NEVER);
        self.buckets.iter_mut().for_each(Vec::clear);
        self.applicable.clear();
        self.applicable.extend_from_slice(&self.free);
        let mut goals = task.goal.len();
        bits::members(state).for_each(|fact| self.fact_costs[fact as usize] = 0);
        for at in 0..self.free.len() {
            self.support(task, self.free[at]);
        }
        for fact in bits::members(state) {
            goals -= usize::from(bits::has(&self.is_goal, fact));
            for at in 0..self.wanted_by.get(fact).len() {
                let action = self.wanted_by.get(fact)[at];
                self.missing[action as usize] -= 1;
                if self.missing[action as usize] == 0 {
                    self.applicable.push(action);
                    self.support(task, action);
                }
            }
        }
        goals == 0 || self.spread(task, goals)
    }

    fn spread(&mut self, task: &Task, mut goals: usize) -> bool {
        let mut cost = 0;
        while cost < self.buckets.len() {
            let Some(fact) = self.buckets[cost].pop() else {
                cost += 1;
                continue;
            };
            if self.fact_costs[fact as usize] != cost as u32 {
                continue;
            }
            goals -= usize::from(bits::has(&self.is_goal, fact));
            if goals == 0 {
                return true;
            }
            for at in 0..self.wanted_by.get(fact).len() {
                let action = self.wanted_by.get(fact)[at];
                self.missing[action as usize] -= 1;
                let sum = &mut self.action_costs[action as usize];
                *sum = (*sum + cost as u32).min(MOST);
                if self.missing[action as usize] == 0 {
                    self.support(task, action);
                }
            }
        }
        false
    }

    fn support(&mut self, task: &Task, action: u32) {
        let cost = self.action_costs[action as usize];
        for &fact in task.adds.get(action) {
            if cost < self.fact_costs[fact as usize] {
                self.fact_costs[fact as usize] = cost;
                self.supporters[fact as usize] = action;
                if self.buckets.len() <= cost as usize {
                    self.buckets.resize_with(cost as usize + 1, Vec::new);
                }
                self.buckets[cost as usize].push(fact);
            }
        }
    }

    /// The relaxed plan, followed back from the goal along the supporters.
    fn extract(&mut self, task: &Task) -> u32 {
        self.round += 1;
        self.preferred.clear();
        self.plan.clear();
        self.open.clone_from(&task.goal);
        let mut weight = 0;
        while let Some(fact) = self.open.pop() {
            if self.fact_costs[fact as usize] == 0 || self.marked[fact as usize] == self.round {
                continue;
            }
            self.marked[fact as usize] = self.round;
            let action = self.supporters[fact as usize];
            if self.action_marked[action as usize] == self.round {
                continue;
            }
            self.action_marked[action as usize] = self.round;
            weight += self.weights[action as usize];
            self.plan.push(action);
            let needs = task.needs.get(action);
            if needs.iter().all(|&fact| self.fact_costs[fact as usize] == 0) {
                self.preferred.push(action);
            }
            self.open.extend_from_slice(needs);
        }
        self.plan.sort_unstable_by_key(|&action| (self.action_costs[action as usize], action));
        weight
    }
}
