//! Instances of every domain are solved, and every plan is right.

use domain::plan::planner::{Missing, Outcome, Planner, Wanted};
use domain::plan::task::Task;
use somabrain_pddl::{Grounded, read};

use crate::instances::{Instance, blocksworld, deployment, gripper, logistics};
use crate::validator::validate;

pub(crate) fn solve(grounded: &Grounded, wanted: Wanted) -> Outcome {
    let mut planner = Planner::new(Task::try_new(&grounded.task).unwrap(), wanted);
    while planner.advance(100) {}
    planner.outcome()
}

pub(crate) fn names(grounded: &Grounded, steps: &[u32]) -> Vec<String> {
    steps.iter().map(|&step| grounded.actions[step as usize].clone()).collect()
}

/// Solves an instance within so many expansions, and has the plan checked.
fn check(instance: &Instance, expansions: u64) {
    let grounded = read(instance.domain, &instance.problem).unwrap();
    let outcome = solve(&grounded, Wanted { expansions, ..Wanted::default() });
    assert_eq!(outcome.missing, None, "{}", instance.name);
    let steps = names(&grounded, &outcome.plans[0]);
    validate(instance.domain, &instance.problem, &steps).unwrap_or_else(|wrong| panic!("{}: {wrong}", instance.name));
}

#[test]
fn towers_are_built() {
    for (blocks, seed) in [(3, 1), (4, 2), (6, 3), (8, 4), (10, 5), (12, 6), (15, 7)] {
        check(&blocksworld(blocks, seed), 20_000);
    }
}

#[test]
fn balls_are_carried() {
    [1, 2, 5, 10, 20, 30].into_iter().for_each(|balls| check(&gripper(balls), 20_000));
}

#[test]
fn packages_are_delivered() {
    for (cities, places, packages, seed) in [(1, 2, 2, 1), (2, 2, 4, 2), (3, 3, 6, 3), (4, 3, 10, 4), (5, 3, 15, 5)] {
        check(&logistics(cities, places, packages, seed), 20_000);
    }
}

#[test]
fn releases_are_rolled_out() {
    for (services, hosts, seed) in [(2, 2, 1), (4, 2, 2), (8, 3, 3), (15, 4, 4), (25, 6, 5)] {
        check(&deployment(services, hosts, seed), 20_000);
    }
}

#[test]
fn alternatives_are_right_and_do_something_else() {
    let instance = logistics(5, 2, 3, 9);
    let grounded = read(instance.domain, &instance.problem).unwrap();
    let outcome = solve(&grounded, Wanted { alternatives: 2, expansions: 50_000, ..Wanted::default() });
    assert!(outcome.plans.len() > 1);
    for plan in &outcome.plans {
        validate(instance.domain, &instance.problem, &names(&grounded, plan)).unwrap();
    }
}

#[test]
fn what_cannot_be_solved_is_said_to_be_so() {
    let instance = gripper(3);
    let problem = instance.problem.replace("(gripper left) (gripper right)", "");
    let outcome = solve(&read(instance.domain, &problem).unwrap(), Wanted::default());
    assert_eq!((outcome.missing, outcome.nearest.len()), (Some(Missing::Unreachable), 0));
}

#[test]
fn a_release_without_a_second_host_is_impossible() {
    let instance = deployment(3, 1, 1);
    let outcome = solve(&read(instance.domain, &instance.problem).unwrap(), Wanted::default());
    assert_eq!(outcome.missing, Some(Missing::Unreachable));
}
