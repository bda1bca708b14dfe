//! Suite of [`application::ports::system`]: time, and ids that carry it.

use std::collections::HashSet;
use std::thread;

use application::ports::system::System;
use uuid::Uuid;

crate::suite! { ($) system:
    ids_are_of_version_seven,
    no_id_comes_twice,
    no_id_comes_twice_among_threads,
    an_id_carries_the_millisecond_that_it_was_made_in,
    later_ids_sort_later,
}

/// The milliseconds since 1970 that a UUIDv7 begins with.
fn millis(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).expect("48 bits")
}

/// With the variant of RFC 9562.
pub async fn ids_are_of_version_seven(system: &impl System) {
    for _ in 0..100 {
        let id = system.new_id();
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122), "{id}");
    }
}

/// Ten thousand in a row, many in one millisecond.
pub async fn no_id_comes_twice(system: &impl System) {
    let ids: HashSet<Uuid> = (0..10_000).map(|_| system.new_id()).collect();
    assert_eq!(ids.len(), 10_000);
}

/// Four threads at once.
pub async fn no_id_comes_twice_among_threads(system: &impl System) {
    let ids: HashSet<Uuid> = thread::scope(|scope| {
        let made: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..1_000).map(|_| system.new_id()).collect::<Vec<_>>())).collect();
        made.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
    });
    assert_eq!(ids.len(), 4_000);
}

/// Between what the clock showed before and after, both in whole milliseconds.
pub async fn an_id_carries_the_millisecond_that_it_was_made_in(system: &impl System) {
    let before = system.now().micros().div_euclid(1_000);
    let made = millis(system.new_id());
    let after = system.now().micros().div_euclid(1_000);
    assert!((before..=after).contains(&made), "{before} {made} {after}");
}

/// By the millisecond at least.
pub async fn later_ids_sort_later(system: &impl System) {
    let made: Vec<i64> = (0..1_000).map(|_| millis(system.new_id())).collect();
    assert!(made.is_sorted(), "{made:?}");
}
