//! The planner against brute force: what can be solved is, what is found is right, and nothing in it can be left out.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::collections::{BTreeSet, VecDeque};

use domain::plan::planner::{Missing, Outcome, Planner, Wanted};
use domain::plan::task::{GroundAction, GroundTask, InvalidTask, Task};
use proptest::prelude::*;

fn plan(ground: &GroundTask, wanted: Wanted) -> Outcome {
    let mut planner = Planner::new(Task::try_new(ground).unwrap(), wanted);
    while planner.advance(7) {}
    planner.outcome()
}

fn action(needs: &[u32], forbids: &[u32], adds: &[u32], deletes: &[u32]) -> GroundAction {
    GroundAction { needs: needs.into(), forbids: forbids.into(), adds: adds.into(), deletes: deletes.into(), cost: 1.0 }
}

/// The state after an action, if it can be done; states are sets of facts as bits.
fn after(action: &GroundAction, state: u32) -> Option<u32> {
    let set = |facts: &[u32]| facts.iter().fold(0, |set, fact| set | 1 << fact);
    let possible = state & set(&action.needs) == set(&action.needs) && state & set(&action.forbids) == 0;
    possible.then_some(state & !set(&action.deletes) | set(&action.adds))
}

fn is_goal(ground: &GroundTask, state: u32) -> bool {
    ground.goal.iter().all(|fact| state >> fact & 1 == 1) && ground.forbidden.iter().all(|fact| state >> fact & 1 == 0)
}

fn start(ground: &GroundTask) -> u32 {
    ground.init.iter().fold(0, |set, fact| set | 1 << fact)
}

fn solves(ground: &GroundTask, steps: &[u32]) -> bool {
    let end = steps.iter().try_fold(start(ground), |state, &step| after(&ground.actions[step as usize], state));
    end.is_some_and(|state| is_goal(ground, state))
}

/// The length of a shortest plan (breadth first).
fn shortest(ground: &GroundTask) -> Option<usize> {
    let mut seen = BTreeSet::from([start(ground)]);
    let mut open = VecDeque::from([(start(ground), 0)]);
    while let Some((state, depth)) = open.pop_front() {
        if is_goal(ground, state) {
            return Some(depth);
        }
        for next in ground.actions.iter().filter_map(|action| after(action, state)) {
            if seen.insert(next) {
                open.push_back((next, depth + 1));
            }
        }
    }
    None
}

/// Whether a step can be left out, alone or with the steps that served only it.
fn has_a_step_too_many(ground: &GroundTask, steps: &[u32]) -> bool {
    (0..steps.len()).any(|at| {
        let mut out = BTreeSet::from([at]);
        loop {
            let rest: Vec<u32> =
                (0..steps.len()).filter(|place| !out.contains(place)).map(|place| steps[place]).collect();
            if solves(ground, &rest) {
                return true;
            }
            let servant =
                (0..steps.len()).rev().find(|place| !out.contains(place) && serves_only(ground, steps, *place, &out));
            match servant {
                Some(place) => out.insert(place),
                None => return false,
            };
        }
    })
}

/// Whether all that uses what a step provides is among `out`, and something is.
fn serves_only(ground: &GroundTask, steps: &[u32], at: usize, out: &BTreeSet<usize>) -> bool {
    let mut users = Vec::new();
    for &fact in &ground.actions[steps[at] as usize].adds {
        let mut overtaken = false;
        for (later, &step) in steps.iter().enumerate().skip(at + 1) {
            let action = &ground.actions[step as usize];
            if !overtaken && action.needs.contains(&fact) {
                users.push(later);
            }
            overtaken |= action.adds.contains(&fact) && !action.needs.contains(&fact);
        }
        if !overtaken && ground.goal.contains(&fact) {
            return false;
        }
    }
    !users.is_empty() && users.iter().all(|user| out.contains(user))
}

const FACTS: u32 = 8;

fn facts(most: usize) -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0..FACTS, 0..=most)
}

