//! Storing: round trips, repetition, duplicates, keys, all or nothing, writers at once.

use std::collections::{BTreeMap, BTreeSet};

use application::ports::ledger::{IdempotencyKey, Ledger, Page, Refusal, Remembering};
use domain::link::Relation;
use domain::memory::{Cost, Importance, Kind, Memory, Origin, Procedure, Seq, Source, Times};
use domain::metadata::{Metadata, Value};
use domain::recall::cue::Filter;
use futures_util::future::join_all;

use crate::memories::*;

/// A memory that says something in every field.
fn whole(number: u128) -> Memory {
    let object = BTreeMap::from([
        ("deep".into(), Value::Object(BTreeMap::from([("list".into(), Value::List(vec![Value::Null]))]))),
        ("huge".into(), Value::Integer(i128::from(u64::MAX) + 1)),
        ("least".into(), Value::Float(f64::MIN_POSITIVE)),
        ("text \u{1f9e0} \"quoted\"".into(), Value::Text("line\nbreak \\ ' \u{e9}".into())),
        ("third".into(), Value::Float(1.0 / 3.0)),
        ("whole".into(), Value::Float(2.0)),
        ("yes".into(), Value::Bool(true)),
        ("zero".into(), Value::Integer(0)),
    ]);
    let origin = Origin {
        user: Some(label("user \u{fc}")),
        agent: Some(label("agent")),
        session: Some(label("session")),
        speaker: Some(label("Ada Lovelace")),
        source: Source::Tool,
    };
    let times = Times {
        occurred: Some(second(-86_400)),
        created: second(1),
        valid: second(-3_600),
        invalid: Some(second(7_200)),
        expires: Some(second(1_000_000)),
    };
    let procedure = Procedure {
        preconditions: vec![text("the kettle is full")],
        effects: vec![text("tea is ready"), text("not the kettle is full")],
        cost: Cost::try_new(0.1).expect("a cost"),
    };
    Memory {
        namespace: namespace("work:notes"),
        content: text("  Tea, \u{8336}, with a\nline break and a tail  "),
        kind: Kind::Procedural,
        importance: Importance::try_new(0.1 + 0.2).expect("in range"),
        origin,
        tags: vec![label("zebra"), label("apple"), label("zebra two")],
        metadata: Metadata::try_new(object).expect("metadata"),
        times,
        procedure: Some(procedure),
        links: vec![link(2, Relation::Requires), link(1, Relation::Related), link(1, Relation::Causes)],
        novelty: 0.123_456_789_012_345_67,
        salience: 1.0 / 3.0,
        ..memory(number, "replaced")
    }
}

pub(super) fn keyed(memories: Vec<Memory>, key: &str, fingerprint: u8) -> Remembering {
    let key = IdempotencyKey { key: label(key), fingerprint: [fingerprint; 32] };
    Remembering { key: Some(key), ..remembering(memories) }
}

/// To the last bit: text, numbers, order of tags, links and effects.
pub async fn every_field_comes_back_as_it_was_stored(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    let told = whole(3);
    let silent = Memory { encoding: None, ..memory(4, "no encoding, no times, no anything") };
    let answered = store(ledger, vec![told.clone(), silent.clone()]).await;
    assert_eq!(*answered[0].memory, told);
    assert_eq!(read(ledger, 3).await.as_deref(), Some(&told));
    assert_eq!(read(ledger, 4).await.as_deref(), Some(&silent));
}

/// An id at the place that it was asked for, or nothing.
pub async fn memories_are_read_in_the_order_of_the_ids(ledger: &impl Ledger) {
    store(ledger, numbered(4)).await;
    let found = ledger.read(&acme(), &[id(4), id(9), id(1), id(3)]).await.expect("read");
    assert_eq!(found.iter().map(|memory| memory.id).collect::<Vec<_>>(), [id(4), id(1), id(3)]);
}

