//! What operators see of a density matrix and do about it.

use application::Forbidden;
use application::ports::Ports;
use application::ports::density::{Renewed, Snapshot};
use application::ports::ledger::Selection;
use application::use_cases::density::{DensityError, Direction, Inspected, Restore};
use domain::tenant::Namespace;

use crate::world::{World, call};

async fn inspect(world: &World) -> Inspected {
    world.brain.inspect_density(&world.ada, Namespace::default()).await.unwrap()
}

async fn restore(world: &World, at: Option<domain::time::Timestamp>) -> Result<Renewed, DensityError> {
    world.brain.restore_density(&world.ada, Restore { namespace: Namespace::default(), at }).await
}

/// Three memories of kettles and one of the sea, observed.
async fn observed() -> World {
    let world = World::new();
    for text in ["kettle boils water", "kettle boils water daily", "kettle boils hot water", "waves on a beach"] {
        world.say(text).await;
    }
    world.brain.merge_observations().await.unwrap();
    world
}

fn nearest(direction: &Direction) -> Vec<&str> {
    direction.memories.iter().map(|(memory, _)| memory.content.as_str()).collect()
}

#[tokio::test]
async fn the_main_direction_of_a_matrix_is_named_by_the_memories_that_lie_along_it() {
    let world = observed().await;
    let seen = inspect(&world).await;
    assert_eq!((seen.matrix.observations(), seen.directions.len()), (4, 4));
    assert!(seen.directions.is_sorted_by(|a, b| a.share >= b.share));
    assert!((seen.spectrum.values()[0] - seen.directions[0].share).abs() < 1e-9);
    let named = nearest(&seen.directions[0]);
    assert!(named.len() == 3 && named.iter().all(|text| text.starts_with("kettle boils")), "{named:?}");
    assert!(seen.directions[0].memories.iter().all(|(_, cosine)| (0.8..=1.0).contains(&cosine.abs())));
    assert_eq!(nearest(&seen.directions[1])[0], "waves on a beach");
    assert_eq!(seen.snapshots, [Snapshot { taken: world.now(), observations: 4 }]);
}

#[tokio::test]
async fn before_anything_is_merged_a_matrix_is_mixed_and_has_no_main_direction() {
    let world = World::new();
    world.say("not merged yet").await;
    let seen = inspect(&world).await;
    assert!((seen.spectrum.least() - 1.0 / 64.0).abs() < 1e-12);
    assert!((seen.spectrum.effective_rank() - 64.0).abs() < 1e-9);
    assert_eq!((seen.directions, seen.snapshots), (vec![], vec![]));
}

#[tokio::test]
async fn an_erased_memory_names_no_direction() {
    let world = observed().await;
    world.erase(Selection::Namespace(Namespace::default())).await;
    world.say("something else").await;
    world.brain.merge_observations().await.unwrap();
    for direction in inspect(&world).await.directions {
        assert!(nearest(&direction).iter().all(|text| *text == "something else"));
    }
}

#[tokio::test]
async fn a_matrix_is_shown_where_its_memories_cannot_be_searched() {
    let world = observed().await;
    world.ports().long_term().off();
    let seen = inspect(&world).await;
    assert_eq!(seen.matrix.observations(), 4);
    assert!(seen.directions.iter().all(|direction| direction.memories.is_empty()));
}

#[tokio::test]
async fn a_matrix_that_was_reset_is_folded_again_from_the_ledger_and_recall_answers_meanwhile() {
    let world = observed().await;
    let before = inspect(&world).await.matrix;
    let renewed = world.brain.reset_density(&world.ada, Namespace::default()).await.unwrap();
    assert_eq!(renewed, Renewed { snapshot: None, unmerged: 4 });
    assert_eq!(inspect(&world).await.matrix.observations(), 0);
    assert_eq!(world.ask("what is on a beach?").await[0], "waves on a beach");
    assert_eq!(world.brain.recover_observations(world.now()).await.unwrap(), 4);
    let apart = |(x, y): (&f64, &f64)| (x - y).abs();
    let again = inspect(&world).await.matrix;
    assert!(again.packed().iter().zip(before.packed()).map(apart).fold(0.0, f64::max) < 1e-12);
}

#[tokio::test]
async fn a_matrix_is_restored_to_a_moment_and_what_came_after_is_folded_again() {
    let world = observed().await;
    let snapshot = Snapshot { taken: world.now(), observations: 4 };
    world.pass(7_200);
    world.say("said later").await;
    world.brain.merge_observations().await.unwrap();
    let at = world.now().plus_seconds(-60);
    let renewed = restore(&world, Some(at)).await.unwrap();
    assert_eq!(renewed, Renewed { snapshot: Some(snapshot), unmerged: 1 });
    assert_eq!(inspect(&world).await.matrix.observations(), 4);
    assert_eq!(world.brain.recover_observations(world.now()).await.unwrap(), 1);
    assert_eq!(inspect(&world).await.matrix.observations(), 5);
    let too_early = restore(&world, Some(snapshot.taken.plus_seconds(-1))).await;
    assert!(matches!(too_early, Err(DensityError::NoSnapshot)), "{too_early:?}");
}

#[tokio::test]
async fn who_is_not_permitted_sees_and_changes_nothing() {
    let world = observed().await;
    let mut stranger = call("acme");
    stranger.caller.roles.clear();
    let seen = world.brain.inspect_density(&stranger, Namespace::default()).await;
    assert!(matches!(seen, Err(DensityError::Forbidden(Forbidden::Denied { .. }))));
    let reset = world.brain.reset_density(&stranger, Namespace::default()).await;
    assert!(matches!(reset, Err(DensityError::Forbidden(Forbidden::Denied { .. }))));
    let restoring = Restore { namespace: Namespace::default(), at: None };
    let restored = world.brain.restore_density(&stranger, restoring).await;
    assert!(matches!(restored, Err(DensityError::Forbidden(Forbidden::Denied { .. }))));
    assert_eq!(inspect(&world).await.matrix.observations(), 4);
}

#[tokio::test]
async fn another_tenants_matrix_is_out_of_reach() {
    let world = observed().await;
    let eve = call("other");
    let seen = world.brain.inspect_density(&eve, Namespace::default()).await.unwrap();
    assert_eq!((seen.matrix.observations(), seen.snapshots), (0, vec![]));
    world.brain.reset_density(&eve, Namespace::default()).await.unwrap();
    assert_eq!(inspect(&world).await.matrix.observations(), 4);
}
