//! What these adapters keep is bounded.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::sync::Arc;

use application::ports::events::{Event, Events};
use application::ports::system::System;
use application::ports::working::WorkingMemory;
use domain::audit::Seal;
use domain::memory::{Importance, Kind, Memory, MemoryId, MemoryText, Origin, Times};
use domain::metadata::Metadata;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_inprocess::working::Config;
use somabrain_inprocess::{EventLog, ManualClock, SessionMemory, SystemClock};
use uuid::Uuid;

fn now() -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap()
}

fn acme() -> Tenant {
    Tenant::try_new("acme").unwrap()
}

fn memory(number: u128) -> Arc<Memory> {
    Arc::new(Memory {
        tenant: acme(),
        id: MemoryId(Uuid::from_u128(number)),
        namespace: Namespace::default(),
        content: MemoryText::try_new("said").unwrap(),
        kind: Kind::default(),
        importance: Importance::default(),
        origin: Origin::default(),
        tags: Vec::new(),
        metadata: Metadata::default(),
        times: Times { occurred: None, created: now(), valid: now(), invalid: None, expires: None },
        supersedes: Vec::new(),
        links: Vec::new(),
        procedure: None,
        encoding: None,
        novelty: 1.0,
        salience: 0.5,
        version: 1,
    })
}

fn event(number: u64) -> Event {
    Event {
        tenant: acme(),
        number,
        at: now(),
        subject: "ada".into(),
        action: "memory:remember".into(),
        resource: "memory".into(),
        outcome: "done".into(),
        namespace: None,
        memories: Vec::new(),
        request_id: "request-1".into(),
        traceparent: None,
        seal: Seal([7; 32]),
    }
}

#[tokio::test]
async fn the_session_used_longest_ago_is_dropped_first() {
    let working = SessionMemory::new(Config { sessions: 2, ..Config::default() });
    let session = |name: &str| Label::try_new(name).unwrap();
    let (acme, a, b, c) = (acme(), session("a"), session("b"), session("c"));
    working.admit(&acme, &a, &[memory(1)], now()).await.unwrap();
    working.admit(&acme, &b, &[memory(2)], now()).await.unwrap();
    working.touch(&acme, &a, &[memory(1).id], now()).await.unwrap();
    working.admit(&acme, &c, &[memory(3)], now()).await.unwrap();
    for (session, held) in [(a, 1), (b, 0), (c, 1)] {
        assert_eq!(working.held(&acme, &session, now()).await.unwrap().len(), held, "{session}");
    }
}

#[tokio::test]
async fn the_tenant_that_has_most_sessions_makes_room() {
    let working = SessionMemory::new(Config { sessions: 3, ..Config::default() });
    let session = |name: &str| Label::try_new(name).unwrap();
    let other = Tenant::try_new("other").unwrap();
    working.admit(&other, &session("quiet"), &[memory(1)], now()).await.unwrap();
    for number in 0..20 {
        working.admit(&acme(), &session(&number.to_string()), &[memory(2)], now()).await.unwrap();
    }
    assert_eq!(working.held(&other, &session("quiet"), now()).await.unwrap().len(), 1);
    for (number, held) in [(17, 0), (18, 1), (19, 1)] {
        let session = session(&number.to_string());
        assert_eq!(working.held(&acme(), &session, now()).await.unwrap().len(), held, "{session}");
    }
}

/// Whoever comes is let in.
#[tokio::test]
async fn of_tenants_with_as_many_sessions_the_one_used_longest_ago_makes_room() {
    let working = SessionMemory::new(Config { sessions: 2, ..Config::default() });
    let session = Label::try_new("a").unwrap();
    let tenants = ["first", "second", "third"].map(|name| Tenant::try_new(name).unwrap());
    for tenant in &tenants {
        working.admit(tenant, &session, &[memory(1)], now()).await.unwrap();
    }
    for (tenant, held) in tenants.iter().zip([0, 1, 1]) {
        assert_eq!(working.held(tenant, &session, now()).await.unwrap().len(), held, "{tenant}");
    }
}

#[tokio::test]
async fn a_full_log_keeps_the_last_events() {
    let log = EventLog::new(3);
    log.publish(&[event(1), event(2)]).await.unwrap();
    log.publish(&[event(3), event(4)]).await.unwrap();
    assert_eq!(log.published(), [event(2), event(3), event(4)]);
    log.publish(&(5..20).map(event).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(log.published(), [event(17), event(18), event(19)]);
}

#[tokio::test]
async fn a_log_without_room_takes_everything_and_keeps_nothing() {
    let log = EventLog::new(0);
    log.publish(&[event(1)]).await.unwrap();
    assert_eq!(log.published(), []);
}

#[test]
fn the_same_acts_on_a_manual_clock_make_the_same_ids() {
    let ids = || {
        let clock = ManualClock::at(now());
        (0..3).map(|_| clock.new_id()).collect::<Vec<_>>()
    };
    assert_eq!(ids(), ids());
}

#[test]
fn the_system_clock_never_shows_a_time_before_it_was_written() {
    assert!(SystemClock.now() > now().plus_seconds(-400 * 86_400));
}