/// Absence is no error.
pub async fn an_unknown_id_is_left_out(ledger: &impl Ledger) {
    assert!(ledger.read(&acme(), &[id(1)]).await.expect("read").is_empty());
    assert!(versions(ledger, &acme(), 1).await.is_empty());
    assert!(ledger.edges(&acme(), &[id(1)]).await.expect("edges").is_empty());
    assert!(ledger.namespaces(&acme()).await.expect("namespaces").is_empty());
}

/// One answer a memory.
pub async fn answers_are_in_the_order_of_the_memories(ledger: &impl Ledger) {
    let stored = store(ledger, vec![memory(3, "c"), memory(1, "a"), memory(2, "b")]).await;
    assert_eq!(stored.iter().map(|one| one.memory.id).collect::<Vec<_>>(), [id(3), id(1), id(2)]);
    assert!(stored.iter().all(|one| !one.duplicate && !one.replayed));
}

/// Within an act and from one act to the next; every place is above zero.
pub async fn places_rise_with_every_memory(ledger: &impl Ledger) {
    let mut places: Vec<Seq> = store(ledger, numbered(3)).await.iter().map(|one| one.seq).collect();
    places.extend(store(ledger, vec![memory(9, "later")]).await.iter().map(|one| one.seq));
    assert!(places[0] > Seq(0) && places.is_sorted_by(|a, b| a < b), "{places:?}");
}

/// Only the id decides, whatever else differs.
pub async fn an_own_id_with_the_same_content_is_stored_once(ledger: &impl Ledger) {
    let first = ledger.remember(with_own_id(memory(1, "said"))).await.map(answer).expect("stored").remove(0);
    let again = Memory { importance: Importance::try_new(0.9).expect("in range"), ..memory(1, "said") };
    let second = ledger.remember(with_own_id(again)).await.map(answer).expect("a duplicate").remove(0);
    assert!(second.duplicate && !first.duplicate);
    assert_eq!((second.memory, second.seq), (first.memory.clone(), first.seq));
    assert_eq!(read(ledger, 1).await, Some(first.memory));
}

/// The first content stays.
pub async fn an_own_id_with_other_content_is_taken(ledger: &impl Ledger) {
    ledger.remember(with_own_id(memory(1, "said"))).await.map(answer).expect("stored");
    let refused = refusal(ledger.remember(with_own_id(memory(1, "said otherwise"))).await.map(answer));
    assert_eq!(refused, Refusal::IdTaken(id(1)));
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&memory(1, "said")));
}

/// The memories of one act meet each other as if they came one after the other.
pub async fn an_own_id_within_the_same_act_is_taken_too(ledger: &impl Ledger) {
    let mut act = remembering(vec![memory(1, "said"), memory(1, "said otherwise")]);
    act.memories.iter_mut().for_each(|new| new.own_id = true);
    assert_eq!(refusal(ledger.remember(act).await.map(answer)), Refusal::IdTaken(id(1)));
    assert_eq!(read(ledger, 1).await, None);
}

/// Answered with the first memory, its id and its place.
pub async fn the_same_said_again_is_a_duplicate(ledger: &impl Ledger) {
    let first = store(ledger, vec![whole_without_links(1)]).await.remove(0);
    let again = store(ledger, vec![whole_without_links(2)]).await.remove(0);
    assert!(again.duplicate && !again.replayed);
    assert_eq!((again.memory.id, again.seq), (id(1), first.seq));
    assert_eq!(read(ledger, 2).await, None);
}

fn whole_without_links(number: u128) -> Memory {
    Memory { links: Vec::new(), ..whole(number) }
}

/// The second answers with the first's id.
pub async fn the_same_said_twice_in_one_act_is_stored_once(ledger: &impl Ledger) {
    let stored = store(ledger, vec![memory(1, "said"), memory(2, "said")]).await;
    let told: Vec<_> = stored.iter().map(|one| (one.memory.id, one.duplicate)).collect();
    assert_eq!(told, [(id(1), false), (id(1), true)]);
    assert_eq!(stored[0].seq, stored[1].seq);
}

