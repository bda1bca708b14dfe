//! Erasure: from every copy, for good, and nothing but what was selected.

use application::ports::ledger::{
    Amendment, Change, Changing, Erased, ErasedMemory, Erasing, Ledger, LedgerError, Note, Refusal, Selection,
};
use domain::link::Relation;
use domain::memory::{Memory, Origin, Times};
use domain::tenant::{Label, Namespace};

use super::remembering::keyed;
use crate::memories::*;

async fn erase(ledger: &impl Ledger, selection: Selection) -> Vec<u128> {
    let erased = ledger.erase(erasing(selection)).await.map(answer).expect("erased");
    numbers(&erased)
}

/// The numbers of the memories erased, sorted.
fn numbers(erased: &Erased) -> Vec<u128> {
    let known = (1..=20).filter(|number| erased.memories.iter().any(|memory| memory.id == id(*number)));
    let numbers: Vec<u128> = known.collect();
    assert_eq!(numbers.len(), erased.memories.len(), "each once: {erased:?}");
    numbers
}

async fn left(ledger: &impl Ledger) -> Vec<u128> {
    let all: Vec<_> = (1..=20).map(id).collect();
    let found = ledger.read(&acme(), &all).await.expect("read");
    (1..=20).filter(|number| found.iter().any(|memory| memory.id == id(*number))).collect()
}

fn of(number: u128, user: &str, session: &str) -> Memory {
    let origin = Origin { user: Some(label(user)), session: Some(label(session)), ..Origin::default() };
    Memory { origin, ..memory(number, &format!("entry {number}")) }
}

fn subject(user: Option<&str>, session: Option<&str>, namespace: Option<Namespace>) -> Selection {
    let label = |text: &str| -> Label { label(text) };
    Selection::Subject { user: user.map(label), agent: None, session: session.map(label), namespace }
}

/// The receipt names it, its namespace and a place; nothing reads it any more.
pub async fn an_erased_memory_is_gone_with_its_versions(ledger: &impl Ledger) {
    let before = store(ledger, numbered(2)).await;
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    ledger.change(changing(1, Change::Amend(amendment))).await.map(answer).expect("changed");
    let erased = ledger.erase(erasing(Selection::Id(id(1)))).await.map(answer).expect("erased");
    assert_eq!(erased.memories, [ErasedMemory { id: id(1), namespace: Namespace::default() }]);
    assert!(erased.seq > before[1].seq, "{:?}", erased.seq);
    assert_eq!(left(ledger).await, [2]);
    assert_eq!(versions(ledger, &acme(), 1).await, []);
    assert_eq!(ledger.namespaces(&acme()).await.expect("namespaces"), [(Namespace::default(), 1)]);
    let changed = ledger.change(changing(1, Change::Amend(Amendment::default()))).await.map(answer);
    assert_eq!(refusal(changed), Refusal::Unknown(id(1)));
}

/// A tombstone stays, for ids of ours and of the caller's, with the same content and with other content.
pub async fn an_erased_id_cannot_be_used_again(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    erase(ledger, Selection::Id(id(1))).await;
    for content in ["entry 1", "something else"] {
        let own = ledger.remember(with_own_id(memory(1, content))).await.map(answer);
        assert_eq!(refusal(own), Refusal::Erased(id(1)), "{content}");
    }
}

/// It is a new memory.
pub async fn what_was_erased_can_be_said_anew(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "said")]).await;
    erase(ledger, Selection::Id(id(1))).await;
    assert!(!store(ledger, vec![memory(2, "said")]).await[0].duplicate);
    assert_eq!(left(ledger).await, [2]);
}

/// In both directions, in the memories that held them too.
pub async fn links_from_and_to_an_erased_memory_are_gone(ledger: &impl Ledger) {
    let pointing = |number, to: &[u128]| Memory {
        links: to.iter().map(|to| link(*to, Relation::Requires)).collect(),
        ..memory(number, &format!("entry {number}"))
    };
    store(ledger, vec![memory(1, "entry 1"), pointing(2, &[1]), pointing(3, &[1, 2])]).await;
    erase(ledger, Selection::Id(id(2))).await;
    assert_eq!(read(ledger, 3).await.expect("stored").links, [link(1, Relation::Requires)]);
    let edges = ledger.edges(&acme(), &[id(1), id(2), id(3)]).await.expect("edges");
    assert_eq!(edges.iter().map(|edge| (edge.from, edge.link.to)).collect::<Vec<_>>(), [(id(3), id(1))]);
}

/// The repetition is refused; it neither stores nor shows the memory again.
pub async fn a_key_does_not_bring_back_what_was_erased(ledger: &impl Ledger) {
    ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer).expect("stored");
    erase(ledger, Selection::Id(id(1))).await;
    let again = ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer);
    assert!(matches!(again, Err(LedgerError::Refused(Refusal::Erased(_)))), "{again:?}");
    assert_eq!(left(ledger).await, []);
}

/// Neither of `supersedes` nor of a link.
pub async fn an_erased_memory_is_no_target(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    erase(ledger, Selection::Id(id(1))).await;
    let correcting = Memory { supersedes: vec![id(1)], ..memory(3, "a correction") };
    let refused = ledger.remember(remembering(vec![correcting])).await.map(answer);
    assert_eq!(refusal(refused), Refusal::UnknownSuperseded(id(1)));
    let linking = ledger.change(changing(2, Change::Link(link(1, Relation::Related)))).await.map(answer);
    assert_eq!(refusal(linking), Refusal::UnknownTarget(id(1)));
}

