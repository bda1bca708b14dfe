//! Suite of [`application::ports::working`]: bounded, expiring, each session on its own.
//!
//! The adapter is set to [`SIZE`] memories a session and a time to live of [`TTL`].

use std::sync::Arc;
use std::time::Duration;

use application::ports::working::{Admitted, Forget, Held, TRACED, Trace, WorkingMemory};
use domain::memory::{Importance, Memory, MemoryId, Times};
use domain::recall::term::{PerTerm, Term};
use domain::tenant::Label;
use domain::time::Timestamp;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::memories::*;

crate::suite! { ($) working:
    what_is_admitted_is_held_as_it_was,
    a_session_not_seen_before_holds_nothing,
    the_most_salient_come_first,
    no_more_is_held_than_configured,
    the_least_salient_goes_first,
    what_is_least_salient_itself_is_not_admitted,
    a_memory_offered_again_is_held_once_in_its_new_state,
    what_was_not_used_for_the_time_to_live_is_gone,
    a_use_begins_the_time_to_live_anew,
    touching_what_is_not_held_does_nothing,
    a_memory_is_not_held_beyond_its_own_end,
    what_is_forgotten_is_held_in_no_session,
    a_namespace_is_forgotten_everywhere,
    an_ended_session_holds_nothing,
    offers_at_once_stay_within_the_bound,
    sessions_never_see_each_others,
    tenants_never_see_each_others,
    a_recall_is_kept_as_it_was_answered,
    a_recall_is_kept_for_an_hour,
    a_recall_is_its_tenants_own,
    recalls_at_once_are_all_kept,
    what_is_forgotten_leaves_recalls_as_they_are,
}

/// Memories that a session of the adapter under test holds.
pub const SIZE: usize = 4;
/// How long the adapter under test holds a memory after its last use.
pub const TTL: Duration = Duration::from_secs(3_600);

fn session() -> Label {
    label("session \u{e9} 1")
}

fn mattering(number: u128, importance: f64) -> Arc<Memory> {
    let importance = Importance::try_new(importance).expect("in range");
    Arc::new(Memory { importance, ..memory(number, &format!("entry {number}")) })
}

fn plain(number: u128) -> Arc<Memory> {
    mattering(number, 0.5)
}

async fn admit(working: &impl WorkingMemory, memories: &[Arc<Memory>], now: Timestamp) -> Vec<Admitted> {
    working.admit(&acme(), &session(), memories, now).await.expect("admitted")
}

async fn held(working: &impl WorkingMemory, now: Timestamp) -> Vec<Held> {
    working.held(&acme(), &session(), now).await.expect("held")
}

async fn ids(working: &impl WorkingMemory, now: Timestamp) -> Vec<MemoryId> {
    let mut ids: Vec<MemoryId> = held(working, now).await.iter().map(|one| one.memory.id).collect();
    ids.sort_unstable();
    ids
}

/// Every field, with a salience, the last use and the end.
pub async fn what_is_admitted_is_held_as_it_was(working: &impl WorkingMemory) {
    let told = Arc::new(Memory { tags: vec![label("x")], novelty: 1.0 / 3.0, ..memory(1, " said \u{1f9e0}\n") });
    let admitted = admit(working, std::slice::from_ref(&told), second(10)).await;
    assert_eq!(admitted, [Admitted { admitted: true, evicted: Vec::new() }]);
    let held = held(working, second(20)).await;
    assert_eq!(held.iter().map(|one| &one.memory).collect::<Vec<_>>(), [&told]);
    assert!((0.0..=1.0).contains(&held[0].salience), "{}", held[0].salience);
    assert_eq!((held[0].last_used, held[0].expires), (second(10), second(10 + 3_600)));
}

/// Absence is no error.
pub async fn a_session_not_seen_before_holds_nothing(working: &impl WorkingMemory) {
    assert_eq!(held(working, second(0)).await, []);
    assert_eq!(working.end(&acme(), &session(), second(1)).await.expect("ended"), 0);
}

