//! Delivery of memories that have another encoding.

use application::ports::ledger::{Ledger, Reencoding};
use application::ports::long_term::{Act, ServiceId};
use application::ports::outbox::Outbox;
use domain::encoding::{EncoderId, Encoding};
use domain::tenant::Namespace;

use crate::memories::{store as fill, *};

/// At a later place, in one piece with what waited of it before; the others wait as they did.
pub async fn a_new_encoding_is_delivered_in_place_of_the_old_one(store: &(impl Ledger + Outbox)) {
    let stored = fill(store, numbered(3)).await;
    store.acknowledge(ServiceId::NAMELESS, &acme(), &[stored[0].seq]).await.expect("acknowledged");
    let encoder = EncoderId::new("contract-3");
    let anew = Encoding::from_vector(encoder.clone(), &[1.0, 0.5, -1.0]).expect("a direction");
    let encodings = vec![(id(1), Some(anew.clone())), (id(2), Some(anew))];
    let act = Reencoding { tenant: acme(), encoder, encodings, note: note(second(90)) };
    let written = store.reencode(act).await.expect("reencoded");
    assert_eq!(written.answer, 2);
    for (entry, (number, stored)) in written.deliver.iter().zip((1..).zip(&stored)) {
        let memory = read(store, number).await.expect("there");
        assert!(entry.seq > stored.seq);
        assert_eq!(entry.act, Act::Put { first: stored.seq, memory });
    }
    let waiting =
        store.undelivered(ServiceId::NAMELESS, &acme(), &Namespace::default(), 100).await.expect("known").entries;
    assert!(written.deliver.iter().all(|entry| waiting.contains(entry)), "{waiting:?}");
    let untouched = |seq| waiting.iter().any(|entry| entry.seq == seq);
    assert!(untouched(stored[2].seq) && !untouched(stored[0].seq));
}
