//! A long-term memory elsewhere: it is told at once, or later by the relay, and recall knows what waits.

use std::time::Duration;

use application::brain::Brain;
use application::ports::Ports;
use application::ports::ledger::Selection;
use application::ports::long_term::ServiceId;
use application::ports::metrics::Measurement;
use application::ports::outbox::{Depth, Outbox};
use application::use_cases::recall::Recall;
use application::work::relay::Destination;
use domain::memory::MemoryId;
use somabrain_inprocess::InProcess;

use crate::world::{World, contents, draft, draft_in, label, text};

fn apart() -> World {
    World::on(InProcess::apart())
}

async fn entries_told(world: &World) -> usize {
    world.brain.relay(Destination::LongTerm, 100).await.unwrap().told
}

async fn undelivered(world: &World) -> Vec<application::ports::long_term::Entry> {
    let (tenant, namespace) = (&world.ada.caller.tenant, Default::default());
    let asked = world.ports().outbox().undelivered(ServiceId::NAMELESS, tenant, &namespace, 10);
    asked.await.unwrap().entries
}

async fn depth(world: &World) -> Depth {
    world.ports().outbox().depth(world.now()).await.unwrap()
}

async fn told_events(world: &World) -> Vec<u64> {
    world.brain.relay(Destination::Stream, 100).await.unwrap();
    world.ports().events().published().iter().map(|event| event.number).collect()
}

#[tokio::test]
async fn what_is_stored_is_recalled_at_once_and_told_once() {
    let world = apart();
    let stored = world.remember(vec![draft("the passport is in the drawer")]).await;
    assert!(!stored.queued && !stored.degraded);
    assert_eq!(world.ask("where is the passport?").await, ["the passport is in the drawer"]);
    world.brain.acknowledge_deliveries().await.unwrap();
    world.pass(60);
    assert_eq!(entries_told(&world).await, 0, "its maker told it");
}

#[tokio::test]
async fn what_its_maker_did_not_acknowledge_is_told_again_by_the_relay() {
    let world = apart();
    world.say("the passport is in the drawer").await;
    assert_eq!(entries_told(&world).await, 0, "too young");
    world.pass(60);
    assert_eq!(entries_told(&world).await, 1);
    assert_eq!(entries_told(&world).await, 0);
    assert_eq!(world.ask("where is the passport?").await, ["the passport is in the drawer"]);
}

#[tokio::test]
async fn without_the_memory_service_memories_are_queued_and_recalled_from_the_outbox() {
    let world = apart();
    world.say("the passport is in the drawer").await;
    world.ports().long_term().off();
    let stored = world.remember(vec![draft_in("s", "the passport is blue")]).await;
    assert!(stored.queued && !stored.degraded);
    let recalled = world.recall(Recall::new(text("what colour is the passport?"))).await;
    assert!(recalled.degraded);
    assert!(contents(&recalled).contains(&"the passport is blue".to_owned()), "whatever the session");
    world.ports().long_term().on();
    let recalled = world.recall(Recall::new(text("passport"))).await;
    assert!(!recalled.degraded);
    assert_eq!(recalled.memories.len(), 2);
}

#[tokio::test]
async fn the_relay_tells_what_was_queued_when_the_memory_service_is_back() {
    let world = apart();
    world.ports().long_term().off();
    world.say("the passport is in the drawer").await;
    world.say("the key is in the car").await;
    world.pass(10);
    assert_eq!(world.brain.relay(Destination::LongTerm, 100).await.unwrap().held_up, 1);
    let waiting = depth(&world).await;
    assert!(waiting.pending >= 2 && waiting.oldest == Duration::from_secs(10), "{waiting:?}");
    world.ports().long_term().on();
    world.pass(10);
    assert_eq!(entries_told(&world).await, 2);
    let entries = undelivered(&world).await;
    assert_eq!(entries, []);
}

#[tokio::test]
async fn what_is_erased_while_the_memory_service_is_away_is_never_recalled_again() {
    let world = apart();
    let id: MemoryId = world.keep(draft_in("s", "the code is 4711")).await.memory.id;
    world.ports().long_term().off();
    world.ports().working().off();
    world.erase(Selection::Id(id)).await;
    world.ports().working().on();
    let recall = || Recall { session: Some(label("s")), ..Recall::new(text("what is the code?")) };
    assert!(world.recall(recall()).await.memories.is_empty(), "while it is away");
    world.ports().long_term().on();
    assert!(world.recall(recall()).await.memories.is_empty(), "when it is back");
    assert!(world.brain.session(&world.ada, label("s")).await.unwrap().memories.is_empty());
}