/// Namespace, user, agent, session, speaker, and when it happened.
pub async fn what_differs_in_place_origin_or_time_is_no_duplicate(ledger: &impl Ledger) {
    let said = |number| memory(number, "said");
    let of = |number, origin| Memory { origin, ..said(number) };
    let happened = Times { occurred: Some(second(0)), ..said(7).times };
    let stored = store(
        ledger,
        vec![
            said(1),
            Memory { namespace: namespace("other"), ..said(2) },
            of(3, Origin { user: Some(label("x")), ..Origin::default() }),
            of(4, Origin { agent: Some(label("x")), ..Origin::default() }),
            of(5, Origin { session: Some(label("x")), ..Origin::default() }),
            of(6, Origin { speaker: Some(label("x")), ..Origin::default() }),
            Memory { times: happened, ..said(7) },
            memory(8, "Said"),
        ],
    )
    .await;
    assert!(stored.iter().all(|one| !one.duplicate), "{stored:?}");
}

/// Who gives an id wants that memory.
pub async fn the_same_under_an_own_id_is_no_duplicate(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "said")]).await;
    let stored = ledger.remember(with_own_id(memory(2, "said"))).await.map(answer).expect("stored");
    assert!(!stored[0].duplicate);
    assert_eq!(stored[0].memory.id, id(2));
}

/// The same ids and places, whatever ids the repetition made; nothing is stored.
pub async fn a_key_used_again_answers_as_before(ledger: &impl Ledger) {
    let first = ledger.remember(keyed(numbered(2), "k", 1)).await.map(answer).expect("stored");
    let again = vec![memory(8, "entry 1 again"), memory(9, "entry 2 again")];
    let second = ledger.remember(keyed(again, "k", 1)).await.map(answer).expect("replayed");
    assert!(second.iter().all(|one| one.replayed) && first.iter().all(|one| !one.replayed));
    let told = |stored: &[application::ports::ledger::Stored]| {
        stored.iter().map(|one| (one.memory.clone(), one.seq, one.duplicate)).collect::<Vec<_>>()
    };
    assert_eq!(told(&first), told(&second));
    assert_eq!(read(ledger, 8).await, None);
}

/// And stores nothing.
pub async fn a_key_used_with_another_body_is_refused(ledger: &impl Ledger) {
    ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer).expect("stored");
    let refused = refusal(ledger.remember(keyed(vec![memory(2, "other")], "k", 2)).await.map(answer));
    assert_eq!(refused, Refusal::KeyReused);
    assert_eq!(read(ledger, 2).await, None);
}

/// It is kept for 24 hours.
pub async fn a_key_is_free_again_after_a_day(ledger: &impl Ledger) {
    ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer).expect("stored");
    let at = |hours: i64, act: Remembering| Remembering { note: note(second(hours * 3_600)), ..act };
    let within = ledger.remember(at(23, keyed(vec![memory(2, "other")], "k", 2))).await.map(answer);
    assert_eq!(refusal(within), Refusal::KeyReused);
    let after = ledger.remember(at(25, keyed(vec![memory(2, "other")], "k", 2))).await.map(answer).expect("stored");
    assert!(!after[0].replayed);
    assert!(read(ledger, 2).await.is_some());
}

/// A write refused changes nothing.
pub async fn a_key_of_a_refused_act_is_not_used(ledger: &impl Ledger) {
    let pointing = Memory { links: vec![link(7, Relation::Related)], ..memory(1, "pointing at nothing") };
    refusal(ledger.remember(keyed(vec![pointing], "k", 1)).await.map(answer));
    let stored = ledger.remember(keyed(numbered(1), "k", 2)).await.map(answer).expect("stored");
    assert!(!stored[0].replayed);
}

