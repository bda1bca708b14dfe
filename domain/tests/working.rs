//! What a session holds in mind: bounded, expiring, the salient stay.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::sync::Arc;
use std::time::Duration;

use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Times};
use domain::metadata::Metadata;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use domain::working::admission::{Focus, Limits};
use domain::working::salience::{HALF_LIFE, recency, salience};
use proptest::prelude::*;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).unwrap().plus_seconds(seconds)
}

fn id(n: u128) -> MemoryId {
    MemoryId(Uuid::from_u128(n))
}

fn memory(n: u128, importance: f64, novelty: f64) -> Memory {
    Memory {
        tenant: Tenant::try_new("acme").unwrap(),
        id: id(n),
        namespace: Namespace::default(),
        content: MemoryText::try_new("something").unwrap(),
        kind: Kind::Episodic,
        importance: Importance::try_new(importance).unwrap(),
        origin: Origin::default(),
        tags: vec![],
        metadata: Metadata::default(),
        times: Times { occurred: None, created: at(0), valid: at(0), invalid: None, expires: None },
        supersedes: vec![],
        links: vec![],
        procedure: None,
        encoding: None,
        novelty,
        salience: 0.0,
        version: 1,
    }
}

fn limits(capacity: usize) -> Limits {
    Limits { capacity, ..Limits::default() }
}

fn held(focus: &Focus, now: Timestamp) -> Vec<MemoryId> {
    focus.held(now).iter().map(|entry| entry.memory.id).collect()
}

#[test]
fn the_defaults_are_sixty_four_memories_for_an_hour() {
    assert_eq!(Limits::default(), Limits { capacity: 64, ttl: Duration::from_secs(3600) });
}

#[test]
fn the_most_salient_comes_first() {
    let mut focus = Focus::new();
    for (n, importance) in [(1, 0.2), (2, 0.9), (3, 0.5)] {
        focus.admit(Arc::new(memory(n, importance, 0.5)), at(0), &limits(9));
    }
    assert_eq!(held(&focus, at(0)), [id(2), id(3), id(1)]);
}

#[test]
fn the_least_salient_makes_room() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 0.1, 0.1)), at(0), &limits(2));
    focus.admit(Arc::new(memory(2, 0.9, 0.9)), at(0), &limits(2));
    let outcome = focus.admit(Arc::new(memory(3, 0.5, 0.5)), at(1), &limits(2));
    assert_eq!((outcome.admitted, outcome.evicted), (true, vec![id(1)]));
    assert_eq!(held(&focus, at(1)), [id(2), id(3)]);
}

#[test]
fn a_newcomer_that_claims_least_is_not_admitted() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 1.0, 1.0)), at(0), &limits(1));
    let outcome = focus.admit(Arc::new(memory(2, 0.0, 0.0)), at(0), &limits(1));
    assert_eq!((outcome.admitted, outcome.evicted), (false, vec![]));
    assert_eq!(held(&focus, at(0)), [id(1)]);
}

#[test]
fn what_was_used_long_ago_yields_to_what_is_new() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 0.6, 0.5)), at(0), &limits(1));
    let outcome = focus.admit(Arc::new(memory(2, 0.5, 0.5)), at(1800), &limits(1));
    assert_eq!(outcome.evicted, [id(1)]);
}

#[test]
fn an_entry_expires_an_hour_after_its_last_use() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 0.5, 0.5)), at(0), &limits(9));
    assert!(focus.touch(id(1), at(3000), &limits(9)));
    assert_eq!(held(&focus, at(6599)), [id(1)]);
    assert!(held(&focus, at(6600)).is_empty());
    assert_eq!(focus.expire(at(6600)), 1);
    assert!(focus.is_empty());
}

#[test]
fn what_has_expired_cannot_be_touched_back() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 0.5, 0.5)), at(0), &limits(9));
    assert!(!focus.touch(id(1), at(3600), &limits(9)));
    assert!(!focus.touch(id(2), at(0), &limits(9)));
}

#[test]
fn a_memory_is_never_held_beyond_its_own_expiry() {
    let mut short = memory(1, 0.5, 0.5);
    short.times.expires = Some(at(60));
    let mut focus = Focus::new();
    focus.admit(Arc::new(short.clone()), at(0), &limits(9));
    assert_eq!(held(&focus, at(59)), [id(1)]);
    assert!(held(&focus, at(60)).is_empty());
    assert!(!focus.admit(Arc::new(short), at(60), &limits(9)).admitted);
}

#[test]
fn a_memory_admitted_again_is_held_once_in_its_newer_version() {
    let mut focus = Focus::new();
    focus.admit(Arc::new(memory(1, 0.5, 0.5)), at(0), &limits(9));
    let newer = Memory { version: 2, ..memory(1, 0.9, 0.5) };
    assert!(focus.admit(Arc::new(newer), at(5), &limits(9)).admitted);
    assert_eq!(focus.len(), 1);
    assert_eq!(focus.get(id(1), at(5)).unwrap().memory.version, 2);
}

#[test]
fn what_is_forgotten_is_gone() {
    let mut focus = Focus::new();
    for n in 1..=3 {
        focus.admit(Arc::new(memory(n, 0.5, 0.5)), at(0), &limits(9));
    }
    assert_eq!(focus.forget(|memory| memory.id != id(2)), 2);
    assert_eq!(held(&focus, at(0)), [id(2)]);
}

#[test]
fn recency_halves_with_each_half_life_and_never_exceeds_one() {
    let later = at(HALF_LIFE.as_secs() as i64);
    assert_eq!(recency(at(0), at(0)), 1.0);
    assert_eq!(recency(at(0), later), 0.5);
    assert_eq!(recency(later, at(0)), 1.0);
}

#[test]
fn salience_reaches_from_nothing_to_one() {
    assert_eq!(salience(Importance::try_new(0.0).unwrap(), 0.0, 0.0), 0.0);
    assert!((salience(Importance::try_new(1.0).unwrap(), 1.0, 1.0) - 1.0).abs() < 1e-12);
    assert_eq!(salience(Importance::try_new(0.0).unwrap(), f64::NAN, f64::INFINITY), 0.3);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_focus_never_holds_more_than_its_capacity_and_evicts_none_above_those_it_keeps(
        arrivals in proptest::collection::vec((0u128..40, 0.0..=1.0, 0.0..=1.0, 0i64..600), 1..80), capacity in 0usize..10,
    ) {
        let mut focus = Focus::new();
        let mut now = 0;
        for (n, importance, novelty, wait) in arrivals {
            now += wait;
            let before: Vec<_> = focus.held(at(now)).into_iter().cloned().collect();
            let outcome = focus.admit(Arc::new(memory(n, importance, novelty)), at(now), &limits(capacity));
            let kept = focus.held(at(now));
            prop_assert!(kept.len() <= capacity);
            prop_assert_eq!(outcome.admitted, focus.get(id(n), at(now)).is_some());
            let least = kept.iter().map(|entry| entry.salience(at(now))).fold(f64::INFINITY, f64::min);
            for gone in before.iter().filter(|entry| outcome.evicted.contains(&entry.memory.id)) {
                prop_assert!(gone.salience(at(now)) <= least);
            }
        }
    }
}
