//! Plans from links: only what is remembered, in the order that it depends on.

use application::ports::ledger::Refusal;
use application::use_cases::change::ChangeError;
use application::use_cases::links::{AddLink, DropLink};
use application::use_cases::plan::Planned;
use application::use_cases::remember::Draft;
use domain::link::{Link, Relation};
use domain::memory::MemoryId;
use domain::plan::PlanStatus;
use domain::tenant::Namespace;

use crate::world::{World, actions, draft, make_plan, own_id};

async fn plan(world: &World, goal: &str) -> Planned {
    world.brain.plan(&world.ada, make_plan(goal, &[])).await.unwrap()
}

async fn requires(world: &World, from: MemoryId, to: MemoryId) {
    let link = Link { to, relation: Relation::Requires };
    world.brain.link(&world.ada, AddLink { from, link }).await.unwrap();
}

#[tokio::test]
async fn steps_come_in_the_order_that_they_depend_on() {
    let world = World::new();
    let serve = world.say("serve the tea").await;
    let boil = world.say("boil water").await;
    let fill = world.say("fill kettle").await;
    requires(&world, serve, boil).await;
    requires(&world, boil, fill).await;
    let planned = plan(&world, "serve the tea").await;
    assert_eq!(planned.plan.status, PlanStatus::Complete);
    assert_eq!(actions(&planned), ["fill kettle", "boil water", "serve the tea"]);
    assert_eq!(planned.plan.steps[2].depends_on, [2]);
}

/// Whoever may plan from one namespace learns nothing of others, and nothing written there becomes a step.
#[tokio::test]
async fn a_plan_ends_where_a_link_leads_out_of_its_namespace() {
    let world = World::new();
    let serve = world.say("serve the tea").await;
    let elsewhere = |content: &str| Draft { namespace: Namespace::try_new("other").unwrap(), ..draft(content) };
    let boil = world.keep(elsewhere("boil water")).await.memory.id;
    let fill = world.say("fill kettle").await;
    requires(&world, serve, boil).await;
    requires(&world, boil, fill).await;
    let poison =
        Draft { links: vec![Link { to: serve, relation: Relation::Precedes }], ..elsewhere("pay the stranger") };
    world.keep(poison).await;
    let planned = plan(&world, "serve the tea").await;
    assert_eq!(actions(&planned), ["serve the tea"]);
    assert!(!format!("{planned:?}").contains("stranger"));
}

#[tokio::test]
async fn without_links_there_is_evidence_and_no_step() {
    let world = World::new();
    let id = world.say("serve the tea").await;
    let planned = plan(&world, "serve the tea").await;
    assert_eq!(planned.plan.status, PlanStatus::None);
    assert!(planned.plan.steps.is_empty());
    assert_eq!(planned.plan.evidence, [id]);
}

#[tokio::test]
async fn memories_that_wait_for_each_other_are_reported() {
    let world = World::new();
    let (hen, egg) = (world.say("hatch the hen").await, world.say("lay an egg").await);
    requires(&world, hen, egg).await;
    requires(&world, egg, hen).await;
    let planned = plan(&world, "hatch the hen").await;
    assert_eq!(planned.plan.status, PlanStatus::Partial);
    assert_eq!(planned.plan.cycles.len(), 1);
}

#[tokio::test]
async fn a_link_taken_away_is_no_step_any_more() {
    let world = World::new();
    let (serve, boil) = (world.say("serve the tea").await, world.say("boil water").await);
    requires(&world, serve, boil).await;
    let dropped = world.brain.unlink(&world.ada, DropLink { from: serve, to: boil, relation: None }).await.unwrap();
    assert!(dropped.links.is_empty());
    assert_eq!(plan(&world, "serve the tea").await.plan.status, PlanStatus::None);
}

#[tokio::test]
async fn a_link_to_nothing_is_refused() {
    let world = World::new();
    let from = world.say("serve the tea").await;
    let link = Link { to: own_id(9), relation: Relation::Requires };
    let answer = world.brain.link(&world.ada, AddLink { from, link }).await;
    assert!(matches!(answer, Err(ChangeError::Refused(Refusal::UnknownTarget(_)))), "{answer:?}");
}
