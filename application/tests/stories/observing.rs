//! The density matrix counts every memory once.

use application::ports::Ports;
use application::ports::density::{Breach, DensityStore, Remedy, Renewed};
use application::ports::ledger::Selection;
use application::ports::metrics::Measurement;
use domain::density::check::{InvariantViolation, check};
use domain::tenant::Namespace;

use crate::world::{World, draft};

async fn observations(world: &World) -> u64 {
    let tenant = &world.ada.caller.tenant;
    let matrix = world.ports().density().matrix(tenant, &Namespace::default()).await.unwrap();
    assert_eq!(check(matrix.dim(), matrix.packed()), []);
    matrix.observations()
}

#[tokio::test]
async fn observations_are_the_memories_stored() {
    let world = World::new();
    world.remember((0..10).map(|number| draft(&format!("entry {number}"))).collect()).await;
    world.say("entry 0").await;
    world.say("...").await;
    assert_eq!(world.brain.merge_observations().await.unwrap(), 11);
    assert_eq!(observations(&world).await, 11);
    assert_eq!(world.brain.merge_observations().await.unwrap(), 0);
}

#[tokio::test]
async fn what_could_not_be_merged_is_merged_the_next_time() {
    let world = World::new();
    world.say("entry").await;
    world.ports().density().off();
    assert!(world.brain.merge_observations().await.is_err());
    world.ports().density().on();
    assert_eq!(world.brain.merge_observations().await.unwrap(), 1);
    assert_eq!(observations(&world).await, 1);
}

#[tokio::test]
async fn a_fold_lost_with_its_process_is_folded_again() {
    let world = World::new();
    world.remember(vec![draft("one"), draft("two")]).await;
    assert_eq!(world.brain.recover_observations(world.now()).await.unwrap(), 2);
    assert_eq!(world.brain.merge_observations().await.unwrap(), 0, "none counts twice");
    assert_eq!(observations(&world).await, 2);
}

#[tokio::test]
async fn an_erased_namespace_is_observed_no_more() {
    let world = World::new();
    world.say("one").await;
    world.brain.merge_observations().await.unwrap();
    world.say("two").await;
    world.erase(Selection::Namespace(Namespace::default())).await;
    world.brain.merge_observations().await.unwrap();
    assert_eq!(observations(&world).await, 0);
}

#[tokio::test]
async fn a_memory_erased_before_its_merge_takes_no_other_with_it() {
    let world = World::new();
    let erased = world.say("one").await;
    world.say("two").await;
    world.erase(Selection::Id(erased)).await;
    assert_eq!(world.brain.merge_observations().await.unwrap(), 1);
    assert_eq!(observations(&world).await, 1);
}

#[tokio::test]
async fn a_matrix_that_broke_its_laws_is_counted_once_under_each_name() {
    let anew = Remedy::Replaced(Renewed { snapshot: None, unmerged: 3 });
    let [trace, psd] = [InvariantViolation::Trace(1.1), InvariantViolation::NotPositive(-0.5)];
    for (broken, remedy, trace_errors, psd_clips) in [
        (vec![trace], anew, 1, 0),
        (vec![psd], Remedy::Mended, 0, 1),
        (vec![trace, psd], anew, 1, 1),
        (vec![InvariantViolation::Entry(7)], anew, 1, 0),
        (vec![], anew, 1, 0),
    ] {
        let world = World::new();
        let (tenant, namespace) = (world.ada.caller.tenant.clone(), Namespace::default());
        world.ports().density().breach(Breach { tenant, namespace, broken: broken.clone(), remedy });
        world.brain.merge_observations().await.unwrap();
        world.brain.recover_observations(world.now()).await.unwrap();
        let count = |of| world.ports().metrics().count(|one| *one == of);
        let counted = (count(Measurement::DensityTraceError), count(Measurement::DensityPsdClip));
        assert_eq!(counted, (trace_errors, psd_clips), "{broken:?}");
    }
}
