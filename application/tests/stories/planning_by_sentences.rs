//! Plans from how-to memories in plain English.

use application::use_cases::links::AddLink;
use application::use_cases::plan::Planned;
use application::use_cases::remember::Draft;
use domain::link::{Link, Relation};
use domain::memory::{Cost, Kind, Procedure};
use domain::plan::sentences::DERIVED;
use domain::plan::{MetBy, PlanStatus};

use crate::world::{World, actions, draft, draft_in, make_plan, text};

async fn plan(world: &World, goal: &str, context: &[&str]) -> Planned {
    world.brain.plan(&world.ada, make_plan(goal, context)).await.unwrap()
}

#[tokio::test]
async fn what_two_sessions_were_told_in_plain_english_is_planned_in_order_with_its_evidence() {
    let world = World::new();
    let deploy = "To deploy the service, first build the image and run the migrations.";
    let deploy = world.keep(draft_in("monday", deploy)).await.memory.id;
    world.keep(draft_in("monday", "Ann likes the tea from the market.")).await;
    world.pass(86_400);
    let backup = "Mind the data. Before running the migrations, take a backup.";
    let backup = world.keep(draft_in("tuesday", backup)).await.memory.id;
    let tests = world.keep(draft_in("tuesday", "You cannot build the image until the tests pass.")).await.memory.id;

    let planned = plan(&world, "deploy the service", &["the tests pass"]).await;

    assert_eq!(planned.plan.status, PlanStatus::Complete);
    let steps = actions(&planned);
    let at = |action: &str| steps.iter().position(|step| *step == action).unwrap();
    assert_eq!((steps.len(), at("deploy the service")), (4, 3), "{steps:?}");
    assert!(at("take a backup") < at("run the migrations"));
    let migrate = &planned.plan.steps[at("run the migrations")];
    assert_eq!(migrate.quotes.iter().map(|quote| quote.memory).collect::<Vec<_>>(), [deploy, backup]);
    assert_eq!(migrate.quotes[1].text, "Before running the migrations, take a backup.");
    assert_eq!(migrate.quotes[1].range, 15..60);
    assert_eq!(migrate.because, [deploy, backup]);
    let build = &planned.plan.steps[at("build the image")];
    assert_eq!(build.because, [deploy, tests]);
    assert_eq!(build.needs[0].met_by, MetBy::Context);
    assert_eq!((build.confidence, planned.plan.confidence), (DERIVED, DERIVED));
}

#[tokio::test]
async fn a_superseded_sentence_changes_the_plan() {
    let world = World::new();
    world.say("To deploy the service, first run the migrations.").await;
    let old = world.say("Before running the migrations, take a backup.").await;
    assert_eq!(
        actions(&plan(&world, "deploy the service", &[]).await),
        ["take a backup", "run the migrations", "deploy the service"]
    );
    world.pass(1);
    let new = draft("Before running the migrations, pause the replication.");
    world.keep(Draft { supersedes: vec![old], ..new }).await;
    world.pass(1);
    assert_eq!(
        actions(&plan(&world, "deploy the service", &[]).await),
        ["pause the replication", "run the migrations", "deploy the service"]
    );
}

#[tokio::test]
async fn what_sentences_need_and_nothing_gives_is_a_gap() {
    let world = World::new();
    let id = world.say("Deploying the service requires a signed certificate.").await;
    let planned = plan(&world, "deploy the service", &[]).await;
    assert_eq!((planned.plan.status, planned.plan.steps.len()), (PlanStatus::None, 0));
    assert_eq!(planned.plan.gaps[0].need, "a signed certificate");
    assert_eq!(planned.plan.gaps[0].for_memory, Some(id));
    assert_eq!(plan(&world, "deploy the service", &["a signed certificate"]).await.plan.status, PlanStatus::Complete);
}

#[tokio::test]
async fn a_tale_and_a_condition_are_evidence_and_no_step() {
    let world = World::new();
    world.say("I built the image, then deployed the service and went home.").await;
    let condition = world.say("If the tests fail, first fix the bug, then deploy the service.").await;
    let planned = plan(&world, "deploy the service", &[]).await;
    assert_eq!((planned.plan.status, planned.plan.steps.len()), (PlanStatus::None, 0));
    assert!(planned.plan.evidence.contains(&condition));
    assert_eq!(planned.evidence.len(), 2);
}

#[tokio::test]
async fn a_list_of_steps_achieves_what_its_heading_says() {
    let world = World::new();
    world.say("Steps to bake the bread:\n1. Mix the dough.\n2. Heat the oven.\n3. Put the dough in the oven.").await;
    let planned = plan(&world, "bake the bread", &[]).await;
    assert_eq!(actions(&planned), ["mix the dough", "heat the oven", "put the dough in the oven"]);
    assert_eq!(planned.plan.steps[2].achieves, ["bake the bread"]);
}

#[tokio::test]
async fn a_procedure_counts_more_than_a_sentence_about_the_same_act() {
    let world = World::new();
    world.say("To deploy the service, first run the migrations.").await;
    let procedure = Procedure { preconditions: vec![text("backup taken")], effects: Vec::new(), cost: Cost::default() };
    let drafted = Draft { kind: Kind::Procedural, procedure: Some(procedure), ..draft("run the migrations") };
    let id = world.keep(drafted).await.memory.id;
    let planned = plan(&world, "deploy the service", &[]).await;
    assert_eq!((planned.plan.steps.len(), planned.plan.gaps[0].need.as_str()), (0, "backup taken"));
    let planned = plan(&world, "deploy the service", &["backup taken"]).await;
    assert_eq!(actions(&planned), ["run the migrations", "deploy the service"]);
    assert_eq!((planned.plan.steps[0].memory, planned.plan.steps[0].confidence), (id, 1.0));
}

#[tokio::test]
async fn links_count_more_than_sentences() {
    let world = World::new();
    let serve = world.say("serve the tea").await;
    let boil = world.say("boil water").await;
    world.say("Before serving the tea, wash the cups.").await;
    let link = Link { to: boil, relation: Relation::Requires };
    world.brain.link(&world.ada, AddLink { from: serve, link }).await.unwrap();
    let planned = plan(&world, "serve the tea", &[]).await;
    assert_eq!(actions(&planned), ["boil water", "serve the tea"]);
}
