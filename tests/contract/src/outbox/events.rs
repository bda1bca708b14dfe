//! What the stream is told of acts: who did what, numbered without a gap.

use application::ports::density::{DensityStore, Resetting, Restoring};
use application::ports::ledger::{Change, Ledger, Note, Selection};
use application::ports::outbox::{Outbox, Receiver, Told, Work};
use domain::density::fold::{Fold, Weight};
use domain::memory::Memory;
use domain::tenant::Namespace;

use super::{claim, numbers, settle, taken};
use crate::memories::{store as fill, *};

/// Never what a memory says.
pub async fn an_event_says_who_did_what_in_which_request(store: &(impl Ledger + Outbox)) {
    let mut act = remembering(vec![memory(1, "a secret")]);
    act.note.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into());
    store.remember(act.clone()).await.expect("stored");
    let batch = taken(store, claim(Receiver::Stream)).await.expect("work");
    let Work::Events(events) = &batch.work else { panic!("expected events, found {batch:?}") };
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert_eq!((&event.tenant, event.number, event.at), (&acme(), 1, act.note.at));
    assert_eq!((event.subject.as_str(), event.action.as_str()), ("ada", "memory:remember"));
    assert_eq!((event.resource.as_str(), event.outcome.as_str()), ("memory", "done"));
    assert_eq!((event.request_id.as_str(), &event.traceparent), ("request-1", &act.note.traceparent));
    assert_eq!(event.memories, [id(1)]);
    assert!(!format!("{event:?}").contains("secret"));
}

/// Every act once, a refused one not at all.
pub async fn events_are_numbered_without_a_gap_for_each_tenant(store: &(impl Ledger + Outbox)) {
    let theirs = |number| Memory { tenant: tenant("other"), ..memory(number, &format!("entry {number}")) };
    fill(store, numbered(3)).await;
    fill(store, vec![theirs(1)]).await;
    store.change(changing(9, Change::Link(link(1, domain::link::Relation::Related)))).await.expect_err("unknown");
    store.erase(erasing(Selection::Id(id(1)))).await.expect("erased");
    fill(store, vec![theirs(2)]).await;
    let mut found = Vec::new();
    while let Some(batch) = taken(store, claim(Receiver::Stream)).await {
        let numbers = numbers(&batch);
        settle(store, batch.tenant.clone(), Told::Events(numbers.last().copied())).await;
        found.push((batch.tenant, numbers));
    }
    found.sort();
    assert_eq!(found, [(acme(), vec![1, 2]), (tenant("other"), vec![1, 2])]);
}

/// One event an act; none where there was nothing to restore.
pub async fn a_matrix_begun_anew_or_restored_is_an_event(store: &(impl Ledger + Outbox + DensityStore)) {
    let seq = fill(store, numbered(1)).await[0].seq;
    let (tenant, namespace) = (acme(), Namespace::default());
    let note = |action| Note { action, ..note(second(60)) };
    let restoring =
        Restoring { tenant: tenant.clone(), namespace: namespace.clone(), at: None, note: note("density:restore") };
    assert_eq!(store.restore(restoring.clone()).await.expect("asked"), None);
    let mut fold = Fold::new(64);
    fold.observe(None, Weight::of(memory(1, "any").importance));
    store.merge(&tenant, &namespace, &fold, &[seq], second(0)).await.expect("merged");
    store.restore(restoring).await.expect("asked").expect("a snapshot");
    store.reset(Resetting { tenant, namespace: namespace.clone(), note: note("density:reset") }).await.expect("reset");
    let batch = taken(store, claim(Receiver::Stream)).await.expect("work");
    let Work::Events(events) = &batch.work else { panic!("expected events, found {batch:?}") };
    let told: Vec<_> = events.iter().map(|one| (one.action.as_str(), one.resource.as_str())).collect();
    assert_eq!(told[1..], [("density:restore", "density"), ("density:reset", "density")]);
}