/// Each no more than the one before it.
pub async fn the_most_salient_come_first(working: &impl WorkingMemory) {
    admit(working, &[mattering(1, 0.2), mattering(2, 0.9), mattering(3, 0.6)], second(0)).await;
    let held = held(working, second(60)).await;
    assert_eq!(held.iter().map(|one| one.memory.id).collect::<Vec<_>>(), [id(2), id(3), id(1)]);
    assert!(held.is_sorted_by(|a, b| a.salience >= b.salience));
}

/// Offered together or one by one.
pub async fn no_more_is_held_than_configured(working: &impl WorkingMemory) {
    let offered: Vec<_> = (1..=10).map(plain).collect();
    admit(working, &offered, second(0)).await;
    assert_eq!(held(working, second(0)).await.len(), SIZE);
    for number in 11..=20 {
        admit(working, &[plain(number)], second(1)).await;
        assert_eq!(held(working, second(1)).await.len(), SIZE);
    }
}

/// And the answer names it.
pub async fn the_least_salient_goes_first(working: &impl WorkingMemory) {
    let offered = [mattering(1, 0.9), mattering(2, 0.1), mattering(3, 0.8), mattering(4, 0.7)];
    admit(working, &offered, second(0)).await;
    let admitted = admit(working, &[mattering(5, 0.6)], second(0)).await;
    assert_eq!(admitted, [Admitted { admitted: true, evicted: vec![id(2)] }]);
    assert_eq!(ids(working, second(0)).await, [id(1), id(3), id(4), id(5)]);
}

/// Nothing goes for it.
pub async fn what_is_least_salient_itself_is_not_admitted(working: &impl WorkingMemory) {
    let offered: Vec<_> = (1..=4).map(|number| mattering(number, 0.9)).collect();
    admit(working, &offered, second(0)).await;
    let admitted = admit(working, &[mattering(5, 0.0)], second(0)).await;
    assert_eq!(admitted, [Admitted::default()]);
    assert_eq!(ids(working, second(0)).await, [id(1), id(2), id(3), id(4)]);
}

/// Nothing is evicted for that.
pub async fn a_memory_offered_again_is_held_once_in_its_new_state(working: &impl WorkingMemory) {
    let offered: Vec<_> = (1..=4).map(plain).collect();
    admit(working, &offered, second(0)).await;
    let newer = Arc::new(Memory { version: 2, tags: vec![label("new")], ..memory(2, "entry 2") });
    let admitted = admit(working, std::slice::from_ref(&newer), second(5)).await;
    assert_eq!(admitted, [Admitted { admitted: true, evicted: Vec::new() }]);
    let held = held(working, second(5)).await;
    assert_eq!(held.len(), 4);
    assert_eq!(held.iter().find(|one| one.memory.id == id(2)).map(|one| &one.memory), Some(&newer));
}

/// At the end itself, not before.
pub async fn what_was_not_used_for_the_time_to_live_is_gone(working: &impl WorkingMemory) {
    admit(working, &[plain(1)], second(0)).await;
    admit(working, &[plain(2)], second(100)).await;
    assert_eq!(ids(working, second(3_599)).await, [id(1), id(2)]);
    assert_eq!(ids(working, second(3_600)).await, [id(2)]);
    assert_eq!(ids(working, second(3_700)).await, []);
}

/// Only of what was used.
pub async fn a_use_begins_the_time_to_live_anew(working: &impl WorkingMemory) {
    admit(working, &[plain(1), plain(2)], second(0)).await;
    working.touch(&acme(), &session(), &[id(1)], second(1_800)).await.expect("touched");
    let held = held(working, second(3_600)).await;
    assert_eq!(held.iter().map(|one| one.memory.id).collect::<Vec<_>>(), [id(1)]);
    assert_eq!((held[0].last_used, held[0].expires), (second(1_800), second(1_800 + 3_600)));
}

/// What has expired stays so.
pub async fn touching_what_is_not_held_does_nothing(working: &impl WorkingMemory) {
    working.touch(&acme(), &session(), &[id(1)], second(0)).await.expect("passed over");
    admit(working, &[plain(1)], second(0)).await;
    working.touch(&acme(), &session(), &[id(1), id(2)], second(3_600)).await.expect("passed over");
    assert_eq!(ids(working, second(3_600)).await, []);
}

