//! Changes beside the content, versions, links.

use std::collections::BTreeMap;

use application::ports::ledger::{Amendment, Change, Changing, Ledger, Refusal};
use domain::link::{Link, Relation};
use domain::memory::{Importance, Memory, Times};
use domain::metadata::{Metadata, Value};

use crate::memories::*;

fn metadata(mood: &str) -> Metadata {
    Metadata::try_new(BTreeMap::from([("mood".into(), Value::Text(mood.into()))])).expect("metadata")
}

fn amend(amendment: Amendment) -> Changing {
    changing(1, Change::Amend(amendment))
}

fn add(to: u128, relation: Relation) -> Changing {
    changing(1, Change::Link(link(to, relation)))
}

fn take(to: u128, relation: Option<Relation>) -> Changing {
    changing(1, Change::Unlink { to: id(to), relation })
}

async fn links(ledger: &impl Ledger) -> Vec<Link> {
    let mut links = read(ledger, 1).await.expect("stored").links.clone();
    links.sort_unstable();
    links
}

/// Everything that an amendment can name.
pub async fn a_change_is_seen_and_makes_a_version(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    let amendment = Amendment {
        metadata: Some(metadata("glad")),
        importance: Some(Importance::try_new(0.9).expect("in range")),
        tags: Some(vec![label("b"), label("a")]),
        valid: Some(second(-5)),
        invalid: Some(Some(second(500))),
    };
    let changed = ledger.change(amend(amendment)).await.map(answer).expect("changed");
    let was = memory(1, "entry 1");
    let expected = Memory {
        metadata: metadata("glad"),
        importance: Importance::try_new(0.9).expect("in range"),
        tags: vec![label("b"), label("a")],
        times: Times { valid: second(-5), invalid: Some(second(500)), ..was.times },
        version: 2,
        ..was
    };
    assert_eq!(*changed, expected);
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&expected));
    assert_eq!(read(ledger, 2).await.as_deref(), Some(&memory(2, "entry 2")));
}

/// `None` leaves a field as it is.
pub async fn what_an_amendment_does_not_name_stays(ledger: &impl Ledger) {
    let before = Memory { tags: vec![label("kept")], metadata: metadata("glad"), ..memory(1, "said") };
    store(ledger, vec![before.clone()]).await;
    let amendment = Amendment { importance: Some(Importance::try_new(0.0).expect("in range")), ..Amendment::default() };
    let changed = ledger.change(amend(amendment)).await.map(answer).expect("changed");
    let importance = Importance::try_new(0.0).expect("in range");
    assert_eq!(*changed, Memory { importance, version: 2, ..before });
}

/// It succeeds, like adding a link that is there already.
pub async fn an_amendment_that_changes_nothing_makes_no_version(ledger: &impl Ledger) {
    let before = Memory { tags: vec![label("kept")], ..memory(1, "said") };
    store(ledger, vec![before.clone()]).await;
    let same = Amendment { tags: Some(vec![label("kept")]), valid: Some(second(0)), ..Amendment::default() };
    for amendment in [Amendment::default(), same] {
        assert_eq!(*ledger.change(amend(amendment)).await.map(answer).expect("no error"), before);
    }
    assert_eq!(versions(ledger, &acme(), 1).await.len(), 1);
}

/// `Some(None)`: it holds again.
pub async fn an_end_can_be_taken_back(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let end = |invalid| amend(Amendment { invalid: Some(invalid), ..Amendment::default() });
    ledger.change(end(Some(second(9)))).await.map(answer).expect("ended");
    let again = ledger.change(end(None)).await.map(answer).expect("holds again");
    assert_eq!((again.times.invalid, again.version), (None, 3));
}

/// With the version that is there; nothing changes.
pub async fn a_change_of_another_version_is_refused(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let amendment = Amendment { tags: Some(vec![label("x")]), ..Amendment::default() };
    let seen = |version| Changing { expected: Some(version), ..amend(amendment.clone()) };
    assert_eq!(ledger.change(seen(1)).await.map(answer).expect("changed").version, 2);
    assert_eq!(refusal(ledger.change(seen(1)).await.map(answer)), Refusal::Changed { id: id(1), version: 2 });
    assert_eq!(refusal(ledger.change(seen(3)).await.map(answer)), Refusal::Changed { id: id(1), version: 2 });
    assert_eq!(versions(ledger, &acme(), 1).await.len(), 2);
}

