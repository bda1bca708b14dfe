//! Suite of [`application::ports::archiving`]: rows of the audit log go from the beginning on, once they are kept elsewhere.
//!
//! The adapter has an event stream; acts are at the second of their number.

use application::ports::archiving::{Archiving, AuditLog, Segment};
use application::ports::ledger::{Ledger, Note, Remembering};
use application::ports::outbox::{Claim, Outbox, Receiver, Settling, Told, Work};
use domain::audit::{Head, Seal};
use domain::memory::Memory;
use domain::tenant::Tenant;
use uuid::Uuid;

use crate::memories::*;

crate::suite! { ($) archiving:
    rows_are_archivable_up_to_the_first_that_is_too_young,
    what_the_stream_was_not_told_of_stays,
    archived_rows_are_gone_and_the_chain_begins_after_them,
    an_act_that_does_not_begin_where_the_chain_does_is_not_done,
    the_numbers_of_a_chain_go_on_after_all_of_it_was_archived,
}

const HOUR: i64 = 3_600;

async fn acts(store: &impl Ledger, name: &str, seconds: impl IntoIterator<Item = i64>) {
    for at in seconds {
        let number = u128::try_from(at).expect("a small number");
        let one = Memory { tenant: tenant(name), ..memory(number, &format!("entry {number}")) };
        let act = Remembering { tenant: tenant(name), ..remembering(vec![one]) };
        let note = Note { at: second(at), ..act.note.clone() };
        store.remember(Remembering { note, ..act }).await.expect("stored");
    }
}

/// Everything is sealed and told.
async fn told(store: &impl Outbox) {
    let holder = Uuid::from_u128(1);
    let (now, until, ripe) = (second(HOUR), second(HOUR + 30), second(HOUR - 2));
    let claim = Claim { receiver: Receiver::Stream, holder, now, until, ripe, limit: 1_000 };
    while let Some(batch) = store.claim(claim.clone()).await.expect("claimed") {
        let Work::Events(events) = batch.work else { panic!("expected events") };
        let told = Told::Events(events.last().map(|event| event.number));
        store
            .settle(Settling { tenant: batch.tenant, receiver: Receiver::Stream, holder, told, free: second(HOUR) })
            .await
            .expect("settled");
    }
}

async fn archivable(store: &impl AuditLog, before: i64) -> Vec<(Tenant, u64, u64)> {
    let segments = store.archivable(second(before)).await.expect("found");
    segments.into_iter().map(|Segment { tenant, from, upto }| (tenant, from.number, upto)).collect()
}

/// Numbers and seals of all rows that are there.
async fn rows(store: &impl AuditLog) -> Vec<(u64, Seal)> {
    let rows = store.sealed_events(&acme(), 0, u64::from(u32::MAX)).await.expect("read");
    rows.into_iter().map(|(event, seal)| (event.number, seal)).collect()
}

async fn archive(store: &impl AuditLog, from: Head, upto: Head) -> bool {
    let note = Note { action: "audit:archive", ..note(second(HOUR)) };
    store.archive(&Archiving { tenant: acme(), from, upto, note }).await.expect("answered")
}

/// What was archivable, archived.
async fn archived(store: &impl AuditLog, before: i64) -> (Head, Head) {
    let [Segment { from, upto, .. }] = store.archivable(second(before)).await.expect("found")[..] else {
        panic!("one chain has such rows")
    };
    let seal = rows(store).await.iter().find(|(number, _)| *number == upto).expect("it is there").1;
    let upto = Head { number: upto, seal };
    assert!(archive(store, from, upto).await);
    (from, upto)
}

/// Of each tenant, whatever is older after it.
pub async fn rows_are_archivable_up_to_the_first_that_is_too_young(store: &(impl Ledger + Outbox + AuditLog)) {
    acts(store, "acme", [1, 2, 9, 3]).await;
    acts(store, "other", [1, 4]).await;
    acts(store, "young", [8]).await;
    told(store).await;
    assert_eq!(archivable(store, 5).await, [(acme(), 0, 2), (tenant("other"), 0, 2)]);
    assert_eq!(archivable(store, 1).await, []);
    let all = [(acme(), 0, 4), (tenant("other"), 0, 2), (tenant("young"), 0, 1)];
    assert_eq!(archivable(store, 10).await, all);
}

/// However old it is.
pub async fn what_the_stream_was_not_told_of_stays(store: &(impl Ledger + Outbox + AuditLog)) {
    acts(store, "acme", [1, 2]).await;
    assert_eq!(archivable(store, HOUR).await, []);
    told(store).await;
    acts(store, "acme", [3]).await;
    assert_eq!(archivable(store, HOUR).await, [(acme(), 0, 2)]);
}

/// The act is a row of the chain itself.
pub async fn archived_rows_are_gone_and_the_chain_begins_after_them(store: &(impl Ledger + Outbox + AuditLog)) {
    acts(store, "acme", [1, 2, 3]).await;
    told(store).await;
    let all = rows(store).await;
    let (from, upto) = archived(store, 3).await;
    assert_eq!((from.number, (upto.number, upto.seal)), (0, all[1]));
    told(store).await;
    let left = rows(store).await;
    assert_eq!((left[0], left.len(), left[1].0), (all[2], 2, 4));
    let last = store.sealed_events(&acme(), 3, 4).await.expect("read").remove(0).0;
    assert_eq!((last.action.as_str(), last.resource.as_str()), ("audit:archive", "audit_log/1-2"));
    let next = store.archivable(second(5)).await.expect("found");
    assert_eq!(next, [Segment { tenant: acme(), from: upto, upto: 3 }]);
}

/// Nor is it audited.
pub async fn an_act_that_does_not_begin_where_the_chain_does_is_not_done(store: &(impl Ledger + Outbox + AuditLog)) {
    acts(store, "acme", [1, 2, 3]).await;
    told(store).await;
    let (from, upto) = archived(store, 2).await;
    told(store).await;
    let left = rows(store).await;
    let later = Head { number: left[1].0, seal: left[1].1 };
    assert!(!archive(store, from, later).await, "it does not begin there any more");
    assert!(!archive(store, Head { number: 2, seal: left[0].1 }, later).await, "nor there");
    told(store).await;
    assert_eq!(rows(store).await, left);
    assert!(archive(store, upto, later).await);
}

/// And what comes after is archivable as before.
pub async fn the_numbers_of_a_chain_go_on_after_all_of_it_was_archived(store: &(impl Ledger + Outbox + AuditLog)) {
    acts(store, "acme", [1, 2]).await;
    told(store).await;
    archived(store, 5).await;
    acts(store, "acme", [3]).await;
    told(store).await;
    let left: Vec<u64> = rows(store).await.into_iter().map(|(number, _)| number).collect();
    assert_eq!(left, [3, 4]);
    assert_eq!(archivable(store, 2 * HOUR).await, [(acme(), 2, 4)]);
}
