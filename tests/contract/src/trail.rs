//! Suite of [`application::ports::archiving::AuditTrail`]: what was done can be read, in the order of the chain.
//!
//! Where acts are sealed by the outbox, the adapter has an event stream.

use application::ports::archiving::AuditTrail;
use application::ports::ledger::{Ledger, Note, Noting, Remembering};
use application::ports::outbox::{Claim, Outbox, Receiver};
use application::ports::policy::Basis;
use domain::memory::Memory;
use uuid::Uuid;

use crate::memories::*;

crate::suite! { ($) trail:
    acts_are_there_in_their_order_with_who_and_why,
    a_part_of_the_chain_is_read,
    an_act_that_is_done_elsewhere_is_a_row_among_the_others,
    another_tenant_has_a_chain_of_its_own,
}

async fn act(store: &impl Ledger, name: &str, number: u128, subject: &str) {
    let one = Memory { tenant: tenant(name), ..memory(number, &format!("entry {number}")) };
    let act = Remembering { tenant: tenant(name), ..remembering(vec![one]) };
    let basis = Some(Basis { id: Some("d-1".into()), reason: "permitted to \"writer\"".into() });
    let note = Note { subject: subject.into(), basis, ..act.note.clone() };
    store.remember(Remembering { note, ..act }).await.expect("stored");
}

/// Everything is sealed.
async fn sealed(store: &impl Outbox) {
    let claim = Claim {
        receiver: Receiver::Stream,
        holder: Uuid::from_u128(1),
        now: second(3_600),
        until: second(3_601),
        ripe: second(3_600),
        limit: 1_000,
    };
    while store.claim(claim.clone()).await.expect("claimed").is_some() {}
}

async fn numbers(store: &impl AuditTrail, after: u64, upto: u64) -> Vec<u64> {
    let read = store.sealed_events(&acme(), after, upto).await.expect("read");
    read.into_iter().map(|(event, _)| event.number).collect()
}

/// The reason of the policy is part of what is sealed.
pub async fn acts_are_there_in_their_order_with_who_and_why(store: &(impl Ledger + Outbox + AuditTrail)) {
    assert_eq!(numbers(store, 0, 10).await, []);
    act(store, "acme", 1, "ada").await;
    act(store, "acme", 2, "eve").await;
    sealed(store).await;
    let read = store.sealed_events(&acme(), 0, 10).await.expect("read");
    let told: Vec<_> =
        read.iter().map(|(event, _)| (event.number, event.subject.as_str(), event.action.as_str())).collect();
    assert_eq!(told, [(1, "ada", "memory:remember"), (2, "eve", "memory:remember")]);
    assert_ne!(read[0].1, read[1].1);
    let detail = &read[0].0.detail;
    assert!(detail.contains(r#""reason":"permitted to \"writer\"""#), "{detail}");
    assert!(detail.contains(&id(1).to_string()), "{detail}");
    assert!(!detail.contains("entry 1"), "{detail}");
}

/// With who did it to what, and without anything stored.
pub async fn an_act_that_is_done_elsewhere_is_a_row_among_the_others(store: &(impl Ledger + Outbox + AuditTrail)) {
    act(store, "acme", 1, "ada").await;
    let note = Note { subject: "eve".into(), action: "session:end", request_id: "r-9".into(), ..note(second(3)) };
    for _ in 0..2 {
        store.note(Noting { tenant: acme(), resource: "session", note: note.clone() }).await.expect("noted");
    }
    act(store, "acme", 2, "ada").await;
    sealed(store).await;
    let read = store.sealed_events(&acme(), 0, 10).await.expect("read");
    assert_eq!(read.iter().map(|(event, _)| event.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for (event, _) in &read[1..3] {
        assert_eq!((event.subject.as_str(), event.action.as_str()), ("eve", "session:end"));
        assert_eq!((event.resource.as_str(), event.request_id.as_str()), ("session", "r-9"));
        assert_eq!(event.at, second(3));
    }
    assert_ne!(read[1].1, read[2].1, "each has a seal of its own");
    assert_eq!(store.read(&acme(), &[id(1), id(2)]).await.expect("read").len(), 2);
}

/// After a number, up to another.
pub async fn a_part_of_the_chain_is_read(store: &(impl Ledger + Outbox + AuditTrail)) {
    for number in 1..=5 {
        act(store, "acme", number, "ada").await;
    }
    sealed(store).await;
    assert_eq!(numbers(store, 1, 3).await, [2, 3]);
    assert_eq!(numbers(store, 4, u64::from(u32::MAX)).await, [5]);
    assert_eq!(numbers(store, 5, 100).await, []);
}

/// Numbers of its own, and nothing of the other's.
pub async fn another_tenant_has_a_chain_of_its_own(store: &(impl Ledger + Outbox + AuditTrail)) {
    act(store, "acme", 1, "ada").await;
    act(store, "globex", 1, "gus").await;
    sealed(store).await;
    let theirs = store.sealed_events(&tenant("globex"), 0, 10).await.expect("read");
    assert_eq!(
        theirs.iter().map(|(event, _)| (event.number, event.subject.as_str())).collect::<Vec<_>>(),
        [(1, "gus")]
    );
    assert_eq!(numbers(store, 0, 10).await, [1]);
    assert_eq!(store.sealed_events(&tenant("nobody"), 0, 10).await.expect("read"), []);
}