/// Its own end comes before that of the session's time to live.
pub async fn a_memory_is_not_held_beyond_its_own_end(working: &impl WorkingMemory) {
    let short = memory(1, "short");
    let short = Memory { times: Times { expires: Some(second(60)), ..short.times }, ..short };
    admit(working, &[Arc::new(short), plain(2)], second(0)).await;
    assert_eq!(ids(working, second(59)).await, [id(1), id(2)]);
    assert_eq!(ids(working, second(60)).await, [id(2)]);
}

/// Of the tenant; another tenant keeps its own.
pub async fn what_is_forgotten_is_held_in_no_session(working: &impl WorkingMemory) {
    let (now, other) = (second(0), label("another"));
    admit(working, &[plain(1), plain(2)], now).await;
    working.admit(&acme(), &other, &[plain(1), plain(3)], now).await.expect("admitted");
    working.admit(&tenant("other"), &session(), &[plain(1)], now).await.expect("admitted");
    working.forget(&acme(), Forget::Memories(&[id(1), id(9)])).await.expect("forgotten");
    assert_eq!(ids(working, now).await, [id(2)]);
    assert_eq!(working.held(&acme(), &other, now).await.expect("held").len(), 1);
    assert_eq!(working.held(&tenant("other"), &session(), now).await.expect("held").len(), 1);
}

/// Memories of other namespaces stay.
pub async fn a_namespace_is_forgotten_everywhere(working: &impl WorkingMemory) {
    let (now, other) = (second(0), label("another"));
    let notes = |number| Arc::new(Memory { namespace: namespace("notes"), ..memory(number, "a note") });
    admit(working, &[plain(1), notes(2)], now).await;
    working.admit(&acme(), &other, &[notes(3)], now).await.expect("admitted");
    working.forget(&acme(), Forget::Namespace(&namespace("notes"))).await.expect("forgotten");
    assert_eq!(ids(working, now).await, [id(1)]);
    assert_eq!(working.held(&acme(), &other, now).await.expect("held"), []);
}

/// It answers how many it held; ended again it holds none.
pub async fn an_ended_session_holds_nothing(working: &impl WorkingMemory) {
    admit(working, &[plain(1), plain(2)], second(0)).await;
    working.admit(&acme(), &label("another"), &[plain(3)], second(0)).await.expect("admitted");
    assert_eq!(working.end(&acme(), &session(), second(1)).await.expect("ended"), 2);
    assert_eq!(held(working, second(1)).await, []);
    assert_eq!(working.end(&acme(), &session(), second(1)).await.expect("ended"), 0);
    assert_eq!(working.held(&acme(), &label("another"), second(0)).await.expect("held").len(), 1);
}

/// Thirty-two of them: what is held and what was evicted or refused add up.
pub async fn offers_at_once_stay_within_the_bound(working: &impl WorkingMemory) {
    let offered: Vec<Vec<Arc<Memory>>> = (1..=32).map(|number| vec![plain(number)]).collect();
    let answers = join_all(offered.iter().map(|one| admit(working, one, second(0)))).await.concat();
    let evicted: usize = answers.iter().map(|one| one.evicted.len()).sum();
    let admitted = answers.iter().filter(|one| one.admitted).count();
    assert_eq!(held(working, second(0)).await.len(), SIZE);
    assert_eq!(admitted - evicted, SIZE);
}

/// Of the same tenant.
pub async fn sessions_never_see_each_others(working: &impl WorkingMemory) {
    admit(working, &[plain(1)], second(0)).await;
    let other = label("session \u{e9} 2");
    assert_eq!(working.held(&acme(), &other, second(0)).await.expect("held"), []);
    working.touch(&acme(), &other, &[id(1)], second(1_000)).await.expect("passed over");
    assert_eq!(held(working, second(1_000)).await[0].last_used, second(0));
}

