//! The planner: from a task to plans, in slices, so that whoever has a clock can look at it in between.
//!
//! ```
//! use domain::plan::planner::{Planner, Wanted};
//! use domain::plan::task::{GroundAction, GroundTask, Task};
//!
//! let boil = GroundAction { needs: vec![0], adds: vec![1], cost: 1.0, ..GroundAction::default() };
//! let serve = GroundAction { needs: vec![1], adds: vec![2], cost: 1.0, ..GroundAction::default() };
//! let ground = GroundTask { facts: 3, actions: vec![serve, boil], init: vec![0], goal: vec![2], ..GroundTask::default() };
//! let task = Task::try_new(&ground).expect("all facts are below 3");
//!
//! let mut planner = Planner::new(task, Wanted::default());
//! while planner.advance(100) {}
//! assert_eq!(planner.outcome().plans, [[1, 0]]);
//! ```

use std::collections::BTreeSet;

use super::attempt::{Attempt, Care};
use super::bits;
use super::greedy::Found;
use super::prune::reachable;
use super::simulate::{doable, reaches_goal};
use super::task::Task;
use super::trim::trim;

/// Tasks with more actions are not examined thoroughly for each alternative.
const MANY: usize = 2000;
/// Expansions for one alternative, beside four times those of the plan.
const FOR_AN_ALTERNATIVE: u64 = 1000;

/// What a planner may spend, and what on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Most steps of a plan.
    pub steps: usize,
    /// Plans beside the first, each with at least one action that no other has.
    pub alternatives: usize,
    /// Most states that may be expanded in all.
    pub expansions: u64,
    /// Of them, most that may be spent on a cheaper plan once there is one.
    pub improving: u64,
    /// Most bytes that a search may take, about.
    pub bytes: usize,
}

impl Default for Wanted {
    /// Any plan, one, for up to a quarter of a gigabyte.
    fn default() -> Self {
        Self { steps: usize::MAX, alternatives: 0, expansions: u64::MAX, improving: 0, bytes: 256 << 20 }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The plan and its alternatives; each was simulated, and no step of it can be left out.
    pub plans: Vec<Vec<u32>>,
    /// Why there is none; `None` where there is.
    pub missing: Option<Missing>,
    /// Where there is none: what can be done towards the goal, without a step that serves none of the goals met.
    pub nearest: Vec<u32>,
    /// States expanded.
    pub expansions: u64,
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// None exists.
    Unreachable,
    /// None exists that is short enough; `nearest` is the beginning of a longer one.
    TooLong,
    /// Expansions or room were used up before the end.
    Stopped,
    /// It was not advanced to the end.
    Unfinished,
}

/// A planner at work.
pub struct Planner {
    task: Task,
    wanted: Wanted,
    stage: Stage,
    spent: u64,
    /// Expansions at which the present attempt is given up.
    until: u64,
    /// Expansions that the first plan took.
    first: u64,
    plans: Vec<Vec<u32>>,
    missing: Missing,
    nearest: Vec<u32>,
    /// Actions of the plan that alternatives have still to do without.
    forbidden: Vec<u32>,
}

enum Stage {
    Begin,
    Any(Attempt),
    /// Towards those goals alone that are not out of reach.
    Some(Attempt),
    Within(Attempt),
    Cheaper(Attempt),
    Alternative(Attempt),
    Done,
}

impl Planner {
    /// A planner that has not begun.
    pub fn new(task: Task, wanted: Wanted) -> Self {
        Self {
            task,
            wanted,
            stage: Stage::Begin,
            spent: 0,
            until: wanted.expansions,
            first: 0,
            plans: Vec::new(),
            missing: Missing::Unfinished,
            nearest: Vec::new(),
            forbidden: Vec::new(),
        }
    }

    /// Goes on for at most so many expansions; whether there is more to do. Preparing a search takes a call of its own.
    pub fn advance(&mut self, expansions: u64) -> bool {
        if matches!(self.stage, Stage::Begin) {
            self.begin();
            return !self.done();
        }
        for _ in 0..expansions {
            let (Stage::Any(attempt)
            | Stage::Some(attempt)
            | Stage::Within(attempt)
            | Stage::Cheaper(attempt)
            | Stage::Alternative(attempt)) = &mut self.stage
            else {
                break;
            };
            if self.spent >= self.until || attempt.bytes() > self.wanted.bytes {
                self.give_up();
                return !self.done();
            }
            self.spent += 1;
            match attempt.step() {
                Found::Nothing => {}
                Found::Plan(steps) => {
                    self.found(steps);
                    return !self.done();
                }
                Found::Exhausted => {
                    self.exhausted();
                    return !self.done();
                }
            }
        }
        !self.done()
    }

    /// What has come of it so far.
    pub fn outcome(self) -> Outcome {
        let missing = self.plans.is_empty().then_some(self.missing);
        let nearest = match &self.stage {
            _ if missing.is_none() => Vec::new(),
            Stage::Any(attempt) | Stage::Some(attempt) => self.towards_some(attempt.best_way()),
            _ => self.nearest,
        };
        Outcome { plans: self.plans, missing, nearest, expansions: self.spent }
    }