/// Neither the ones before nor the ones behind it, nor what the first would have superseded.
pub async fn an_act_with_one_refused_memory_stores_none(ledger: &impl Ledger) {
    store(ledger, vec![memory(1, "old")]).await;
    let correcting = Memory { supersedes: vec![id(1)], ..memory(2, "new") };
    let pointing = Memory { links: vec![link(7, Relation::Related)], ..memory(3, "pointing at nothing") };
    refusal(ledger.remember(remembering(vec![correcting, pointing, memory(4, "last")])).await.map(answer));
    assert_eq!(ledger.read(&acme(), &[id(2), id(3), id(4)]).await.expect("read"), []);
    assert_eq!(read(ledger, 1).await.as_deref(), Some(&memory(1, "old")));
    assert_eq!(versions(ledger, &acme(), 1).await.len(), 1);
}

/// A caller that did not hear the answer asks again, and hears it.
pub async fn a_full_ledger_answers_what_it_has(ledger: &impl Ledger) {
    let full = |act| Remembering { full: true, ..act };
    ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer).expect("stored");
    let again = ledger.remember(full(keyed(numbered(1), "k", 1))).await.map(answer).expect("replayed");
    assert!(again[0].replayed);
    let same = ledger.remember(full(with_own_id(numbered(1).remove(0)))).await.map(answer).expect("a duplicate");
    assert!(same[0].duplicate);
    let reused = ledger.remember(full(keyed(vec![memory(2, "other")], "k", 2))).await.map(answer);
    assert_eq!(refusal(reused), Refusal::KeyReused);
}

/// Nor ends what it would supersede, nor uses the key.
pub async fn a_full_ledger_stores_nothing_new(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let correcting = Memory { supersedes: vec![id(1)], ..memory(2, "new") };
    let batch = || keyed([numbered(1), vec![correcting.clone()]].concat(), "k", 1);
    let refused = ledger.remember(Remembering { full: true, ..batch() }).await.map(answer);
    assert_eq!(refusal(refused), Refusal::Full);
    assert_eq!(read(ledger, 2).await, None);
    assert_eq!(versions(ledger, &acme(), 1).await.len(), 1);
    let stored = ledger.remember(batch()).await.map(answer).expect("stored when there is room");
    assert!(!stored[1].replayed && !stored[1].duplicate);
}

/// 32 of them: each memory is there once, each place is another.
pub async fn many_writers_at_once_lose_nothing(ledger: &impl Ledger) {
    let acts = (1..=32).map(|number| store(ledger, vec![memory(number, &format!("writer {number}"))]));
    let stored = join_all(acts).await.concat();
    let places: BTreeSet<Seq> = stored.iter().map(|one| one.seq).collect();
    assert_eq!(places.len(), 32);
    let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 1_000 };
    let listed = ledger.list(&acme(), page).await.expect("listed").memories;
    let contents: BTreeSet<&str> = listed.iter().map(|memory| memory.content.as_str()).collect();
    assert_eq!((listed.len(), contents.len()), (32, 32));
}

/// Sixteen times at once: one stores, the others answer the same.
pub async fn one_key_used_at_once_stores_once(ledger: &impl Ledger) {
    let acts = (1..=16).map(|number| ledger.remember(keyed(vec![memory(number, &format!("try {number}"))], "k", 1)));
    let answers: Vec<_> = join_all(acts).await.into_iter().map(|one| one.map(answer).expect("answered")).collect();
    let ids: BTreeSet<_> = answers.iter().map(|stored| stored[0].memory.id).collect();
    assert_eq!(ids.len(), 1, "one memory for all");
    assert_eq!(answers.iter().filter(|stored| !stored[0].replayed).count(), 1);
    let all: Vec<_> = (1..=16).map(id).collect();
    assert_eq!(ledger.read(&acme(), &all).await.expect("read").len(), 1);
}
