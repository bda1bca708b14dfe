//! Suite of [`application::ports::outbox`]: what was written waits until it is told, each tenant with one claimant.
//!
//! The adapter under test is a ledger too, whose long-term memory is elsewhere, and which has a stream to tell.

mod events;
mod reencoding;
mod services;

use application::ports::ledger::{Amendment, Change, Ledger, Selection, Stored};
use application::ports::long_term::{Act, Entry, ServiceId};
use application::ports::outbox::{Batch, Claim, Outbox, Receiver, Settling, Told, Undelivered, Work};
use domain::memory::{Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use uuid::Uuid;

use crate::memories::{store as fill, *};

pub use events::*;
pub use reencoding::*;
pub use services::*;

crate::suite! { ($) outbox:
    what_an_act_delivers_waits_until_it_is_acknowledged,
    a_change_is_delivered_as_the_memory_now_is,
    what_is_superseded_is_delivered_too,
    a_new_encoding_is_delivered_in_place_of_the_old_one,
    an_erasure_is_delivered_in_place_of_the_memory,
    a_memory_whose_link_was_cut_is_delivered_again,
    places_are_not_shared,
    a_duplicate_delivers_nothing,
    namespaces_and_tenants_wait_apart,
    no_more_waits_in_an_answer_than_asked_for,
    entries_are_claimed_in_the_order_of_their_places,
    young_entries_are_left_to_their_maker,
    a_tenant_is_with_one_claimant_until_it_is_settled,
    a_lease_ends_by_itself,
    a_settled_tenant_rests_until_it_is_free,
    what_was_told_after_the_lease_counts_all_the_same,
    events_come_in_the_order_of_the_chain_until_they_are_told,
    an_event_says_who_did_what_in_which_request,
    a_matrix_begun_anew_or_restored_is_an_event,
    events_are_numbered_without_a_gap_for_each_tenant,
    entries_and_events_are_claimed_apart,
    the_longest_waiting_tenant_comes_first,
    writers_at_once_lose_no_event,
    depth_counts_what_waits_and_since_when,
    each_service_is_told_for_itself,
    a_service_that_is_new_is_told_everything_and_every_erasure,
    a_service_enrolled_again_stays_as_it_is,
    what_is_changed_or_erased_is_replaced_for_each_service,
    the_first_service_with_a_name_inherits_what_waits,
    nobody_knows_what_a_service_lacks_that_is_not_enrolled,
    services_rest_apart,
    writers_at_once_are_missed_by_no_service_that_is_enrolled_meanwhile,
}

const HOUR: i64 = 3_600;
const NAMELESS: ServiceId = ServiceId::NAMELESS;
const LONG_TERM: Receiver = Receiver::LongTerm(NAMELESS);

fn holder(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A claim of holder 1 an hour after the memories were stored.
fn claim(receiver: Receiver) -> Claim {
    Claim {
        receiver,
        holder: holder(1),
        now: second(HOUR),
        until: second(HOUR + 30),
        ripe: second(HOUR - 2),
        limit: 1_000,
    }
}

async fn taken(outbox: &impl Outbox, claim: Claim) -> Option<Batch> {
    outbox.claim(claim).await.expect("claimed")
}

fn entries(batch: &Batch) -> &[Entry] {
    match &batch.work {
        Work::Entries(entries) => entries,
        Work::Events(events) => panic!("expected entries, found {events:?}"),
    }
}

fn numbers(batch: &Batch) -> Vec<u64> {
    match &batch.work {
        Work::Events(events) => events.iter().map(|event| event.number).collect(),
        Work::Entries(entries) => panic!("expected events, found {entries:?}"),
    }
}

fn places(entries: &[Entry]) -> Vec<Seq> {
    entries.iter().map(|entry| entry.seq).collect()
}

async fn settle(outbox: &impl Outbox, tenant: Tenant, told: Told) {
    let receiver = match told {
        Told::Entries(_) => LONG_TERM,
        Told::Events(_) => Receiver::Stream,
    };
    let settling = Settling { tenant, receiver, holder: holder(1), told, free: second(HOUR) };
    outbox.settle(settling).await.expect("settled");
}

async fn lacking(outbox: &impl Outbox, service: ServiceId, namespace: &Namespace) -> Undelivered {
    outbox.undelivered(service, &acme(), namespace, 1_000).await.expect("known")
}

async fn waiting(outbox: &impl Outbox) -> Vec<Entry> {
    lacking(outbox, NAMELESS, &Namespace::default()).await.entries
}

fn put(stored: &Stored) -> Entry {
    Entry { seq: stored.seq, act: Act::Put { first: stored.seq, memory: stored.memory.clone() } }
}

/// With the entries that the act answered.
pub async fn what_an_act_delivers_waits_until_it_is_acknowledged(store: &(impl Ledger + Outbox)) {
    let written = store.remember(remembering(numbered(3))).await.expect("stored");
    let expected: Vec<Entry> = written.answer.iter().map(put).collect();
    assert_eq!(written.deliver, expected);
    assert_eq!(waiting(store).await, expected);
    store
        .acknowledge(NAMELESS, &acme(), &[expected[0].seq, expected[2].seq, Seq(i64::MAX)])
        .await
        .expect("acknowledged");
    assert_eq!(waiting(store).await, expected[1..2]);
    store.acknowledge(NAMELESS, &acme(), &[expected[0].seq, expected[1].seq]).await.expect("acknowledged");
    assert_eq!(waiting(store).await, []);
}

/// At a later place, with the place where it was stored.
pub async fn a_change_is_delivered_as_the_memory_now_is(store: &(impl Ledger + Outbox)) {
    let stored = fill(store, numbered(1)).await.remove(0);
    store.acknowledge(NAMELESS, &acme(), &[stored.seq]).await.expect("acknowledged");
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    let written = store.change(changing(1, Change::Amend(amendment))).await.expect("changed");
    let [entry] = &written.deliver[..] else { panic!("one entry: {:?}", written.deliver) };
    assert!(entry.seq > stored.seq);
    assert_eq!(entry.act, Act::Put { first: stored.seq, memory: written.answer.clone() });
    assert_eq!(waiting(store).await, written.deliver);
}

/// In its new state.
pub async fn what_is_superseded_is_delivered_too(store: &(impl Ledger + Outbox)) {
    let old = fill(store, numbered(1)).await.remove(0);
    let new = Memory { supersedes: vec![id(1)], ..memory(2, "a correction") };
    let written = store.remember(remembering(vec![new])).await.expect("stored");
    let ended = read(store, 1).await.expect("there");
    assert!(written.deliver.contains(&put(&written.answer[0])));
    let again = |entry: &&Entry| entry.act == Act::Put { first: old.seq, memory: ended.clone() };
    assert!(written.deliver.iter().find(again).is_some_and(|entry| entry.seq > old.seq), "{:?}", written.deliver);
    assert_eq!(written.deliver.len(), 2);
}

/// No word of the memory is told any more.
pub async fn an_erasure_is_delivered_in_place_of_the_memory(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(2)).await;
    let written = store.erase(erasing(Selection::Id(id(1)))).await.expect("erased");
    let erasure = Entry { seq: written.answer.seq, act: Act::Erase { namespace: Namespace::default(), id: id(1) } };
    assert_eq!(written.deliver, std::slice::from_ref(&erasure));
    let waiting = waiting(store).await;
    assert_eq!(waiting.iter().map(|entry| entry.act.id()).collect::<Vec<_>>(), [id(2), id(1)]);
    assert_eq!(waiting[1], erasure);
}

/// Without the link.
pub async fn a_memory_whose_link_was_cut_is_delivered_again(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    let linking = Memory { links: vec![link(1, domain::link::Relation::Related)], ..memory(2, "entry 2") };
    fill(store, vec![linking]).await;
    let written = store.erase(erasing(Selection::Id(id(1)))).await.expect("erased");
    let cut = written.deliver.iter().find(|entry| entry.act.id() == id(2)).expect("delivered again");
    assert!(matches!(&cut.act, Act::Put { memory, .. } if memory.links.is_empty()), "{cut:?}");
}

/// Not even by what one act erases: what was told of one namespace leaves the other's waiting.
pub async fn places_are_not_shared(store: &(impl Ledger + Outbox)) {
    let of_ada = |number: u128, name: &str| {
        let mut memory = Memory { namespace: namespace(name), ..memory(number, &format!("entry {number}")) };
        memory.origin.user = Some(label("ada"));
        memory
    };
    fill(store, vec![of_ada(1, "one"), of_ada(2, "two"), of_ada(3, "one"), of_ada(4, "two")]).await;
    let related = |to| vec![link(to, domain::link::Relation::Related)];
    fill(store, vec![Memory { links: related(1), ..memory(5, "entry 5") }]).await;
    fill(store, vec![Memory { links: related(2), ..memory(6, "entry 6") }]).await;
    let selection = Selection::Subject { user: Some(label("ada")), agent: None, session: None, namespace: None };
    let written = store.erase(erasing(selection)).await.expect("erased");
    let taken: std::collections::BTreeSet<Seq> = written.deliver.iter().map(|entry| entry.seq).collect();
    assert_eq!((written.deliver.len(), taken.len()), (6, 6), "{:?}", written.deliver);
    let of = |name: &str| -> Vec<Entry> {
        let of = |entry: &&Entry| matches!(&entry.act, Act::Erase { namespace: is, .. } if *is == namespace(name));
        written.deliver.iter().filter(of).cloned().collect()
    };
    store.acknowledge(NAMELESS, &acme(), &places(&of("one"))).await.expect("acknowledged");
    assert_eq!(store.undelivered(NAMELESS, &acme(), &namespace("one"), 10).await.expect("known").entries, []);
    assert_eq!(store.undelivered(NAMELESS, &acme(), &namespace("two"), 10).await.expect("known").entries, of("two"));
    let others: std::collections::BTreeSet<_> = waiting(store).await.iter().map(|entry| entry.act.id()).collect();
    assert_eq!(others, [id(5), id(6)].into());
}

/// Nor does an act that changes nothing.
pub async fn a_duplicate_delivers_nothing(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    let again = store.remember(remembering(vec![memory(2, "entry 1")])).await.expect("a duplicate");
    assert!(again.answer[0].duplicate);
    assert_eq!(again.deliver, []);
    assert_eq!(waiting(store).await.len(), 1);
}

/// Acknowledging is a tenant's own too.
pub async fn namespaces_and_tenants_wait_apart(store: &(impl Ledger + Outbox)) {
    let here = fill(store, numbered(1)).await.remove(0);
    let notes = Memory { namespace: namespace("notes"), ..memory(2, "entry 2") };
    fill(store, vec![notes]).await;
    let theirs = Memory { tenant: tenant("other"), ..memory(3, "entry 3") };
    let theirs = fill(store, vec![theirs]).await.remove(0);
    assert_eq!(waiting(store).await, [put(&here)]);
    store.acknowledge(NAMELESS, &acme(), &[theirs.seq]).await.expect("passed over");
    let others = store.undelivered(NAMELESS, &tenant("other"), &Namespace::default(), 10).await.expect("known").entries;
    assert_eq!(others, [put(&theirs)]);
}

/// The oldest of them.
pub async fn no_more_waits_in_an_answer_than_asked_for(store: &(impl Ledger + Outbox)) {
    let stored = fill(store, numbered(5)).await;
    let some = store.undelivered(NAMELESS, &acme(), &Namespace::default(), 2).await.expect("known").entries;
    assert_eq!(some, [put(&stored[0]), put(&stored[1])]);
}

/// Of all namespaces; and are then waited for no more.
pub async fn entries_are_claimed_in_the_order_of_their_places(store: &(impl Ledger + Outbox)) {
    let mut memories = numbered(5);
    memories[2].namespace = namespace("notes");
    let stored = fill(store, memories).await;
    let expected: Vec<Entry> = stored.iter().map(put).collect();
    let some = taken(store, Claim { limit: 3, ..claim(LONG_TERM) }).await.expect("work");
    assert_eq!((some.tenant.clone(), entries(&some)), (acme(), &expected[..3]));
    settle(store, acme(), Told::Entries(places(&expected[..3]))).await;
    let rest = taken(store, claim(LONG_TERM)).await.expect("work");
    assert_eq!(entries(&rest), &expected[3..]);
    settle(store, acme(), Told::Entries(places(&expected[3..]))).await;
    assert_eq!(taken(store, claim(LONG_TERM)).await, None);
    assert_eq!(waiting(store).await, []);
}

/// By the time of their act.
pub async fn young_entries_are_left_to_their_maker(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    let early = Claim { now: second(1), until: second(31), ripe: second(-1), ..claim(LONG_TERM) };
    assert_eq!(taken(store, early.clone()).await, None);
    assert!(taken(store, Claim { ripe: second(0), ..early }).await.is_some());
}

/// Whoever else asks.
pub async fn a_tenant_is_with_one_claimant_until_it_is_settled(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(2)).await;
    let one = taken(store, Claim { limit: 1, ..claim(LONG_TERM) }).await.expect("work");
    for number in [1, 2] {
        assert_eq!(taken(store, Claim { holder: holder(number), ..claim(LONG_TERM) }).await, None);
    }
    let others = Settling {
        tenant: acme(),
        receiver: LONG_TERM,
        holder: holder(2),
        told: Told::Entries(Vec::new()),
        free: second(HOUR),
    };
    store.settle(others).await.expect("passed over");
    assert_eq!(taken(store, claim(LONG_TERM)).await, None);
    settle(store, acme(), Told::Entries(places(entries(&one)))).await;
    assert!(taken(store, Claim { holder: holder(2), ..claim(LONG_TERM) }).await.is_some());
}