    fn done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    fn begin(&mut self) {
        if self.wanted.expansions == 0 {
            self.end(Missing::Stopped);
        } else if let Some(attempt) = Attempt::any(&self.task, Care::Thorough) {
            self.stage = Stage::Any(attempt);
        } else {
            let reached = reachable(&self.task);
            let goals = self.task.goal.iter().copied().filter(|&fact| bits::has(&reached, fact));
            match Attempt::any(&self.task.towards(goals), Care::Thorough) {
                Some(attempt) => self.stage = Stage::Some(attempt),
                None => self.end(Missing::Unreachable),
            }
        }
    }

    fn end(&mut self, missing: Missing) {
        self.missing = missing;
        self.stage = Stage::Done;
    }

    fn found(&mut self, steps: Vec<u32>) {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Some(_) => {
                self.nearest = self.towards_some(steps);
                self.missing = Missing::Unreachable;
            }
            // What is more than twice too long is not worth the trimming.
            Stage::Any(_) if steps.len() / 2 > self.wanted.steps => self.first_found(steps),
            Stage::Any(_) => self.first_found(trim(&self.task, steps)),
            Stage::Within(_) => self.accept(trim(&self.task, steps)),
            Stage::Cheaper(_) => {
                let steps = trim(&self.task, steps);
                let price = |steps: &[u32]| (self.task.cost(steps), steps.len());
                if steps.len() <= self.wanted.steps && price(&steps) < price(&self.plans[0]) {
                    self.plans[0] = steps;
                }
                self.look_for_alternatives();
            }
            Stage::Alternative(_) => {
                let steps = trim(&self.task, steps);
                if steps.len() <= self.wanted.steps && self.plans.iter().all(|plan| differ(plan, &steps)) {
                    self.plans.push(steps);
                }
                self.next_alternative();
            }
            Stage::Begin | Stage::Done => {}
        }
    }

    fn first_found(&mut self, steps: Vec<u32>) {
        if steps.len() <= self.wanted.steps {
            return self.accept(steps);
        }
        self.nearest = steps[..self.wanted.steps].to_vec();
        match Attempt::within(&self.task, self.wanted.steps) {
            Some(attempt) => self.stage = Stage::Within(attempt),
            None => self.end(Missing::TooLong),
        }
    }

    /// Takes the first plan, and looks for a cheaper one as long as that is worth it.
    fn accept(&mut self, steps: Vec<u32>) {
        assert!(reaches_goal(&self.task, &steps), "a plan that was found reaches the goal");
        self.first = self.spent;
        let cheaper = if self.wanted.improving > 0 { Attempt::cheaper(&self.task, &steps) } else { None };
        self.plans.push(steps);
        match cheaper {
            Some(attempt) => {
                self.until = self.spent.saturating_add(self.wanted.improving).min(self.wanted.expansions);
                self.stage = Stage::Cheaper(attempt);
            }
            None => self.look_for_alternatives(),
        }
    }

    fn exhausted(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Any(attempt) | Stage::Some(attempt) => {
                self.nearest = self.towards_some(attempt.best_way());
                self.missing = Missing::Unreachable;
            }
            Stage::Within(_) => self.missing = Missing::TooLong,
            Stage::Cheaper(_) => self.look_for_alternatives(),
            Stage::Alternative(_) => self.next_alternative(),
            Stage::Begin | Stage::Done => {}
        }
    }

    fn give_up(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Any(attempt) => {
                self.nearest = self.towards_some(attempt.best_way());
                self.missing = Missing::Stopped;
            }
            Stage::Some(attempt) => {
                self.nearest = self.towards_some(attempt.best_way());
                self.missing = Missing::Unreachable;
            }
            Stage::Within(_) => self.missing = Missing::Stopped,
            Stage::Cheaper(_) => self.look_for_alternatives(),
            Stage::Alternative(_) => self.next_alternative(),
            Stage::Begin | Stage::Done => {}
        }
    }

    fn look_for_alternatives(&mut self) {
        self.stage = Stage::Done;
        self.forbidden.clone_from(&self.plans[0]);
        self.forbidden.dedup();
        self.next_alternative();
    }

    /// Searches without the next action of the plan: what is found then has another in its place.
    fn next_alternative(&mut self) {
        while self.plans.len() <= self.wanted.alternatives
            && self.spent < self.wanted.expansions
            && let Some(action) = self.forbidden.pop()
        {
            let care = if self.task.actions() > MANY { Care::Quick } else { Care::Thorough };
            if let Some(attempt) = Attempt::any(&self.task.forbidding(action), care) {
                let most = FOR_AN_ALTERNATIVE.saturating_add(self.first.saturating_mul(4));
                self.until = self.spent.saturating_add(most).min(self.wanted.expansions);
                self.stage = Stage::Alternative(attempt);
                return;
            }
        }
    }

    /// The part of a way that serves the goals that it meets, cut to the steps wanted.
    fn towards_some(&self, way: Vec<u32>) -> Vec<u32> {
        let (way, state) = doable(&self.task, way.into_iter().take(self.wanted.steps));
        let met = self.task.goal.iter().copied().filter(|&fact| bits::has(&state, fact));
        trim(&self.task.towards(met), way)
    }
}

fn differ(a: &[u32], b: &[u32]) -> bool {
    let set = |steps: &[u32]| steps.iter().copied().collect::<BTreeSet<u32>>();
    set(a) != set(b)
}
