//! Corrections and links that come with a memory.

use application::ports::ledger::{Ledger, Refusal};
use domain::link::Relation;
use domain::memory::{Memory, Times};

use crate::memories::*;

fn corrected(number: u128, content: &str, old: u128) -> Memory {
    let times = Times { valid: second(30), created: second(40), ..memory(number, content).times };
    Memory { supersedes: vec![id(old)], times, ..memory(number, content) }
}

/// With a version more; the content stays as it was.
pub async fn what_is_superseded_ends_where_the_new_one_begins(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "lives in Rome")]).await;
    store(ledger, vec![corrected(2, "lives in Oslo", 1)]).await;
    let old = memory(1, "lives in Rome");
    let expected = Memory { times: Times { invalid: Some(second(30)), ..old.times }, version: 2, ..old.clone() };
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&expected));
    assert_eq!(read(ledger, 2).await.as_deref(), Some(&corrected(2, "lives in Oslo", 1)));
    let versions = versions(ledger, &acme(), 1).await;
    assert_eq!(versions.iter().map(|one| &*one.memory).collect::<Vec<_>>(), [&old, &expected]);
}

/// As if the two had come one after the other.
pub async fn a_memory_supersedes_one_earlier_in_the_same_act(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "lives in Rome"), corrected(2, "lives in Oslo", 1)]).await;
    let old = read(ledger, 1).await.expect("stored");
    assert_eq!((old.times.invalid, old.version), (Some(second(30)), 2));
}

/// A second correction does not bring back what has ended.
pub async fn what_has_ended_does_not_end_later_when_superseded_again(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "lives in Rome")]).await;
    store(ledger, vec![corrected(2, "lives in Oslo", 1)]).await;
    let later = Times { valid: second(50), created: second(60), ..memory(3, "lives in Bonn").times };
    store(ledger, vec![Memory { times: later, ..corrected(3, "lives in Bonn", 1) }]).await;
    let old = read(ledger, 1).await.expect("stored");
    assert_eq!(old.times.invalid, Some(second(30)));
}

/// One that comes later in the act is unknown too.
pub async fn an_unknown_superseded_memory_refuses_the_act(ledger: &impl Ledger) {
    let act = remembering(vec![corrected(2, "lives in Oslo", 1), memory(1, "lives in Rome")]);
    assert_eq!(refusal(ledger.remember(act).await.map(answer)), Refusal::UnknownSuperseded(id(1)));
    assert_eq!(ledger.read(&acme(), &[id(1), id(2)]).await.expect("read"), []);
}

/// And is found among the edges.
pub async fn a_link_to_a_memory_earlier_in_the_same_act_is_kept(ledger: &impl Ledger) {
    let boil = Memory { links: vec![link(1, Relation::Requires)], ..memory(2, "boil the water") };
    store(ledger, vec![memory(1, "fill the kettle"), boil.clone()]).await;
    assert_eq!(read(ledger, 2).await.as_deref(), Some(&boil));
    let edges = ledger.edges(&acme(), &[id(1)]).await.expect("edges");
    assert_eq!(edges.iter().map(|edge| (edge.from, edge.link)).collect::<Vec<_>>(), [(id(2), boil.links[0])]);
}

/// One that comes later in the act is unknown too.
pub async fn a_link_to_an_unknown_memory_refuses_the_act(ledger: &impl Ledger) {
    let boil = Memory { links: vec![link(1, Relation::Requires)], ..memory(2, "boil the water") };
    let act = remembering(vec![boil, memory(1, "fill the kettle")]);
    assert_eq!(refusal(ledger.remember(act).await.map(answer)), Refusal::UnknownTarget(id(1)));
    assert_eq!(ledger.read(&acme(), &[id(1), id(2)]).await.expect("read"), []);
}