/// All that is given must fit; who is not named stays.
pub async fn a_subject_is_erased_wherever_all_that_is_given_fits(ledger: &impl Ledger) {
    let elsewhere = Memory { namespace: namespace("other"), ..of(4, "ada", "s2") };
    store(ledger, vec![of(1, "ada", "s1"), of(2, "bob", "s1"), of(3, "ada", "s2"), elsewhere]).await;
    store(ledger, vec![memory(5, "nobody's")]).await;
    assert_eq!(erase(ledger, subject(Some("ada"), Some("s1"), None)).await, [1]);
    assert_eq!(erase(ledger, subject(None, Some("s1"), None)).await, [2]);
    assert_eq!(erase(ledger, subject(Some("ada"), None, None)).await, [3, 4]);
    assert_eq!(left(ledger).await, [5]);
}

/// Where a namespace is named.
pub async fn a_subject_is_erased_within_a_namespace_only(ledger: &impl Ledger) {
    let elsewhere = Memory { namespace: namespace("other"), ..of(2, "ada", "s1") };
    store(ledger, vec![of(1, "ada", "s1"), elsewhere]).await;
    assert_eq!(erase(ledger, subject(Some("ada"), None, Some(namespace("other")))).await, [2]);
    assert_eq!(left(ledger).await, [1]);
}

/// The others stay whole.
pub async fn a_namespace_is_erased_whole(ledger: &impl Ledger) {
    let within = |number| Memory { namespace: namespace("notes"), ..memory(number, &format!("entry {number}")) };
    store(ledger, vec![within(1), memory(2, "entry 2"), within(3)]).await;
    assert_eq!(erase(ledger, Selection::Namespace(namespace("notes"))).await, [1, 3]);
    assert_eq!(ledger.namespaces(&acme()).await.expect("namespaces"), [(Namespace::default(), 1)]);
    let again = ledger.remember(with_own_id(within(1))).await.map(answer);
    assert_eq!(refusal(again), Refusal::Erased(id(1)));
}

/// From the moment of its end on, not before; what has no end stays.
pub async fn what_has_expired_is_erased(ledger: &impl Ledger) {
    let until = |number, end| {
        let plain = memory(number, &format!("entry {number}"));
        Memory { times: Times { expires: Some(second(end)), ..plain.times }, ..plain }
    };
    store(ledger, vec![until(1, 100), until(2, 200), memory(3, "entry 3")]).await;
    assert_eq!(erase(ledger, Selection::ExpiredBy(second(99))).await, Vec::<u128>::new());
    assert_eq!(erase(ledger, Selection::ExpiredBy(second(100))).await, [1]);
    assert_eq!(erase(ledger, Selection::ExpiredBy(second(1_000))).await, [2]);
    assert_eq!(left(ledger).await, [3]);
}

/// Twice, too, and whether there was such a memory or not.
pub async fn what_is_buried_is_erased_and_no_id_of_it_can_be_used(ledger: &impl Ledger) {
    store(ledger, numbered(3)).await;
    erase(ledger, Selection::Id(id(3))).await;
    let buried = || Selection::Buried(vec![id(1), id(3), id(7), id(1)]);
    assert_eq!(erase(ledger, buried()).await, [1]);
    assert_eq!(erase(ledger, buried()).await, Vec::<u128>::new());
    assert_eq!(left(ledger).await, [2]);
    for number in [1, 3, 7] {
        let again = ledger.remember(with_own_id(memory(number, "said anew"))).await.map(answer);
        assert_eq!(refusal(again), Refusal::Erased(id(number)));
    }
    let other = Erasing { tenant: tenant("other"), ..erasing(Selection::Buried(vec![id(2)])) };
    assert_eq!(ledger.erase(other).await.map(answer).expect("nothing of theirs").memories, []);
    assert_eq!(left(ledger).await, [2]);
}

/// No error, no place; a subject that nobody is given for is nobody.
pub async fn nothing_selected_is_an_empty_receipt(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let selections = [
        Selection::Id(id(7)),
        Selection::Namespace(namespace("empty")),
        Selection::ExpiredBy(second(1_000_000)),
        subject(Some("nobody"), None, None),
        subject(None, None, None),
    ];
    for selection in selections {
        let erased = ledger.erase(erasing(selection.clone())).await.map(answer).expect("no error");
        assert_eq!(erased, Erased::default(), "{selection:?}");
    }
    assert_eq!(left(ledger).await, [1]);
}

/// The same id is two memories; erasing one tenant's leaves no tombstone for the other.
pub async fn a_tenant_changes_and_erases_only_its_own(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let other = tenant("other");
    let note = Note { subject: "eve".into(), ..note(second(5)) };
    let act = Erasing { tenant: other.clone(), selection: Selection::Id(id(1)), note };
    assert_eq!(ledger.erase(act.clone()).await.map(answer).expect("nothing"), Erased::default());
    let selection = Selection::Namespace(Namespace::default());
    let whole = Erasing { selection, ..act };
    assert_eq!(ledger.erase(whole).await.map(answer).expect("nothing"), Erased::default());
    let change = Change::Amend(Amendment { tags: Some(vec![label("eve")]), ..Amendment::default() });
    let changed = ledger.change(Changing { tenant: other.clone(), ..changing(1, change) });
    assert_eq!(refusal(changed.await), Refusal::Unknown(id(1)));
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&memory(1, "entry 1")));
    erase(ledger, Selection::Id(id(1))).await;
    let theirs = Memory { tenant: other, ..memory(1, "entry 1") };
    assert!(!ledger.remember(with_own_id(theirs)).await.map(answer).expect("stored")[0].duplicate);
}
