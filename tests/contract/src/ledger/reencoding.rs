//! Encodings of another encoder, and what takes their place.

use application::ports::ledger::{Amendment, Change, Ledger, Page, Reencoding, Selection};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Filter;
use domain::tenant::Tenant;
use futures_util::future::{join_all, join3};

use crate::memories::*;

fn new_encoder() -> EncoderId {
    EncoderId::new("contract-32")
}

/// An encoding of the new encoder.
fn anew(seed: u128) -> Encoding {
    let vector: Vec<f32> = (0..32).map(|at| if (seed >> (at % 7)) & 1 == 0 { 1.0 } else { -0.5 } + at as f32).collect();
    Encoding::from_vector(new_encoder(), &vector).expect("a direction")
}

fn reencoding(tenant: Tenant, encodings: impl IntoIterator<Item = (u128, Option<Encoding>)>) -> Reencoding {
    let encodings: Vec<(MemoryId, Option<Encoding>)> =
        encodings.into_iter().map(|(number, encoding)| (id(number), encoding)).collect();
    Reencoding { tenant, encoder: new_encoder(), encodings, note: note(second(90)) }
}

/// Gives acme's memories their new encodings.
async fn reencode(ledger: &impl Ledger, numbers: impl IntoIterator<Item = u128>) -> usize {
    let act = reencoding(acme(), numbers.into_iter().map(|number| (number, Some(anew(number)))));
    ledger.reencode(act).await.map(answer).expect("reencoded")
}

async fn stale(ledger: &impl Ledger, after: Seq, limit: usize) -> Vec<(Seq, MemoryId)> {
    let stale = ledger.stale(&new_encoder(), after, limit).await.expect("known");
    stale.into_iter().map(|stale| (stale.seq, stale.memory.id)).collect()
}

async fn stale_ids(ledger: &impl Ledger) -> Vec<MemoryId> {
    stale(ledger, Seq(0), 100).await.into_iter().map(|(_, id)| id).collect()
}

/// And nothing else is: no version more, the time and the author of the last change as they were.
pub async fn a_new_encoding_is_seen_and_makes_no_version(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    let amendment = Amendment { tags: Some(vec![label("kept")]), ..Amendment::default() };
    let changed = ledger.change(changing(1, Change::Amend(amendment))).await.map(answer).expect("changed");
    let before = versions(ledger, &acme(), 1).await;
    assert_eq!(reencode(ledger, [1]).await, 1);
    let expected = Memory { encoding: Some(anew(1)), ..Memory::clone(&changed) };
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&expected));
    assert_eq!(read(ledger, 2).await.as_deref(), Some(&memory(2, "entry 2")));
    let after = versions(ledger, &acme(), 1).await;
    assert_eq!(after.len(), 2);
    for (was, is) in before.iter().zip(&after) {
        assert_eq!((was.since, &was.subject, was.memory.version), (is.since, &is.subject, is.memory.version));
        assert_eq!((&was.memory.tags, &was.memory.content), (&is.memory.tags, &is.memory.content));
    }
}

/// A memory may lose its encoding too: the new encoder knows nothing of its text.
pub async fn a_memory_may_be_without_an_encoding_afterwards(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let act = reencoding(acme(), [(1, None)]);
    assert_eq!(ledger.reencode(act).await.map(answer).expect("reencoded"), 1);
    assert_eq!(read(ledger, 1).await.expect("there").encoding, None);
}

/// Nothing is delivered a second time, and an interrupted run begins anywhere.
pub async fn an_encoding_that_is_there_already_is_passed_over(ledger: &impl Ledger) {
    store(ledger, numbered(3)).await;
    assert_eq!(reencode(ledger, [1, 2]).await, 2);
    let act = reencoding(acme(), [1, 2, 3].map(|number| (number, Some(anew(number)))));
    let written = ledger.reencode(act.clone()).await.expect("reencoded");
    assert_eq!(written.answer, 1);
    assert!(written.deliver.len() <= 1, "{:?}", written.deliver);
    let again = ledger.reencode(act).await.expect("reencoded");
    assert_eq!((again.answer, again.deliver.len()), (0, 0));
}

/// Erased, unknown, or another tenant's: the rest of the act is done.
pub async fn ids_that_are_not_there_are_passed_over(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    store(ledger, vec![Memory { tenant: tenant("other"), ..memory(3, "theirs") }]).await;
    ledger.erase(erasing(Selection::Id(id(1)))).await.map(answer).expect("erased");
    assert_eq!(reencode(ledger, [1, 2, 3, 4]).await, 1);
    assert_eq!(read(ledger, 2).await.expect("there").encoding, Some(anew(2)));
    let theirs = ledger.read(&tenant("other"), &[id(3)]).await.expect("read");
    assert_eq!(theirs[0].encoding, memory(3, "theirs").encoding);
    assert_eq!(read(ledger, 1).await, None);
}

/// Of all tenants, in the order of storing, those without an encoding too.
pub async fn memories_of_other_encoders_are_found_in_the_order_of_storing(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    store(ledger, vec![Memory { tenant: tenant("other"), ..memory(3, "theirs") }]).await;
    store(ledger, vec![Memory { encoding: None, ..memory(4, "...") }]).await;
    store(ledger, vec![Memory { encoding: Some(anew(5)), ..memory(5, "fresh") }]).await;
    let all = stale(ledger, Seq(0), 100).await;
    assert_eq!(all.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [id(1), id(2), id(3), id(4)]);
    assert!(all.is_sorted());
    assert_eq!(stale(ledger, Seq(0), 2).await, all[..2]);
    assert_eq!(stale(ledger, all[1].0, 100).await, all[2..]);
    reencode(ledger, [1, 4]).await;
    assert_eq!(stale_ids(ledger).await, [id(2), id(3)]);
    ledger.erase(erasing(Selection::Id(id(2)))).await.map(answer).expect("erased");
    assert_eq!(stale_ids(ledger).await, [id(3)]);
}

/// It is found where it was, by its place of storing.
pub async fn a_reencoded_memory_keeps_its_place_in_the_list(ledger: &impl Ledger) {
    let before = store(ledger, numbered(3)).await;
    reencode(ledger, [2]).await;
    let again = stale(ledger, Seq(0), 100).await;
    assert_eq!(again, [(before[0].seq, id(1)), (before[2].seq, id(3))]);
    let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 10 };
    let listed = ledger.list(&acme(), page).await.expect("listed");
    assert_eq!(listed.memories.iter().map(|memory| memory.id).collect::<Vec<_>>(), [id(1), id(2), id(3)]);
}

/// Both at once: one after the other, none lost.
pub async fn changes_and_new_encodings_at_once_lose_nothing(ledger: &impl Ledger) {
    store(ledger, numbered(8)).await;
    let change = |number| {
        let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
        ledger.change(changing(number, Change::Amend(amendment)))
    };
    let changes = join_all((1..=8).map(change));
    let (forwards, backwards) = (reencode(ledger, 1..=8), reencode(ledger, (1..=8).rev()));
    let (changed, first, second) = join3(changes, forwards, backwards).await;
    assert!(changed.into_iter().all(|done| done.is_ok()));
    assert_eq!(first + second, 8, "each memory once");
    for number in 1..=8 {
        let memory = read(ledger, number).await.expect("there");
        assert_eq!((memory.version, &memory.tags), (2, &vec![label("new")]));
        assert_eq!(memory.encoding, Some(anew(number)));
    }
}