/// When it was to end.
pub async fn a_lease_ends_by_itself(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    let first = taken(store, claim(LONG_TERM)).await.expect("work");
    let later = |seconds| Claim {
        holder: holder(2),
        now: second(HOUR + seconds),
        until: second(HOUR + seconds + 30),
        ..claim(LONG_TERM)
    };
    assert_eq!(taken(store, later(29)).await, None);
    assert_eq!(taken(store, later(30)).await, Some(first));
}

/// For one receiver; not for the other.
pub async fn a_settled_tenant_rests_until_it_is_free(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    taken(store, claim(LONG_TERM)).await.expect("work");
    let told = Told::Entries(Vec::new());
    let resting = Settling { tenant: acme(), receiver: LONG_TERM, holder: holder(1), told, free: second(HOUR + 5) };
    store.settle(resting).await.expect("settled");
    assert_eq!(taken(store, claim(LONG_TERM)).await, None);
    assert!(taken(store, claim(Receiver::Stream)).await.is_some());
    let rested = Claim { now: second(HOUR + 5), ..claim(LONG_TERM) };
    assert!(taken(store, rested).await.is_some());
}

/// Though the tenant stays with who holds it now.
pub async fn what_was_told_after_the_lease_counts_all_the_same(store: &(impl Ledger + Outbox)) {
    let stored = fill(store, numbered(2)).await;
    taken(store, claim(LONG_TERM)).await.expect("work");
    let later = Claim { holder: holder(2), now: second(HOUR + 40), until: second(HOUR + 70), ..claim(LONG_TERM) };
    taken(store, later.clone()).await.expect("taken over");
    settle(store, acme(), Told::Entries(vec![stored[0].seq])).await;
    assert_eq!(waiting(store).await, [put(&stored[1])]);
    assert_eq!(taken(store, Claim { holder: holder(3), ..later }).await, None);
}

