//! Several services, each told for itself by its name.

use application::ports::ledger::{Amendment, Change, Ledger, Selection};
use application::ports::long_term::{Act, Entry, ServiceId};
use application::ports::outbox::{Claim, Enrolling, Outbox, Receiver, Settling, Told};
use domain::memory::Memory;
use domain::tenant::Namespace;
use uuid::Uuid;

use super::{HOUR, LONG_TERM, NAMELESS, claim, entries, holder, lacking, places, put, taken, waiting};
use crate::memories::{store as fill, *};

fn service(number: u128) -> ServiceId {
    ServiceId(Uuid::from_u128(0xA000 + number))
}

/// As often as it takes.
async fn enrol(outbox: &impl Outbox, service: ServiceId, inherits: bool) {
    for _ in 0..100 {
        if outbox.enrol(Enrolling { service, inherits, now: second(0) }).await.expect("enrolled") {
            return;
        }
    }
    panic!("enrolling comes to no end");
}

async fn lacks(outbox: &impl Outbox, service: ServiceId) -> Vec<Entry> {
    let lacking = lacking(outbox, service, &Namespace::default()).await;
    assert!(lacking.whole, "{lacking:?}");
    lacking.entries
}

/// What one has says nothing about another; both are claimed at the same time.
pub async fn each_service_is_told_for_itself(store: &(impl Ledger + Outbox)) {
    enrol(store, service(1), false).await;
    let all: Vec<Entry> = fill(store, numbered(3)).await.iter().map(put).collect();
    assert_eq!((waiting(store).await, lacks(store, service(1)).await), (all.clone(), all.clone()));
    store.acknowledge(service(1), &acme(), &[all[1].seq]).await.expect("acknowledged");
    assert_eq!(waiting(store).await, all);
    assert_eq!(lacks(store, service(1)).await, [all[0].clone(), all[2].clone()]);
    let first = taken(store, claim(LONG_TERM)).await.expect("work");
    let other = taken(store, Claim { holder: holder(2), ..claim(Receiver::LongTerm(service(1))) }).await.expect("work");
    assert_eq!((entries(&first).len(), entries(&other).len()), (3, 2));
    let told = Told::Entries(places(&all));
    let settling = Settling { tenant: acme(), receiver: LONG_TERM, holder: holder(1), told, free: second(HOUR) };
    store.settle(settling).await.expect("settled");
    assert_eq!((waiting(store).await.len(), lacks(store, service(1)).await.len()), (0, 2));
}

/// Of all tenants and namespaces, as it is now, at the place of its last act; nothing twice.
pub async fn a_service_that_is_new_is_told_everything_and_every_erasure(store: &(impl Ledger + Outbox)) {
    let stored = fill(store, numbered(3)).await;
    fill(store, vec![Memory { namespace: namespace("notes"), ..memory(4, "entry 4") }]).await;
    fill(store, vec![Memory { tenant: tenant("other"), ..memory(5, "entry 5") }]).await;
    store.acknowledge(NAMELESS, &acme(), &[stored[0].seq, stored[1].seq, stored[2].seq]).await.expect("acknowledged");
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    let changed = store.change(changing(1, Change::Amend(amendment))).await.expect("changed").deliver.remove(0);
    store.erase(erasing(Selection::Id(id(2)))).await.expect("erased");
    enrol(store, service(1), false).await;
    let found = lacks(store, service(1)).await;
    let erased = |entry: &&Entry| entry.act == Act::Erase { namespace: Namespace::default(), id: id(2) };
    assert_eq!(found.iter().filter(erased).count(), 1, "{found:?}");
    assert!(found.contains(&changed) && found.contains(&put(&stored[2])) && found.len() == 3, "{found:?}");
    assert_eq!(lacking(store, service(1), &namespace("notes")).await.entries.len(), 1);
    let theirs = store.undelivered(service(1), &tenant("other"), &Namespace::default(), 10).await.expect("known");
    assert_eq!(theirs.entries.len(), 1);
}

/// Whatever it was told meanwhile.
pub async fn a_service_enrolled_again_stays_as_it_is(store: &(impl Ledger + Outbox)) {
    let all: Vec<Entry> = fill(store, numbered(2)).await.iter().map(put).collect();
    enrol(store, service(1), false).await;
    store.acknowledge(service(1), &acme(), &places(&all)).await.expect("acknowledged");
    for inherits in [false, true] {
        enrol(store, service(1), inherits).await;
        assert_eq!(lacks(store, service(1)).await, []);
        assert_eq!(waiting(store).await, all, "nothing was inherited");
    }
}

