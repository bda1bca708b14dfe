//! Steps that a plan can do without, left out.
//!
//! Action elimination (Nakhost and Müller 2010) takes a step out together with all that can no longer be done without
//! it. To that comes the other direction: the steps that served only what was taken out. Both are tried for each step
//! in turn, until none can be taken out any more.

use super::bits;
use super::simulate::{apply, doable, reaches_goal};
use super::task::Task;

/// The plan without what it can do without: afterwards no single step can be left out, neither alone, nor with the
/// steps that cannot be done without it, nor with the steps that served only it. A run that reaches no goal stays.
pub fn trim(task: &Task, mut steps: Vec<u32>) -> Vec<u32> {
    if !reaches_goal(task, &steps) {
        return steps;
    }
    loop {
        let before = steps.len();
        let mut links = Links::of(task, &steps);
        let mut at = 0;
        while at < steps.len() {
            match without(task, &links, &steps, at) {
                Some(rest) => {
                    steps = rest;
                    links = Links::of(task, &steps);
                }
                None => at += 1,
            }
        }
        if steps.len() == before {
            return steps;
        }
    }
}

/// The cheapest plan that is left without the step at `at` and what hangs on it; `None` where none is left.
fn without(task: &Task, links: &Links, steps: &[u32], at: usize) -> Option<Vec<u32>> {
    let mut out = vec![false; steps.len()];
    out[at] = true;
    let followers = doable(task, left(steps, &out)).0;
    links.spread(&mut out);
    let servants: Vec<u32> = left(steps, &out).collect();
    while take_out_stuck(task, steps, &mut out) {
        links.spread(&mut out);
    }
    let both = left(steps, &out).collect();
    let valid = [followers, servants, both].into_iter().filter(|rest| reaches_goal(task, rest));
    valid.min_by(|a, b| task.cost(a).total_cmp(&task.cost(b)).then(a.len().cmp(&b.len())))
}

fn left<'a>(steps: &'a [u32], out: &'a [bool]) -> impl Iterator<Item = u32> + 'a {
    steps.iter().zip(out).filter(|(_, out)| !**out).map(|(&step, _)| step)
}

/// Takes out the steps left that cannot be done when their turn comes; whether there are any.
fn take_out_stuck(task: &Task, steps: &[u32], out: &mut [bool]) -> bool {
    let mut state = bits::of(task.facts, &task.init);
    let mut stuck = false;
    for (&step, out) in steps.iter().zip(out).filter(|(_, out)| !**out) {
        if bits::all(&state, task.needs.get(step)) {
            apply(task, &mut state, step);
        } else {
            *out = true;
            stuck = true;
        }
    }
    stuck
}

/// Which step provides for which: the plan's causal links.
struct Links {
    /// By place: the places of the steps that use what it provides.
    users: Vec<Vec<usize>>,
    /// By place: whether the goal uses what it provides.
    for_goal: Vec<bool>,
}

impl Links {
    fn of(task: &Task, steps: &[u32]) -> Self {
        let mut provider: Vec<Option<usize>> = vec![None; task.facts];
        let mut links = Self { users: vec![Vec::new(); steps.len()], for_goal: vec![false; steps.len()] };
        for (at, &step) in steps.iter().enumerate() {
            for place in task.needs.get(step).iter().filter_map(|&fact| provider[fact as usize]) {
                links.users[place].push(at);
            }
            for &fact in task.adds.get(step) {
                provider[fact as usize] = Some(at);
            }
        }
        for place in task.goal.iter().filter_map(|&fact| provider[fact as usize]) {
            links.for_goal[place] = true;
        }
        links
    }

    /// Takes out the steps all whose users are out.
    fn spread(&self, out: &mut [bool]) {
        for place in (0..out.len()).rev() {
            let idle = !self.users[place].is_empty() && self.users[place].iter().all(|&user| out[user]);
            out[place] |= idle && !self.for_goal[place];
        }
    }
}
