//! When something outside is away: what is degraded, what fails, what is as before afterwards.

use application::ports::Ports;
use application::ports::error::PortErrorKind;
use application::ports::ledger::Selection;
use application::use_cases::recall::{Recall, RecallError};
use application::use_cases::remember::{Remember, RememberError};
use domain::memory::MemoryId;

use crate::world::{World, contents, draft, draft_in, label, text};

async fn failed_remember(world: &World) -> PortErrorKind {
    match world.brain.remember(&world.ada, Remember { memories: vec![draft("lost")], key: None }).await {
        Err(RememberError::Failed(error)) => error.kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn without_working_memory_answers_are_degraded_and_the_same() {
    let world = World::new();
    world.say("the passport is in the drawer").await;
    world.ports().working().off();
    let stored = world.remember(vec![draft("the key is in the car")]).await;
    assert!(stored.degraded && !stored.memories[0].working.admitted);
    let recalled = world.recall(Recall::new(text("where is the passport?"))).await;
    assert!(recalled.degraded);
    assert_eq!(contents(&recalled)[0], "the passport is in the drawer");
    world.ports().working().on();
    let recalled = world.recall(Recall::new(text("where is the key?"))).await;
    assert!(!recalled.degraded);
    assert_eq!(contents(&recalled)[0], "the key is in the car");
}

#[tokio::test]
async fn what_was_erased_while_working_memory_was_away_is_never_recalled() {
    let world = World::new();
    let id: MemoryId = world.keep(draft_in("s", "the code is 4711")).await.memory.id;
    world.ports().working().off();
    world.erase(Selection::Id(id)).await;
    world.ports().working().on();
    let recall = Recall { session: Some(label("s")), ..Recall::new(text("what is the code?")) };
    assert!(world.recall(recall).await.memories.is_empty());
}

#[tokio::test]
async fn without_the_ledger_nothing_is_stored() {
    let world = World::new();
    world.ports().ledger().off();
    assert_eq!(failed_remember(&world).await, PortErrorKind::Unavailable);
    world.ports().ledger().on();
    assert_eq!(world.ask("lost").await, Vec::<String>::new());
}

#[tokio::test]
async fn without_the_encoder_nothing_is_stored() {
    let world = World::new();
    world.ports().encoder().off();
    assert_eq!(failed_remember(&world).await, PortErrorKind::Unavailable);
    world.ports().encoder().on();
    assert_eq!(world.ask("lost").await, Vec::<String>::new());
}

#[tokio::test]
async fn without_the_encoder_recall_goes_by_words_and_says_that_it_is_degraded() {
    let world = World::new();
    world.say("the passport is in the drawer").await;
    world.ports().encoder().off();
    let recalled = world.recall(Recall::new(text("where is the passport?"))).await;
    assert!(recalled.degraded);
    assert_eq!(contents(&recalled), ["the passport is in the drawer"]);
    world.ports().encoder().on();
    assert!(!world.recall(Recall::new(text("where is the passport?"))).await.degraded);
}

#[tokio::test]
async fn without_long_term_memory_recall_is_degraded_to_what_the_session_holds() {
    let world = World::new();
    world.say("the passport is in the drawer").await;
    world.keep(draft_in("s", "the passport is blue")).await;
    world.ports().long_term().off();
    let recalled = world.recall(Recall { session: Some(label("s")), ..Recall::new(text("passport")) }).await;
    assert!(recalled.degraded);
    assert_eq!(contents(&recalled), ["the passport is blue"]);
}

#[tokio::test]
async fn with_nothing_left_to_ask_recall_fails() {
    let world = World::new();
    world.say("the passport is in the drawer").await;
    world.ports().long_term().off();
    world.ports().outbox().off();
    world.ports().working().off();
    let answer = world.brain.recall(&world.ada, Recall::new(text("passport"))).await;
    let kind = match answer {
        Err(RecallError::Failed(error)) => error.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn health_names_what_is_away_and_readiness_asks_only_for_what_is_needed() {
    let world = World::new();
    assert!(world.brain.health().await.ok());
    world.ports().working().off();
    let health = world.brain.health().await;
    assert!(!health.ok() && health.ready());
    world.ports().policy().off();
    let health = world.brain.health().await;
    assert!(!health.ready());
    let away: Vec<&str> = health.components.iter().filter(|one| one.status.is_err()).map(|one| one.name).collect();
    assert_eq!(away, ["policy", "working_memory"]);
}