/// Some now, the others later, none again.
pub async fn events_come_in_the_order_of_the_chain_until_they_are_told(store: &(impl Ledger + Outbox)) {
    for number in 1..=5 {
        fill(store, vec![memory(number, &format!("entry {number}"))]).await;
    }
    let some = taken(store, Claim { limit: 2, ..claim(Receiver::Stream) }).await.expect("work");
    assert_eq!(numbers(&some), [1, 2]);
    settle(store, acme(), Told::Events(None)).await;
    let again = taken(store, Claim { limit: 2, ..claim(Receiver::Stream) }).await.expect("work");
    assert_eq!(again, some, "not told yet");
    settle(store, acme(), Told::Events(Some(2))).await;
    let rest = taken(store, claim(Receiver::Stream)).await.expect("work");
    assert_eq!(numbers(&rest), [3, 4, 5]);
    settle(store, acme(), Told::Events(Some(5))).await;
    assert_eq!(taken(store, claim(Receiver::Stream)).await, None);
}

/// Neither waits for the other.
pub async fn entries_and_events_are_claimed_apart(store: &(impl Ledger + Outbox)) {
    fill(store, numbered(1)).await;
    let for_memory = taken(store, claim(LONG_TERM)).await.expect("work");
    let for_stream = taken(store, Claim { holder: holder(2), ..claim(Receiver::Stream) }).await.expect("work");
    assert_eq!(entries(&for_memory).len(), 1);
    assert_eq!(numbers(&for_stream), [1]);
}

