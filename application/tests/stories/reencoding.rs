//! Another encoder takes the place of the one before: nothing is lost meanwhile, and everything follows.

use std::sync::Arc;

use application::ports::Ports;
use application::ports::density::DensityStore;
use application::ports::encoder::Encoder;
use application::ports::error::PortErrorKind;
use application::ports::ledger::{Ledger, NewMemory, Note, Reencoding, Remembering};
use application::ports::long_term::ServiceId;
use application::ports::outbox::Outbox;
use application::work::reencoding::{ReencodeError, Reencoded};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use somabrain_inprocess::InProcess;

use crate::world::World;

/// Gives a memory that is stored an encoding of an earlier encoder.
async fn age(world: &World, id: MemoryId) {
    let old = Encoding::from_vector(EncoderId::new("earlier"), &[1.0, 0.5, -0.25]).unwrap();
    let tenant = world.ada.caller.tenant.clone();
    let note = Note {
        subject: "ada".into(),
        action: "memory:reencode",
        request_id: "r".into(),
        basis: None,
        traceparent: None,
        at: world.now(),
    };
    let encoder = old.encoder().clone();
    let act = Reencoding { tenant, encoder, encodings: vec![(id, Some(old))], note };
    assert_eq!(world.ports().ledger().reencode(act).await.unwrap().answer, 1);
}

/// Three memories that an earlier encoder has encoded.
async fn aged() -> (World, Vec<MemoryId>) {
    let world = World::new();
    let mut ids = Vec::new();
    for text in ["the passport is in the drawer", "the key is in the car", "water the tomatoes"] {
        ids.push(world.say(text).await);
    }
    for id in &ids {
        age(&world, *id).await;
    }
    (world, ids)
}

async fn encoders(world: &World, ids: &[MemoryId]) -> Vec<String> {
    let mut encoders = Vec::new();
    for id in ids {
        let memory = world.read(*id).await.unwrap();
        encoders.push(memory.encoding.as_ref().map_or("none".into(), |one| one.encoder().to_string()));
    }
    encoders
}

#[tokio::test]
async fn memories_of_an_earlier_encoder_are_found_and_encoded_anew_part_by_part() {
    let (world, ids) = aged().await;
    assert_eq!(world.ask("where is the passport?").await[0], "the passport is in the drawer");
    let first = world.brain.reencode_some(Seq(0), 2).await.unwrap();
    assert_eq!((first.seen, first.rewritten, first.refused), (2, 2, 0));
    let ours = world.ports().encoder().id().as_str();
    assert_eq!(encoders(&world, &ids).await, [ours, ours, "earlier"]);
    let second = world.brain.reencode_some(first.next.unwrap(), 2).await.unwrap();
    assert_eq!((second.seen, second.rewritten), (1, 1));
    let third = world.brain.reencode_some(second.next.unwrap(), 2).await.unwrap();
    assert_eq!(third, Reencoded::default());
    assert_eq!(encoders(&world, &ids).await, [ours, ours, ours]);
    assert_eq!(world.ask("where is the passport?").await[0], "the passport is in the drawer");
}

#[tokio::test]
async fn whoever_begins_again_finds_only_what_is_left() {
    let (world, _) = aged().await;
    world.brain.reencode_some(Seq(0), 2).await.unwrap();
    let again = world.brain.reencode_some(Seq(0), 10).await.unwrap();
    assert_eq!((again.seen, again.rewritten), (1, 1));
}

#[tokio::test]
async fn without_the_encoder_nothing_is_encoded_anew_and_nothing_is_lost() {
    let (world, ids) = aged().await;
    world.ports().encoder().off();
    let failed = world.brain.reencode_some(Seq(0), 10).await.unwrap_err();
    assert!(matches!(failed, ReencodeError::Failed(error) if error.kind == PortErrorKind::Unavailable));
    assert_eq!(encoders(&world, &ids).await, ["earlier", "earlier", "earlier"]);
    world.ports().encoder().on();
    assert_eq!(world.brain.reencode_some(Seq(0), 10).await.unwrap().rewritten, 3);
}

#[tokio::test]
async fn the_density_matrix_is_of_the_new_encodings_in_the_end() {
    let (world, _) = aged().await;
    let (tenant, namespace) = (world.ada.caller.tenant.clone(), Namespace::default());
    world.brain.merge_observations().await.unwrap();
    world.brain.recover_observations(world.now()).await.unwrap();
    world.brain.reencode_some(Seq(0), 10).await.unwrap();
    world.brain.recover_observations(world.now()).await.unwrap();
    let matrix = world.ports().density().matrix(&tenant, &namespace).await.unwrap();
    assert_eq!(matrix.observations(), 3);
    let encoded = world.ports().encoder().encode(&["the passport is in the drawer", "zebra"]).await.unwrap();
    let novelty = |at: usize| matrix.novelty(&encoded[at].as_ref().unwrap().vector());
    assert!(novelty(0) < novelty(1), "{} and {}", novelty(0), novelty(1));
}

#[tokio::test]
async fn every_tenants_memories_are_encoded_anew_each_for_its_own_audit() {
    let (world, ids) = aged().await;
    let theirs =
        Memory { tenant: Tenant::try_new("other").unwrap(), ..Memory::clone(&*world.read(ids[0]).await.unwrap()) };
    let act = Remembering {
        tenant: theirs.tenant.clone(),
        memories: vec![NewMemory { memory: Arc::new(theirs.clone()), own_id: true }],
        key: None,
        full: false,
        note: Note {
            subject: "bo".into(),
            action: "memory:remember",
            request_id: "r".into(),
            basis: None,
            traceparent: None,
            at: world.now(),
        },
    };
    world.ports().ledger().remember(act).await.unwrap();
    let done = world.brain.reencode_some(Seq(0), 10).await.unwrap();
    assert_eq!((done.seen, done.rewritten), (4, 4));
    let read = world.ports().ledger().read(&theirs.tenant, &[theirs.id]).await.unwrap();
    assert_eq!(read[0].encoding.as_ref().map(Encoding::encoder), Some(world.ports().encoder().id()));
}

#[tokio::test]
async fn a_long_term_memory_elsewhere_is_told_of_new_encodings() {
    let world = World::on(InProcess::apart());
    let id = world.say("the passport is in the drawer").await;
    age(&world, id).await;
    world.brain.reencode_some(Seq(0), 10).await.unwrap();
    world.brain.acknowledge_deliveries().await.unwrap();
    let (tenant, namespace) = (world.ada.caller.tenant.clone(), Namespace::default());
    let asked = world.ports().outbox().undelivered(ServiceId::NAMELESS, &tenant, &namespace, 10);
    let waiting = asked.await.unwrap().entries;
    assert!(waiting.iter().all(|entry| entry.seq < Seq(3)), "only what was told before: {waiting:?}");
    assert_eq!(world.ask("passport").await, ["the passport is in the drawer"]);
}