/// In sessions of the same name.
pub async fn tenants_never_see_each_others(working: &impl WorkingMemory) {
    admit(working, &[plain(1)], second(0)).await;
    let other = tenant("acme-2");
    assert_eq!(working.held(&other, &session(), second(0)).await.expect("held"), []);
    working.forget(&other, Forget::Memories(&[id(1)])).await.expect("forgotten");
    working.forget(&other, Forget::Namespace(&memory(1, "x").namespace)).await.expect("forgotten");
    assert_eq!(working.end(&other, &session(), second(1)).await.expect("ended"), 0);
    assert_eq!(ids(working, second(0)).await, [id(1)]);
}

fn recall(number: u128) -> Uuid {
    id(5_000 + number).0
}

/// Two memories, one with all signals, none of them a short number, and one with a single one.
fn trace(number: u128) -> Trace {
    let all = Term::ALL.into_iter().enumerate();
    let all = all.fold(PerTerm::default(), |all, (at, term)| all.with(term, (at as f32 - 2.0) / (number + 7) as f32));
    let one = PerTerm::default().with(Term::Lexical, f32::MIN_POSITIVE);
    Trace { recall: recall(number), memories: vec![(id(2), all), (id(1), one), (id(3), PerTerm::default())] }
}

async fn traced(working: &impl WorkingMemory, number: u128, now: Timestamp) -> Option<Trace> {
    working.recall_trace(&acme(), recall(number), now).await.expect("asked")
}

/// Order, ids and every signal to the last bit; one that was not noted is absent, and without memories none is an error.
pub async fn a_recall_is_kept_as_it_was_answered(working: &impl WorkingMemory) {
    working.note_recall(&acme(), trace(1), second(0)).await.expect("noted");
    let empty = Trace { recall: recall(2), memories: Vec::new() };
    working.note_recall(&acme(), empty.clone(), second(0)).await.expect("noted");
    assert_eq!(traced(working, 1, second(1)).await, Some(trace(1)));
    assert_eq!(traced(working, 2, second(1)).await, Some(empty));
    assert_eq!(traced(working, 3, second(1)).await, None);
}

/// And not a moment longer.
pub async fn a_recall_is_kept_for_an_hour(working: &impl WorkingMemory) {
    working.note_recall(&acme(), trace(1), second(0)).await.expect("noted");
    let hour = TRACED.as_secs() as i64;
    assert_eq!(traced(working, 1, second(hour - 1)).await, Some(trace(1)));
    assert_eq!(traced(working, 1, second(hour)).await, None);
}

/// Even under the same name.
pub async fn a_recall_is_its_tenants_own(working: &impl WorkingMemory) {
    working.note_recall(&acme(), trace(1), second(0)).await.expect("noted");
    let other = tenant("acme-2");
    assert_eq!(working.recall_trace(&other, recall(1), second(0)).await.expect("asked"), None);
    let theirs = Trace { recall: recall(1), ..trace(2) };
    working.note_recall(&other, theirs.clone(), second(0)).await.expect("noted");
    assert_eq!(working.recall_trace(&other, recall(1), second(0)).await.expect("asked"), Some(theirs));
    assert_eq!(traced(working, 1, second(0)).await, Some(trace(1)));
}

/// Sixty-four of them.
pub async fn recalls_at_once_are_all_kept(working: &impl WorkingMemory) {
    let tenant = acme();
    let noted = join_all((0..64).map(|number| working.note_recall(&tenant, trace(number), second(0)))).await;
    assert!(noted.iter().all(Result::is_ok));
    for number in 0..64 {
        assert_eq!(traced(working, number, second(0)).await, Some(trace(number)));
    }
}

/// They hold no content; sessions do not hold them.
pub async fn what_is_forgotten_leaves_recalls_as_they_are(working: &impl WorkingMemory) {
    admit(working, &[plain(1), plain(2)], second(0)).await;
    working.note_recall(&acme(), trace(1), second(0)).await.expect("noted");
    working.forget(&acme(), Forget::Memories(&[id(1)])).await.expect("forgotten");
    working.forget(&acme(), Forget::Namespace(&memory(1, "x").namespace)).await.expect("forgotten");
    working.end(&acme(), &session(), second(0)).await.expect("ended");
    assert_eq!(traced(working, 1, second(0)).await, Some(trace(1)));
}
