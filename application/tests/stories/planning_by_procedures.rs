//! Plans from procedures: needs met by steps, by the context or by memories; what nothing meets is said.

use std::time::Duration;

use application::use_cases::plan::{MakePlan, Planned, Stopped};
use application::use_cases::remember::Draft;
use domain::memory::{Cost, Kind, Procedure};
use domain::plan::{MetBy, PlanStatus};

use crate::world::{World, actions, draft, draft_in, label, make_plan, text};

fn query(goal: &str, context: &[&str]) -> MakePlan {
    MakePlan { max_steps: 40, ..make_plan(goal, context) }
}

async fn ask(world: &World, query: MakePlan) -> Planned {
    world.brain.plan(&world.ada, query).await.unwrap()
}

fn procedure(action: &str, needs: &[&str], effects: &[&str], cost: f64) -> Draft {
    let texts = |texts: &[&str]| texts.iter().map(|one| text(one)).collect();
    let cost = Cost::try_new(cost).unwrap();
    let procedure = Procedure { preconditions: texts(needs), effects: texts(effects), cost };
    Draft { kind: Kind::Procedural, procedure: Some(procedure), ..draft(action) }
}

fn fact(content: &str) -> Draft {
    Draft { kind: Kind::Semantic, ..draft(content) }
}

async fn release() -> World {
    let world = World::new();
    let drafts = vec![
        procedure("deploy", &["image built", "migrations run", "not freeze"], &["service deployed"], 3.0),
        procedure("build the image", &["tests pass"], &["image built"], 2.0),
        procedure("run the migrations", &["backup taken"], &["migrations run"], 1.0),
        procedure("take a backup", &[], &["backup taken"], 1.0),
    ];
    world.remember(drafts).await;
    world
}

#[tokio::test]
async fn steps_meet_each_others_needs_in_order() {
    let world = release().await;
    let planned = ask(&world, query("Service deployed", &["Tests pass."])).await;
    assert_eq!(planned.plan.status, PlanStatus::Complete);
    let steps = actions(&planned);
    let at = |action: &str| steps.iter().position(|step| *step == action).unwrap();
    assert_eq!((steps.len(), at("deploy")), (4, 3));
    assert!(at("take a backup") < at("run the migrations"));
    let last = &planned.plan.steps[3];
    assert_eq!(last.achieves, ["Service deployed"]);
    assert_eq!(last.needs[2].met_by, MetBy::Absence);
    assert_eq!(planned.plan.cost, 7.0);
    assert_eq!(planned.search.unwrap().stopped, None);
}

#[tokio::test]
async fn a_semantic_memory_meets_a_need_and_is_cited() {
    let world = release().await;
    let id = world.keep(fact("tests pass")).await.memory.id;
    let planned = ask(&world, query("service deployed", &[])).await;
    let build = planned.plan.steps.iter().find(|step| step.action == "build the image").unwrap();
    assert_eq!(build.needs[0].met_by, MetBy::Memory(id));
    assert_eq!(build.because, [build.memory, id]);
}

#[tokio::test]
async fn a_superseded_fact_changes_the_plan() {
    let world = release().await;
    let first = world.keep(fact("tests pass")).await.memory.id;
    assert_eq!(ask(&world, query("image built", &[])).await.plan.status, PlanStatus::Complete);
    world.pass(1);
    world.keep(Draft { supersedes: vec![first], ..fact("not tests pass") }).await;
    world.pass(1);
    let planned = ask(&world, query("image built", &[])).await;
    assert_eq!(planned.plan.status, PlanStatus::None);
    assert_eq!(planned.plan.gaps[0].need, "tests pass");
}

#[tokio::test]
async fn what_a_session_has_in_mind_is_known() {
    let world = release().await;
    world.keep(draft_in("s1", "tests pass")).await;
    let with = ask(&world, MakePlan { session: Some(label("s1")), ..query("image built", &[]) }).await;
    assert_eq!(with.plan.status, PlanStatus::Complete);
    assert_eq!(ask(&world, query("image built", &[])).await.plan.status, PlanStatus::None);
}

#[tokio::test]
async fn what_nothing_meets_is_a_gap_and_the_rest_is_planned() {
    let world = release().await;
    let planned = ask(&world, query("image built and migrations run", &[])).await;
    assert_eq!(planned.plan.status, PlanStatus::Partial);
    assert_eq!(actions(&planned), ["take a backup", "run the migrations"]);
    assert_eq!(planned.plan.gaps.len(), 1);
    assert_eq!(planned.plan.gaps[0].need, "tests pass");
    assert!(planned.plan.gaps[0].for_memory.is_some());
}

#[tokio::test]
async fn what_a_goal_out_of_reach_needs_is_prepared() {
    let world = release().await;
    let planned = ask(&world, query("service deployed", &[])).await;
    assert_eq!(planned.plan.status, PlanStatus::Partial);
    assert_eq!(actions(&planned), ["take a backup", "run the migrations"]);
    assert_eq!(planned.plan.gaps[0].need, "tests pass");
}

#[tokio::test]
async fn a_goal_can_name_an_action() {
    let world = release().await;
    let planned = ask(&world, query("run the migrations", &[])).await;
    assert_eq!(actions(&planned), ["take a backup", "run the migrations"]);
}

#[tokio::test]
async fn a_goal_nothing_speaks_of_has_no_plan() {
    let world = release().await;
    let planned = ask(&world, query("paint the fence", &["tests pass"])).await;
    assert_eq!((planned.plan.status, planned.plan.steps.len()), (PlanStatus::None, 0));
}