/// Whatever the change.
pub async fn an_unknown_memory_cannot_be_changed(ledger: &impl Ledger) {
    let acts = [amend(Amendment::default()), add(1, Relation::Related), take(1, None)];
    for act in acts {
        assert_eq!(refusal(ledger.change(act).await.map(answer)), Refusal::Unknown(id(1)));
    }
}

/// The second time changes nothing and succeeds; another relation to the same memory is another link.
pub async fn a_link_is_added_once(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    assert_eq!(ledger.change(add(2, Relation::Causes)).await.map(answer).expect("linked").version, 2);
    assert_eq!(ledger.change(add(2, Relation::Causes)).await.map(answer).expect("linked already").version, 2);
    ledger.change(add(2, Relation::Supports)).await.map(answer).expect("linked");
    assert_eq!(links(ledger).await, [link(2, Relation::Causes), link(2, Relation::Supports)]);
    assert_eq!(versions(ledger, &acme(), 1).await.len(), 3);
}

/// One that is there already still succeeds.
pub async fn a_memory_has_no_more_links_than_it_may(ledger: &impl Ledger) {
    store(ledger, numbered(130).split_off(1)).await;
    let all = (2..=129).flat_map(|to| Relation::ALL.map(|relation| link(to, relation)));
    let full = Memory { links: all.collect(), ..memory(1, "full") };
    assert_eq!(full.links.len(), Memory::LINKS);
    store(ledger, vec![full.clone()]).await;
    let refused = refusal(ledger.change(add(130, Relation::Causes)).await.map(answer));
    assert_eq!(refused, Refusal::TooManyLinks(id(1)));
    assert_eq!(*ledger.change(add(129, Relation::Causes)).await.map(answer).expect("linked already"), full);
}

/// And nothing changes.
pub async fn a_link_to_nothing_is_refused(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    assert_eq!(refusal(ledger.change(add(7, Relation::Causes)).await.map(answer)), Refusal::UnknownTarget(id(7)));
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&memory(1, "entry 1")));
}

/// The others stay.
pub async fn a_link_is_taken_away_by_its_relation(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    for relation in [Relation::Causes, Relation::Supports] {
        ledger.change(add(2, relation)).await.map(answer).expect("linked");
    }
    let left = ledger.change(take(2, Some(Relation::Causes))).await.map(answer).expect("taken away");
    assert_eq!(left.links, [link(2, Relation::Supports)]);
    let edges = ledger.edges(&acme(), &[id(1)]).await.expect("edges");
    assert_eq!(edges.iter().map(|edge| edge.link).collect::<Vec<_>>(), [link(2, Relation::Supports)]);
}

/// Those to other memories stay.
pub async fn all_links_to_a_memory_are_taken_away_at_once(ledger: &impl Ledger) {
    store(ledger, numbered(3)).await;
    for (to, relation) in [(2, Relation::Causes), (2, Relation::Supports), (3, Relation::Causes)] {
        ledger.change(add(to, relation)).await.map(answer).expect("linked");
    }
    ledger.change(take(2, None)).await.map(answer).expect("taken away");
    assert_eq!(links(ledger).await, [link(3, Relation::Causes)]);
}

/// Of that relation, or at all.
pub async fn a_link_that_is_not_there_cannot_be_taken_away(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    ledger.change(add(2, Relation::Causes)).await.map(answer).expect("linked");
    assert_eq!(refusal(ledger.change(take(2, Some(Relation::Related))).await.map(answer)), Refusal::UnknownLink(id(2)));
    assert_eq!(refusal(ledger.change(take(7, None)).await.map(answer)), Refusal::UnknownLink(id(7)));
    assert_eq!(read(ledger, 1).await.expect("stored").version, 2);
}