/// By its oldest entry.
pub async fn the_longest_waiting_tenant_comes_first(store: &(impl Ledger + Outbox)) {
    for (name, at) in [("late", 20), ("early", 10), ("middle", 15)] {
        let mut act = remembering(vec![Memory { tenant: tenant(name), ..memory(1, "entry 1") }]);
        act.note.at = second(at);
        store.remember(act).await.expect("stored");
    }
    for name in ["early", "middle", "late"] {
        assert_eq!(taken(store, claim(LONG_TERM)).await.expect("work").tenant, tenant(name));
    }
    assert_eq!(taken(store, claim(LONG_TERM)).await, None);
}

/// Nor is one given twice or out of order, while they write.
pub async fn writers_at_once_lose_no_event(store: &(impl Ledger + Outbox)) {
    let writing = futures_util::future::join_all((1..=32).map(|number| {
        let act = remembering(vec![memory(number, &format!("entry {number}"))]);
        async move { store.remember(act).await.expect("stored") }
    }));
    let reading = async {
        let mut seen = Vec::new();
        for _ in 0..10_000 {
            if let Some(batch) = taken(store, claim(Receiver::Stream)).await {
                seen.extend(numbers(&batch));
                settle(store, acme(), Told::Events(seen.last().copied())).await;
            }
            if seen.len() == 32 {
                break;
            }
            tokio::task::yield_now().await;
        }
        seen
    };
    let (_, seen) = futures_util::future::join(writing, reading).await;
    assert_eq!(seen, (1..=32).collect::<Vec<u64>>());
}

/// None, then entries and events, then none again.
pub async fn depth_counts_what_waits_and_since_when(store: &(impl Ledger + Outbox)) {
    let depth = async || store.depth(second(100)).await.expect("known");
    assert_eq!(depth().await.pending, 0);
    let stored = fill(store, numbered(3)).await;
    let waits = depth().await;
    assert!(waits.pending >= 3, "{waits:?}");
    assert_eq!(waits.oldest.as_secs(), 100);
    store
        .acknowledge(NAMELESS, &acme(), &stored.iter().map(|one| one.seq).collect::<Vec<_>>())
        .await
        .expect("acknowledged");
    let batch = taken(store, claim(Receiver::Stream)).await.expect("work");
    settle(store, acme(), Told::Events(numbers(&batch).last().copied())).await;
    assert_eq!(depth().await, application::ports::outbox::Depth::default());
}