#[tokio::test]
async fn a_context_that_contradicts_itself_counts_for_neither() {
    let world = release().await;
    let planned = ask(&world, query("image built", &["tests pass", "not tests pass"])).await;
    assert_eq!(planned.plan.status, PlanStatus::None);
    assert!(planned.plan.gaps[0].need.starts_with("tests pass (the context says both"), "{:?}", planned.plan.gaps);
    let planned = ask(&world, query("service deployed", &["tests pass", "freeze", "not freeze"])).await;
    assert_eq!(planned.plan.status, PlanStatus::Partial);
    assert!(planned.plan.gaps[0].need.starts_with("not freeze (the context says both"), "{:?}", planned.plan.gaps);
}

#[tokio::test]
async fn an_action_that_needs_its_own_effect_is_no_step() {
    let world = World::new();
    world.keep(procedure("start the engine", &["engine running"], &["engine running"], 1.0)).await;
    let planned = ask(&world, query("engine running", &[])).await;
    assert_eq!((planned.plan.status, planned.plan.steps.len()), (PlanStatus::None, 0));
    assert_eq!(planned.plan.cycles.len(), 1);
    assert_eq!(planned.plan.gaps[0].need, "engine running");
}

#[tokio::test]
async fn procedures_that_wait_for_each_other_are_reported() {
    let world = World::new();
    let hen = world.keep(procedure("hatch a hen", &["egg"], &["hen"], 1.0)).await.memory.id;
    let egg = world.keep(procedure("lay an egg", &["hen"], &["egg"], 1.0)).await.memory.id;
    let planned = ask(&world, query("hen", &[])).await;
    assert_eq!(planned.plan.status, PlanStatus::None);
    let mut ring = planned.plan.cycles[0].clone();
    ring.sort();
    assert_eq!(ring, [hen, egg]);
}

#[tokio::test]
async fn alternatives_do_something_else() {
    let world = World::new();
    world.keep(procedure("take the train", &[], &["in Paris"], 2.0)).await;
    world.keep(procedure("take the plane", &[], &["in Paris"], 5.0)).await;
    let planned = ask(&world, MakePlan { alternatives: 3, ..query("in Paris", &[]) }).await;
    assert_eq!(actions(&planned), ["take the train"]);
    assert_eq!(planned.alternatives.len(), 1);
    assert_eq!(planned.alternatives[0].steps[0].action, "take the plane");
}

#[tokio::test]
async fn a_plan_that_is_too_long_says_so() {
    let world = release().await;
    let planned = ask(&world, MakePlan { max_steps: 2, ..query("service deployed", &["tests pass"]) }).await;
    assert_ne!(planned.plan.status, PlanStatus::Complete);
    assert!(planned.plan.steps.len() <= 2);
    assert_eq!(planned.search.unwrap().stopped, Some(Stopped::Steps));
}

#[tokio::test]
async fn without_time_nothing_is_searched() {
    let world = release().await;
    let planned = ask(&world, MakePlan { time_budget: Some(Duration::ZERO), ..query("image built", &["tests pass"]) });
    let planned = planned.await;
    assert_eq!((planned.plan.status, planned.plan.steps.len()), (PlanStatus::None, 0));
    assert_eq!(planned.search.unwrap().stopped, Some(Stopped::Time));
}

const GRIPPER: &str = "(define (domain gripper)
  (:predicates (room ?r) (ball ?b) (gripper ?g) (at-robby ?r) (at ?b ?r) (free ?g) (carry ?o ?g))
  (:action move :parameters (?from ?to) :precondition (and (room ?from) (room ?to) (at-robby ?from))
    :effect (and (at-robby ?to) (not (at-robby ?from))))
  (:action pick :parameters (?o ?r ?g)
    :precondition (and (ball ?o) (room ?r) (gripper ?g) (at ?o ?r) (at-robby ?r) (free ?g))
    :effect (and (carry ?o ?g) (not (at ?o ?r)) (not (free ?g))))
  (:action drop :parameters (?o ?r ?g)
    :precondition (and (ball ?o) (room ?r) (gripper ?g) (carry ?o ?g) (at-robby ?r))
    :effect (and (at ?o ?r) (free ?g) (not (carry ?o ?g)))))";

#[tokio::test]
async fn ground_actions_kept_as_procedural_memories_are_planned_with() {
    let problem = "(define (problem two) (:domain gripper) (:objects a b left right x y z)
      (:init (room a) (room b) (gripper left) (gripper right) (free left) (free right) (at-robby a)
             (ball x) (ball y) (ball z) (at x a) (at y a) (at z a))
      (:goal (and (at x b) (at y b) (at z b))))";
    let grounded = somabrain_pddl::read(GRIPPER, problem).unwrap();
    let words = |facts: &[u32]| facts.iter().map(|&fact| grounded.facts[fact as usize].as_str()).collect::<Vec<_>>();
    let world = World::new();
    let drafts = grounded.task.actions.iter().zip(&grounded.actions).map(|(action, name)| {
        let gone = words(&action.deletes).iter().map(|fact| format!("not {fact}")).collect::<Vec<_>>();
        let effects: Vec<&str> = words(&action.adds).into_iter().chain(gone.iter().map(String::as_str)).collect();
        procedure(name, &words(&action.needs), &effects, 1.0)
    });
    world.remember(drafts.collect()).await;
    let goal = words(&grounded.task.goal).join(" and ");
    let planned = ask(&world, query(&goal, &words(&grounded.task.init))).await;
    assert_eq!(planned.plan.status, PlanStatus::Complete);
    assert_eq!((planned.plan.steps.len(), planned.plan.cost), (9, 9.0));
}