#[tokio::test]
async fn without_the_ledger_recall_is_degraded_to_what_the_memory_service_knows() {
    let world = apart();
    world.say("the passport is in the drawer").await;
    world.ports().outbox().off();
    world.ports().ledger().off();
    let recalled = world.recall(Recall::new(text("where is the passport?"))).await;
    assert!(recalled.degraded);
    assert_eq!(contents(&recalled), ["the passport is in the drawer"]);
}

#[tokio::test]
async fn more_than_a_thousand_waiting_is_degraded_too() {
    let world = apart();
    world.ports().long_term().off();
    world.remember((0..900).map(|number| draft(&format!("entry {number}"))).collect()).await;
    world.remember((900..1_002).map(|number| draft(&format!("entry {number}"))).collect()).await;
    world.ports().long_term().on();
    assert!(world.recall(Recall::new(text("entry 7"))).await.degraded);
    world.pass(10);
    while entries_told(&world).await > 0 {}
    assert!(!world.recall(Recall::new(text("entry 7"))).await.degraded);
}

#[tokio::test]
async fn events_are_told_in_their_order_and_wait_while_the_stream_is_away() {
    let world = apart();
    world.say("one").await;
    assert_eq!(told_events(&world).await, [1]);
    world.ports().events().off();
    world.say("two").await;
    world.say("three").await;
    assert_eq!(world.brain.relay(Destination::Stream, 100).await.unwrap().held_up, 1);
    world.ports().events().on();
    assert_eq!(told_events(&world).await, [1], "it rests first");
    world.pass(5);
    assert_eq!(told_events(&world).await, [1, 2, 3]);
}

#[tokio::test]
async fn each_stage_of_a_request_is_measured() {
    let world = apart();
    world.say("one").await;
    world.ask("one").await;
    let measured = |wanted| {
        let of = |one: &Measurement| matches!(one, Measurement::Stage { stage, .. } if *stage == wanted);
        world.ports().metrics().count(of)
    };
    for stage in application::ports::metrics::Stage::ALL {
        assert!(measured(stage) >= 2, "{stage:?}");
    }
}

#[tokio::test]
async fn deliveries_that_could_not_be_acknowledged_are_acknowledged_later() {
    let world = apart();
    world.say("one").await;
    world.ports().outbox().off();
    let brain: Brain<InProcess> = world.brain.clone();
    assert!(brain.acknowledge_deliveries().await.is_err());
    world.ports().outbox().on();
    brain.acknowledge_deliveries().await.unwrap();
    let entries = undelivered(&world).await;
    assert_eq!(entries, []);
}

#[tokio::test]
async fn an_erasure_beyond_what_recall_takes_in_is_not_answered_either() {
    let world = apart();
    let told = world.say("the code is 4711").await;
    world.brain.acknowledge_deliveries().await.unwrap();
    world.ports().long_term().off();
    world.remember((0..1_000).map(|number| draft(&format!("entry {number}"))).collect()).await;
    world.erase(Selection::Id(told)).await;
    world.ports().long_term().on();
    let recalled = world.recall(Recall::new(text("what is the code 4711?"))).await;
    assert!(recalled.degraded);
    assert!(!contents(&recalled).contains(&"the code is 4711".to_owned()), "{:?}", contents(&recalled));
}

#[tokio::test]
async fn an_erasure_over_two_namespaces_reaches_both() {
    let world = apart();
    let origin = || domain::memory::Origin { user: Some(label("ben")), ..Default::default() };
    let elsewhere = domain::tenant::Namespace::try_new("elsewhere").unwrap();
    world.keep(application::use_cases::remember::Draft { origin: origin(), ..draft("the code is 4711") }).await;
    let there =
        application::use_cases::remember::Draft { origin: origin(), namespace: elsewhere.clone(), ..draft("4711") };
    world.keep(there).await;
    world.brain.acknowledge_deliveries().await.unwrap();
    world.ports().long_term().off();
    world.erase(Selection::Subject { user: Some(label("ben")), agent: None, session: None, namespace: None }).await;
    world.ports().long_term().on();
    assert_eq!(world.ask("4711").await, Vec::<String>::new());
    world.brain.acknowledge_deliveries().await.unwrap();
    world.pass(60);
    assert_eq!(entries_told(&world).await, 1, "the one of the other namespace");
    let recall = Recall { namespace: elsewhere, ..Recall::new(text("4711")) };
    assert!(world.recall(recall).await.memories.is_empty());
}
