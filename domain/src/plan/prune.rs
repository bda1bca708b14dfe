//! What a task can do without: what cannot be reached, and what leads to no goal.

use super::bits;
use super::lists::Lists;
use super::task::Task;

/// A task without what plays no part in any plan.
pub(super) struct Pruned {
    pub(super) task: Task,
    /// The numbers that its actions had before.
    pub(super) actions: Vec<u32>,
}

/// The facts that can be reached when nothing is ever deleted (delete relaxation), as a set.
pub(super) fn reachable(task: &Task) -> Vec<u64> {
    let wanted_by = task.needs.inverted(task.facts);
    let mut missing: Vec<u32> = task.needs.iter().map(|list| list.len() as u32).collect();
    let mut reached = bits::of(task.facts, &task.init);
    let mut open = task.init.clone();
    let mut reach = |action: u32, open: &mut Vec<u32>| {
        for &fact in task.adds.get(action) {
            if !bits::has(&reached, fact) {
                bits::put(&mut reached, fact);
                open.push(fact);
            }
        }
    };
    (0..task.actions() as u32).filter(|&action| task.needs.get(action).is_empty()).for_each(|at| reach(at, &mut open));
    while let Some(fact) = open.pop() {
        for &action in wanted_by.get(fact) {
            missing[action as usize] -= 1;
            if missing[action as usize] == 0 {
                reach(action, &mut open);
            }
        }
    }
    reached
}

/// The task without unreachable actions, without what backward chaining from the goal never asks for (relevance), and
/// without facts that hold from the first to the last. `None` where a goal cannot be reached.
pub(super) fn prune(task: &Task) -> Option<Pruned> {
    let reached = reachable(task);
    if !bits::all(&reached, &task.goal) {
        return None;
    }
    let possible = |action: u32| bits::all(&reached, task.needs.get(action));
    let (relevant, actions) = relevant(task, possible);
    let always = always(task, &actions);
    let mut number = vec![None; task.facts];
    let kept = bits::members(&relevant).filter(|&fact| !bits::has(&always, fact));
    let facts = kept.zip(0u32..).map(|(fact, new)| number[fact as usize] = Some(new)).count();
    let renamed = |list: &[u32]| list.iter().filter_map(|&fact| number[fact as usize]).collect::<Vec<u32>>();
    let lists = |lists: &Lists| actions.iter().map(|&action| renamed(lists.get(action))).collect();
    let task = Task {
        facts,
        needs: lists(&task.needs),
        adds: lists(&task.adds),
        deletes: lists(&task.deletes),
        costs: actions.iter().map(|&action| task.costs[action as usize]).collect(),
        init: renamed(&task.init),
        goal: renamed(&task.goal),
    };
    Some(Pruned { task, actions })
}

impl Pruned {
    /// The same without the actions that are not `alive`, and what they alone were for.
    pub(super) fn without(self, alive: impl Fn(u32) -> bool) -> Option<Self> {
        let kept: Vec<u32> = (0..self.task.actions() as u32).filter(|&action| alive(action)).collect();
        if kept.len() == self.task.actions() {
            return Some(self);
        }
        let lists = |lists: &Lists| kept.iter().map(|&action| lists.get(action).iter().copied()).collect();
        let task = Task {
            needs: lists(&self.task.needs),
            adds: lists(&self.task.adds),
            deletes: lists(&self.task.deletes),
            costs: kept.iter().map(|&action| self.task.costs[action as usize]).collect(),
            ..self.task
        };
        let pruned = prune(&task)?;
        let actions = pruned.actions.iter().map(|&action| self.actions[kept[action as usize] as usize]).collect();
        Some(Self { actions, ..pruned })
    }
}

/// The facts that backward chaining asks for, and the actions that provide one of them.
fn relevant(task: &Task, possible: impl Fn(u32) -> bool) -> (Vec<u64>, Vec<u32>) {
    let providers = task.adds.inverted(task.facts);
    let mut relevant = bits::of(task.facts, &task.goal);
    let mut open = task.goal.clone();
    let mut taken = vec![false; task.actions()];
    while let Some(fact) = open.pop() {
        for &action in providers.get(fact).iter().filter(|&&action| possible(action)) {
            if std::mem::replace(&mut taken[action as usize], true) {
                continue;
            }
            for &need in task.needs.get(action) {
                if !bits::has(&relevant, need) {
                    bits::put(&mut relevant, need);
                    open.push(need);
                }
            }
        }
    }
    let actions = (0..task.actions() as u32).filter(|&action| taken[action as usize]).collect();
    (relevant, actions)
}

/// The facts that hold in the beginning and that no action deletes.
fn always(task: &Task, actions: &[u32]) -> Vec<u64> {
    let mut always = bits::of(task.facts, &task.init);
    for &fact in actions.iter().flat_map(|&action| task.deletes.get(action)) {
        bits::drop(&mut always, fact);
    }
    always
}