/// No word of what is erased is told to any.
pub async fn what_is_changed_or_erased_is_replaced_for_each_service(store: &(impl Ledger + Outbox)) {
    enrol(store, service(1), false).await;
    enrol(store, service(2), false).await;
    fill(store, numbered(2)).await;
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    let changed = store.change(changing(1, Change::Amend(amendment))).await.expect("changed").deliver.remove(0);
    let erased = store.erase(erasing(Selection::Id(id(2)))).await.expect("erased").deliver.remove(0);
    for service in [NAMELESS, service(1), service(2)] {
        let found = lacks(store, service).await;
        assert!(found.contains(&changed) && found.contains(&erased), "{service:?}: {found:?}");
        let tells = |entry: &&Entry| matches!(&entry.act, Act::Put { memory, .. } if memory.id == id(2));
        assert_eq!(found.iter().find(tells), None);
    }
}

/// And is not told what the nameless one had; the next is.
pub async fn the_first_service_with_a_name_inherits_what_waits(store: &(impl Ledger + Outbox)) {
    let all: Vec<Entry> = fill(store, numbered(3)).await.iter().map(put).collect();
    store.acknowledge(NAMELESS, &acme(), &[all[0].seq]).await.expect("acknowledged");
    assert_eq!(lacks(store, service(1)).await, all[1..], "before it is enrolled too");
    store.acknowledge(service(1), &acme(), &[all[1].seq]).await.expect("acknowledged");
    enrol(store, service(1), true).await;
    assert_eq!(lacks(store, service(1)).await, all[2..]);
    enrol(store, service(2), true).await;
    assert_eq!(lacks(store, service(2)).await, all);
    assert_eq!(lacks(store, service(1)).await, all[2..]);
    let batch = taken(store, claim(Receiver::LongTerm(service(1)))).await.expect("work");
    assert_eq!(entries(&batch), &all[2..]);
}

/// It is said so; acknowledging and claiming for it does nothing.
pub async fn nobody_knows_what_a_service_lacks_that_is_not_enrolled(store: &(impl Ledger + Outbox)) {
    enrol(store, service(1), true).await;
    let all: Vec<Entry> = fill(store, numbered(1)).await.iter().map(put).collect();
    let lacking = lacking(store, service(9), &Namespace::default()).await;
    assert_eq!((lacking.entries, lacking.whole), (Vec::new(), false));
    store.acknowledge(service(9), &acme(), &places(&all)).await.expect("passed over");
    assert_eq!(taken(store, claim(Receiver::LongTerm(service(9)))).await, None);
    assert_eq!(lacks(store, service(1)).await, all);
}

/// While one is away the other is told.
pub async fn services_rest_apart(store: &(impl Ledger + Outbox)) {
    enrol(store, service(1), true).await;
    enrol(store, service(2), false).await;
    fill(store, numbered(1)).await;
    let (first, second_one) = (Receiver::LongTerm(service(1)), Receiver::LongTerm(service(2)));
    taken(store, claim(first)).await.expect("work");
    let told = Told::Entries(Vec::new());
    let resting = Settling { tenant: acme(), receiver: first, holder: holder(1), told, free: second(HOUR + 5) };
    store.settle(resting).await.expect("settled");
    assert_eq!(taken(store, claim(first)).await, None);
    assert!(taken(store, claim(second_one)).await.is_some());
}

/// Each act is either found by the enrolling or knows the service.
pub async fn writers_at_once_are_missed_by_no_service_that_is_enrolled_meanwhile(store: &(impl Ledger + Outbox)) {
    let writing = futures_util::future::join_all((1..=48).map(|number| {
        let act = remembering(vec![memory(number, &format!("entry {number}"))]);
        async move { store.remember(act).await.expect("stored") }
    }));
    let enrolling = async {
        for number in 1..=4 {
            enrol(store, service(number), false).await;
            tokio::task::yield_now().await;
        }
    };
    futures_util::future::join(writing, enrolling).await;
    for number in 1..=4 {
        let found = lacks(store, service(number)).await;
        let ids: std::collections::BTreeSet<_> = found.iter().map(|entry| entry.act.id()).collect();
        assert_eq!((ids.len(), found.len()), (48, 48), "service {number}");
    }
}