fn tasks(negative: usize) -> impl Strategy<Value = GroundTask> {
    let action =
        (facts(2), facts(negative), facts(2), facts(2), 0u8..4).prop_map(|(needs, forbids, adds, deletes, cost)| {
            GroundAction { needs, forbids, adds, deletes, cost: f64::from(cost) }
        });
    (proptest::collection::vec(action, 1..14), facts(2), facts(4), facts(negative)).prop_map(
        |(actions, init, goal, forbidden)| GroundTask { facts: FACTS as usize, actions, init, goal, forbidden },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn what_can_be_solved_is_solved_and_nothing_else(ground in tasks(1)) {
        let outcome = plan(&ground, Wanted { improving: 50, ..Wanted::default() });
        match shortest(&ground) {
            Some(_) => {
                prop_assert_eq!(outcome.missing, None);
                prop_assert!(solves(&ground, &outcome.plans[0]));
            }
            None => prop_assert_eq!((outcome.plans.len(), outcome.missing), (0, Some(Missing::Unreachable))),
        }
    }

    #[test]
    fn a_bound_on_steps_is_kept_where_it_can_be(ground in tasks(0), steps in 0usize..5) {
        let outcome = plan(&ground, Wanted { steps, ..Wanted::default() });
        let possible = shortest(&ground).is_some_and(|length| length <= steps);
        prop_assert_eq!(possible, !outcome.plans.is_empty());
        prop_assert!(outcome.plans.iter().all(|plan| plan.len() <= steps && solves(&ground, plan)));
        prop_assert!(outcome.nearest.len() <= steps);
    }

    #[test]
    fn no_step_of_a_plan_can_be_left_out(ground in tasks(0)) {
        let outcome = plan(&ground, Wanted::default());
        prop_assert!(outcome.plans.iter().all(|steps| !has_a_step_too_many(&ground, steps)));
    }

    #[test]
    fn alternatives_differ_in_what_is_done(ground in tasks(1)) {
        let outcome = plan(&ground, Wanted { alternatives: 3, ..Wanted::default() });
        let sets: BTreeSet<BTreeSet<u32>> = outcome.plans.iter().map(|plan| plan.iter().copied().collect()).collect();
        prop_assert_eq!(sets.len(), outcome.plans.len());
        prop_assert!(outcome.plans.len() <= 4);
        prop_assert!(outcome.plans.iter().all(|plan| solves(&ground, plan)));
    }

    #[test]
    fn what_is_nearest_can_be_done(ground in tasks(0)) {
        let outcome = plan(&ground, Wanted::default());
        let end = outcome.nearest.iter().try_fold(start(&ground), |state, &step| after(&ground.actions[step as usize], state));
        prop_assert!(end.is_some());
    }

    #[test]
    fn the_same_task_makes_the_same_plan(ground in tasks(1)) {
        let wanted = Wanted { alternatives: 1, improving: 20, ..Wanted::default() };
        prop_assert_eq!(plan(&ground, wanted), plan(&ground, wanted));
    }
}

#[test]
fn what_costs_less_is_taken_where_both_will_do() {
    let dear = GroundAction { adds: vec![0], cost: 9.0, ..GroundAction::default() };
    let cheap = GroundAction { adds: vec![0], cost: 2.0, ..GroundAction::default() };
    let ground = GroundTask { facts: 1, actions: vec![dear, cheap], goal: vec![0], ..GroundTask::default() };
    assert_eq!(plan(&ground, Wanted::default()).plans, [[1]]);
}

#[test]
fn without_expansions_nothing_is_searched() {
    let ground =
        GroundTask { facts: 1, actions: vec![action(&[], &[], &[0], &[])], goal: vec![0], ..GroundTask::default() };
    let outcome = plan(&ground, Wanted { expansions: 0, ..Wanted::default() });
    assert_eq!((outcome.missing, outcome.expansions), (Some(Missing::Stopped), 0));
}

#[test]
fn what_cannot_be_reached_is_left_and_the_rest_is_done() {
    let actions = vec![action(&[], &[], &[0], &[]), action(&[2], &[], &[1], &[])];
    let ground = GroundTask { facts: 3, actions, goal: vec![0, 1], ..GroundTask::default() };
    let outcome = plan(&ground, Wanted::default());
    assert_eq!((outcome.missing, outcome.nearest), (Some(Missing::Unreachable), vec![0]));
}

#[test]
fn a_fact_out_of_range_and_a_cost_below_zero_are_refused() {
    let ground = GroundTask { facts: 1, goal: vec![1], ..GroundTask::default() };
    assert_eq!(Task::try_new(&ground).unwrap_err(), InvalidTask::Fact { fact: 1, facts: 1 });
    let actions = vec![GroundAction { cost: -1.0, ..GroundAction::default() }];
    assert_eq!(Task::try_new(&GroundTask { actions, ..GroundTask::default() }).unwrap_err(), InvalidTask::Cost(-1.0));
}
