//! No single step can be left out of a plan, alone or with the steps that served only it; judged by the validator.

use domain::plan::planner::Wanted;
use domain::plan::task::GroundTask;
use somabrain_pddl::read;

use crate::instances::{Instance, blocksworld, deployment, gripper, logistics};
use crate::planning::{names, solve};
use crate::validator::validate;

/// The steps all of whose users, one at least, are left out: of what they add and nobody adds after them before its use.
fn servants(task: &GroundTask, steps: &[u32], out: &[bool]) -> Vec<usize> {
    let adds = |at: usize| &task.actions[steps[at] as usize].adds;
    let used = |at: usize, fact: u32| {
        let next = (at + 1..steps.len()).find(|&later| adds(later).contains(&fact)).unwrap_or(steps.len());
        let until = (next + 1).min(steps.len());
        let users = (at + 1..until).filter(move |&later| task.actions[steps[later] as usize].needs.contains(&fact));
        let goal = next == steps.len() && task.goal.contains(&fact);
        (users.collect::<Vec<usize>>(), goal)
    };
    (0..steps.len())
        .filter(|&at| !out[at])
        .filter(|&at| {
            let uses: Vec<(Vec<usize>, bool)> = adds(at).iter().map(|&fact| used(at, fact)).collect();
            let users: Vec<usize> = uses.iter().flat_map(|(users, _)| users.clone()).collect();
            !uses.iter().any(|(_, goal)| *goal) && !users.is_empty() && users.iter().all(|&user| out[user])
        })
        .collect()
}

fn check(instance: &Instance) {
    let grounded = read(instance.domain, &instance.problem).unwrap();
    let plan = solve(&grounded, Wanted { expansions: 50_000, ..Wanted::default() }).plans.remove(0);
    for at in 0..plan.len() {
        let mut out = vec![false; plan.len()];
        out[at] = true;
        loop {
            let rest: Vec<u32> = (0..plan.len()).filter(|&place| !out[place]).map(|place| plan[place]).collect();
            let valid = validate(instance.domain, &instance.problem, &names(&grounded, &rest)).is_ok();
            assert!(!valid, "{}: step {at} can be left out", instance.name);
            let more = servants(&grounded.task, &plan, &out);
            if more.is_empty() {
                break;
            }
            more.into_iter().for_each(|place| out[place] = true);
        }
    }
}

#[test]
fn no_step_of_a_tower_is_idle() {
    (1..=3).for_each(|seed| check(&blocksworld(9, seed)));
}

#[test]
fn no_step_of_a_carrier_is_idle() {
    check(&gripper(6));
}

#[test]
fn no_step_of_a_delivery_is_idle() {
    (1..=3).for_each(|seed| check(&logistics(3, 2, 6, seed)));
}

#[test]
fn no_step_of_a_release_is_idle() {
    (1..=3).for_each(|seed| check(&deployment(6, 3, seed)));
}
