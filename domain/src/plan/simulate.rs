//! Does a run of actions do what it should? Simulated step by step, by nothing but the task's definition.

use super::bits;
use super::task::Task;

/// Whether each step can be done when its turn comes, and the goal holds in the end.
pub fn reaches_goal(task: &Task, steps: &[u32]) -> bool {
    let mut state = bits::of(task.facts, &task.init);
    steps.iter().all(|&step| act(task, &mut state, step)) && bits::all(&state, &task.goal)
}

/// The steps that can be done when their turn comes, the others left out; and what holds in the end.
pub(super) fn doable(task: &Task, steps: impl IntoIterator<Item = u32>) -> (Vec<u32>, Vec<u64>) {
    let mut state = bits::of(task.facts, &task.init);
    let done = steps.into_iter().filter(|&step| act(task, &mut state, step)).collect();
    (done, state)
}

/// Does a step if it can be done, and says whether.
fn act(task: &Task, state: &mut [u64], step: u32) -> bool {
    let possible = bits::all(state, task.needs.get(step));
    if possible {
        apply(task, state, step);
    }
    possible
}

/// Does a step.
pub(super) fn apply(task: &Task, state: &mut [u64], step: u32) {
    task.deletes.get(step).iter().for_each(|&fact| bits::drop(state, fact));
    task.adds.get(step).iter().for_each(|&fact| bits::put(state, fact));
}
