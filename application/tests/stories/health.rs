//! Health, asked by many: what the components stand is found out for all of them together.

use std::task::Poll;

use application::ports::Ports;
use futures_util::future::join_all;
use futures_util::poll;

use crate::world::World;

/// Components of the bundle in the process.
const COMPONENTS: usize = 5;

/// Lets work beside the test go on until it waits.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_probe_of_each_component() {
    let world = World::new();
    world.ports().hold().close();
    let mut asking = Box::pin(join_all((0..50).map(|_| world.brain.health())));
    assert!(poll!(&mut asking).is_pending());
    settle().await;
    assert_eq!(world.ports().probes(), COMPONENTS);
    world.ports().working().off();
    world.ports().hold().open();
    assert!(asking.await.iter().all(|health| health.ok()), "the probes had begun before");
    assert_eq!(world.ports().probes(), COMPONENTS);
    assert!(!world.brain.health().await.ok(), "who asks afterwards has a probe of that moment");
}

#[tokio::test]
async fn readiness_shares_the_probes_of_health_and_waits_for_no_other() {
    let world = World::new();
    world.ports().hold().close();
    let (mut health, mut ready) = (Box::pin(world.brain.health()), Box::pin(world.brain.missing()));
    assert!(poll!(&mut health).is_pending() && poll!(&mut ready).is_pending());
    settle().await;
    assert_eq!(world.ports().probes(), COMPONENTS);
    world.ports().hold().open();
    assert!(ready.await.is_empty());
    assert!(health.await.ok());
}

#[tokio::test]
async fn who_hangs_up_neither_ends_a_probe_nor_leaves_it_stuck() {
    let world = World::new();
    world.ports().hold().close();
    let mut first = Box::pin(world.brain.health());
    let mut second = Box::pin(world.brain.health());
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    settle().await;
    drop(first);
    world.ports().hold().open();
    assert!(second.await.ok());
    assert_eq!(world.ports().probes(), COMPONENTS);

    world.ports().hold().close();
    for _ in 0..100 {
        assert!(poll!(Box::pin(world.brain.health())).is_pending());
    }
    settle().await;
    assert_eq!(world.ports().probes(), 2 * COMPONENTS, "a hundred who hung up share one");
    world.ports().hold().open();
    settle().await;
    world.ports().policy().off();
    assert!(matches!(poll!(Box::pin(world.brain.health())), Poll::Pending), "it is over, though nobody waited for it");
    assert!(!world.brain.health().await.ready());
}

#[tokio::test]
async fn asked_without_end_a_component_is_probed_once_a_second() {
    let world = World::new();
    for _ in 0..100 {
        assert!(world.brain.health().await.ok());
    }
    let before = world.ports().probes();
    assert!(before <= 10 * COMPONENTS, "{before}");
    world.ports().policy().off();
    assert!(world.brain.health().await.ok(), "as it was less than a second ago");
    world.pass(1);
    for _ in 0..100 {
        assert!(!world.brain.health().await.ready());
    }
    assert_eq!(world.ports().probes(), before + COMPONENTS);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_keep_an_old_answer() {
    let world = World::new();
    world.pass(7_200);
    for _ in 0..20 {
        assert!(world.brain.health().await.ok());
    }
    world.ports().system().set(world.now().plus_seconds(-3_600));
    assert!(world.brain.health().await.ok());
    world.pass(11);
    world.ports().working().off();
    assert!(!world.brain.health().await.ok());
}
