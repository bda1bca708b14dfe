//! A second memory service: it is told the same, takes over when the address leads to it, and gives back.

use application::ports::Ports;
use application::ports::ledger::Selection;
use application::ports::long_term::{LongTermMemory, ServiceId};
use application::ports::outbox::{Enrolling, Outbox};
use application::use_cases::recall::Recall;
use application::work::relay::{Destination, Relayed};
use domain::index::Found;
use domain::recall::cue::{Cue, Filter};
use domain::recall::fuse::default_weights;
use domain::tenant::Namespace;
use somabrain_inprocess::InProcess;

use crate::world::{World, contents, draft, text};

const FIRST: usize = 0;
const SECOND: usize = 1;

fn pair() -> World {
    World::on(InProcess::with_backup())
}

async fn relay(world: &World, to: Destination) -> Relayed {
    world.brain.relay(to, 100).await.unwrap()
}

/// Everything that waits for both.
async fn settle(world: &World) {
    world.brain.acknowledge_deliveries().await.unwrap();
    world.pass(10);
    for to in [Destination::LongTerm, Destination::Backup] {
        while relay(world, to).await.told > 0 {}
    }
}

/// What one memory service itself holds, whatever waits for it.
async fn held(memory: &impl LongTermMemory, world: &World) -> Vec<String> {
    let cue = Cue {
        tenant: world.ada.caller.tenant.clone(),
        namespace: Namespace::default(),
        text: text("key code passport"),
        encoding: None,
        filter: Filter::default(),
        limit: 100,
        weights: default_weights(),
        include: Vec::new(),
        at: world.now(),
    };
    let Found { candidates, .. } = memory.search(&cue).await.unwrap().found;
    let mut held: Vec<String> = candidates.iter().map(|one| one.memory.content.as_str().to_owned()).collect();
    held.sort();
    held
}

#[tokio::test]
async fn the_backup_is_told_what_was_stored_before_and_after_it_came() {
    let world = pair();
    world.say("the key is in the car").await;
    let gone = world.say("the code is 4711").await;
    world.erase(Selection::Id(gone)).await;
    settle(&world).await;
    world.say("the passport is in the drawer").await;
    settle(&world).await;
    let backup = world.ports().long_term_backup().unwrap();
    assert_eq!(held(backup, &world).await, ["the key is in the car", "the passport is in the drawer"]);
    assert_eq!(relay(&world, Destination::Backup).await, Relayed::default());
}

#[tokio::test]
async fn a_backup_that_is_away_holds_nobody_up_and_catches_up() {
    let world = pair();
    settle(&world).await;
    world.ports().long_term_backup().unwrap().off();
    let stored = world.remember(vec![draft("the key is in the car")]).await;
    assert!(!stored.queued && !stored.degraded);
    assert_eq!(relay(&world, Destination::Backup).await, Relayed { told: 0, held_up: 1 });
    settle(&world).await;
    assert!(!world.recall(Recall::new(text("where is the key?"))).await.degraded);
    world.ports().long_term_backup().unwrap().on();
    settle(&world).await;
    assert_eq!(held(world.ports().long_term_backup().unwrap(), &world).await, ["the key is in the car"]);
}

/// What it acknowledged would count for the other.
#[tokio::test]
async fn a_backup_without_a_name_is_told_nothing() {
    let world = World::on(InProcess::with_backup_named(ServiceId::NAMELESS));
    world.say("the key is in the car").await;
    assert_eq!(relay(&world, Destination::Backup).await, Relayed { told: 0, held_up: 1 });
    settle(&world).await;
    assert_eq!(held(world.ports().long_term_backup().unwrap(), &world).await, Vec::<String>::new());
    assert_eq!(held(world.ports().long_term(), &world).await, ["the key is in the car"]);
}

#[tokio::test]
async fn after_the_switch_everything_is_recalled_and_nothing_that_was_erased() {
    let world = pair();
    world.say("the key is in the car").await;
    let code = world.say("the code is 4711").await;
    settle(&world).await;
    // What the backup has not been told yet.
    world.say("the passport is in the drawer").await;
    world.erase(Selection::Id(code)).await;
    world.ports().long_term().turn_to(SECOND);
    for _ in 0..2 {
        let recalled = world.recall(Recall::new(text("key, code or passport?"))).await;
        let mut found = contents(&recalled);
        found.sort();
        assert_eq!(found, ["the key is in the car", "the passport is in the drawer"]);
        assert!(!recalled.degraded);
    }
}

#[tokio::test]
async fn what_was_told_to_the_second_at_the_address_of_the_first_is_told_to_the_first_when_it_is_back() {
    let world = pair();
    let code = world.say("the code is 4711").await;
    settle(&world).await;
    world.ports().long_term().turn_to(SECOND);
    world.say("the key is in the car").await;
    world.erase(Selection::Id(code)).await;
    settle(&world).await;
    world.ports().long_term().turn_to(FIRST);
    assert_eq!(held(world.ports().long_term(), &world).await, ["the code is 4711"], "it was told nothing meanwhile");
    assert_eq!(world.ask("key or code?").await, ["the key is in the car"], "recall knows what it lacks");
    settle(&world).await;
    assert_eq!(held(world.ports().long_term(), &world).await, ["the key is in the car"]);
}

#[tokio::test]
async fn an_address_that_leads_to_one_and_then_the_other_answers_nothing_that_was_erased() {
    let world = pair();
    let code = world.say("the code is 4711").await;
    settle(&world).await;
    world.ports().long_term().turn_to(SECOND);
    world.erase(Selection::Id(code)).await;
    for turn in 0..6 {
        world.ports().long_term().turn_to(turn % 2);
        assert_eq!(world.ask("what is the code?").await, Vec::<String>::new(), "turn {turn}");
    }
}

#[tokio::test]
async fn a_service_that_nobody_knows_is_told_everything_and_degraded_until_then() {
    let world = pair();
    world.say("the code is 4711").await;
    let service = world.ports().long_term().service().await.unwrap();
    let enrolling = Enrolling { service, inherits: true, now: world.now() };
    world.ports().outbox().enrol(enrolling).await.unwrap();
    world.ports().long_term().turn_to(SECOND);
    let recalled = world.recall(Recall::new(text("what is the code?"))).await;
    assert!(recalled.degraded && recalled.memories.is_empty(), "it was told nothing, and nobody knows what it lacks");
    settle(&world).await;
    let recalled = world.recall(Recall::new(text("what is the code?"))).await;
    assert_eq!((contents(&recalled), recalled.degraded), (vec!["the code is 4711".to_owned()], false));
}
