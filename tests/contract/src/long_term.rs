//! Suite of [`application::ports::long_term`]: what is stored is found, what is erased is not.
//!
//! The adapter under test is a ledger too, and the cases fill it through that: what its record applies by itself is
//! found by the very next search, and applying it again changes nothing.

use std::sync::Arc;

use application::ports::ledger::{Amendment, Change, Ledger, Selection, Stored};
use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::index::Candidate;
use domain::link::{Link, Relation};
use domain::memory::{Importance, Kind, Memory, MemoryId, Origin, Times};
use domain::recall::cue::{Cue, Filter};
use domain::recall::fuse::default_weights;
use domain::recall::term::{Term, Weights};
use domain::tenant::Namespace;

use crate::memories::{store as fill, *};

crate::suite! { ($) long_term:
    what_is_stored_is_found_by_the_next_search,
    a_candidate_is_the_whole_memory_with_its_signals,
    nothing_stored_is_no_candidates,
    candidates_are_at_most_as_many_as_wanted,
    the_best_by_the_weights_of_the_cue_come_first,
    every_candidate_satisfies_the_filter,
    the_filter_comes_before_the_cut,
    what_does_not_hold_is_left_out_when_asked,
    a_change_is_found_at_once,
    what_is_erased_is_not_found,
    words_of_what_is_erased_do_not_count,
    a_namespace_erased_is_empty,
    applying_the_same_twice_changes_nothing,
    an_older_entry_after_a_newer_changes_nothing,
    an_entry_older_than_its_erasure_brings_nothing_back,
    namespaces_are_searched_apart,
    tenants_are_searched_apart,
    an_encoded_cue_finds_its_neighbours,
    what_a_cue_includes_is_answered_beside_the_best,
    what_the_best_is_linked_with_is_answered_too,
    the_reading_counts_the_words_and_names_of_the_query,
    a_turn_is_read_with_the_one_before_it,
    what_was_cleared_can_be_told_anew,
    every_answer_names_the_same_service,
}

fn cue(query: &str) -> Cue {
    Cue {
        tenant: acme(),
        namespace: Namespace::default(),
        text: text(query),
        encoding: None,
        filter: Filter::default(),
        limit: 10,
        weights: default_weights(),
        include: vec![],
        at: second(0),
    }
}

async fn found(store: &impl LongTermMemory, cue: &Cue) -> Vec<MemoryId> {
    store.search(cue).await.expect("searched").found.candidates.iter().map(|candidate| candidate.memory.id).collect()
}

fn ids(numbers: &[u128]) -> Vec<MemoryId> {
    numbers.iter().map(|number| id(*number)).collect()
}

async fn three(store: &impl Ledger) {
    let said = [(1, "the kettle is in the kitchen"), (2, "the passport is in the drawer"), (3, "tea in the kettle")];
    fill(store, said.map(|(number, said)| memory(number, said)).to_vec()).await;
}

/// No refresh, no waiting.
pub async fn what_is_stored_is_found_by_the_next_search(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    assert_eq!(found(store, &cue("where is my passport?")).await.first(), Some(&id(2)));
}

/// As the ledger has it; the words that it shares with the query show as a signal between 0 and 1.
pub async fn a_candidate_is_the_whole_memory_with_its_signals(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let best = store.search(&cue("passport")).await.expect("searched").found.candidates.remove(0);
    assert_eq!(*best.memory, memory(2, "the passport is in the drawer"));
    let lexical = best.signals.get(Term::Lexical);
    assert!(lexical > 0.0 && lexical <= 1.0, "{lexical}");
    assert_eq!(best.signals.get(Term::Session), 0.0, "working memory is not asked here");
}

/// Of a tenant or namespace that is not there.
pub async fn nothing_stored_is_no_candidates(store: &(impl Ledger + LongTermMemory)) {
    assert_eq!(found(store, &cue("passport")).await, []);
    three(store).await;
    assert_eq!(found(store, &Cue { namespace: namespace("absent"), ..cue("passport") }).await, []);
    assert_eq!(found(store, &Cue { tenant: tenant("absent"), ..cue("passport") }).await, []);
}

/// From one to more than there are.
pub async fn candidates_are_at_most_as_many_as_wanted(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    for limit in [1, 2, 3, 100] {
        let found = found(store, &Cue { limit, ..cue("kettle tea passport") }).await;
        assert!(found.len() <= limit && !found.is_empty(), "{limit}: {found:?}");
    }
}

/// Falling points; of the best one alone too.
pub async fn the_best_by_the_weights_of_the_cue_come_first(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let weights = Weights::default().with(Term::Lexical, 1.0);
    let all = store.search(&Cue { weights, ..cue("tea kettle") }).await.expect("searched").found.candidates;
    let points: Vec<f32> = all.iter().map(|candidate| candidate.signals.dot(&weights)).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
    assert_eq!(all[0].memory.id, id(3), "both words");
    assert_eq!(found(store, &Cue { weights, limit: 1, ..cue("tea kettle") }).await, [id(3)]);
}

/// And those that do are there.
pub async fn every_candidate_satisfies_the_filter(store: &(impl Ledger + LongTermMemory)) {
    let of = |number, kind, importance| Memory {
        kind,
        importance: Importance::try_new(importance).expect("in range"),
        ..memory(number, &format!("kettle {number}"))
    };
    let stored = [of(1, Kind::Semantic, 0.9), of(2, Kind::Semantic, 0.1), of(3, Kind::Episodic, 0.9)];
    fill(store, stored.to_vec()).await;
    let least = Importance::try_new(0.5).expect("in range");
    let filter = Filter { kind: Some(Kind::Semantic), min_importance: Some(least), ..Filter::default() };
    assert_eq!(found(store, &Cue { filter, ..cue("kettle") }).await, [id(1)]);
}

/// One that fits is found among a hundred better ones that do not.
pub async fn the_filter_comes_before_the_cut(store: &(impl Ledger + LongTermMemory)) {
    let mut memories: Vec<Memory> =
        (1..=100).map(|number| memory(number, &format!("kettle kettle {number}"))).collect();
    memories
        .push(Memory { tags: vec![label("wanted")], ..memory(101, "a long story in which a kettle is named once") });
    fill(store, memories).await;
    let filter = Filter { tags_all: vec![label("wanted")], ..Filter::default() };
    assert_eq!(found(store, &Cue { filter, limit: 1, ..cue("kettle") }).await, [id(101)]);
}

/// Superseded ones are in the index; only the filter leaves them out.
pub async fn what_does_not_hold_is_left_out_when_asked(store: &(impl Ledger + LongTermMemory)) {
    fill(store, vec![memory(1, "lives in Rome")]).await;
    let plain = memory(2, "lives in Oslo");
    let times = Times { valid: second(30), ..plain.times };
    fill(store, vec![Memory { supersedes: vec![id(1)], times, ..plain }]).await;
    let at = |seconds| Filter { holds_at: Some(second(seconds)), ..Filter::default() };
    assert_eq!(found(store, &Cue { filter: at(29), ..cue("lives") }).await, [id(1)]);
    assert_eq!(found(store, &Cue { filter: at(30), ..cue("lives") }).await, [id(2)]);
    assert_eq!(found(store, &cue("lives")).await.len(), 2);
}

/// With its new data.
pub async fn a_change_is_found_at_once(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let amendment = Amendment { tags: Some(vec![label("travel")]), ..Amendment::default() };
    let changed = store.change(changing(2, Change::Amend(amendment))).await.map(answer).expect("changed");
    let filter = Filter { tags_any: vec![label("travel")], ..Filter::default() };
    let candidates = store.search(&Cue { filter, ..cue("passport") }).await.expect("searched").found.candidates;
    assert_eq!(candidates.iter().map(|candidate| &candidate.memory).collect::<Vec<_>>(), [&changed]);
}

/// By no query.
pub async fn what_is_erased_is_not_found(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    store.erase(erasing(Selection::Id(id(2)))).await.map(answer).expect("erased");
    for query in ["passport", "the passport is in the drawer", "kettle"] {
        assert!(!found(store, &cue(query)).await.contains(&id(2)), "{query}");
    }
}

/// Every signal is what it would be had the memory never been there.
pub async fn words_of_what_is_erased_do_not_count(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let signals = async || {
        let candidates = store.search(&cue("passport kettle")).await.expect("searched").found.candidates;
        candidates.iter().map(|one| (one.memory.id, one.signals)).collect::<Vec<_>>()
    };
    let before = signals().await;
    let noise = (10..20).map(|number| memory(number, &format!("passport kettle {number}"))).collect();
    fill(store, noise).await;
    assert_ne!(signals().await, before);
    for number in 10..20 {
        store.erase(erasing(Selection::Id(id(number)))).await.map(answer).expect("erased");
    }
    assert_eq!(signals().await, before);
}

/// And can be filled again.
pub async fn a_namespace_erased_is_empty(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    store.erase(erasing(Selection::Namespace(Namespace::default()))).await.map(answer).expect("erased");
    assert_eq!(found(store, &cue("passport kettle")).await, []);
    fill(store, vec![memory(9, "a new passport")]).await;
    assert_eq!(found(store, &cue("passport kettle")).await, [id(9)]);
}

/// In any number; search answers the same.
pub async fn applying_the_same_twice_changes_nothing(store: &(impl Ledger + LongTermMemory)) {
    let stored = fill(store, vec![memory(1, "the kettle"), memory(2, "another kettle")]).await;
    let before = store.search(&cue("kettle")).await.expect("searched").found.candidates;
    let entries: Vec<Entry> = stored
        .iter()
        .map(|one| Entry { seq: one.seq, act: Act::Put { first: one.seq, memory: one.memory.clone() } })
        .collect();
    for _ in 0..2 {
        store.apply(&acme(), &entries).await.expect("applied");
    }
    let after = store.search(&cue("kettle")).await.expect("searched").found.candidates;
    let told = |candidates: &[Candidate]| {
        candidates.iter().map(|one| (one.memory.clone(), one.seq, one.signals)).collect::<Vec<_>>()
    };
    assert_eq!(told(&after), told(&before));
}

/// The later state stays.
pub async fn an_older_entry_after_a_newer_changes_nothing(store: &(impl Ledger + LongTermMemory)) {
    let stored = fill(store, vec![memory(1, "the kettle")]).await.remove(0);
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    let changed = store.change(changing(1, Change::Amend(amendment))).await.map(answer).expect("changed");
    let old = Entry { seq: stored.seq, act: Act::Put { first: stored.seq, memory: stored.memory } };
    store.apply(&acme(), &[old]).await.expect("passed over");
    let candidates = store.search(&cue("kettle")).await.expect("searched").found.candidates;
    assert_eq!(candidates.iter().map(|one| &one.memory).collect::<Vec<_>>(), [&changed]);
}

/// However often it comes.
pub async fn an_entry_older_than_its_erasure_brings_nothing_back(store: &(impl Ledger + LongTermMemory)) {
    let stored = fill(store, vec![memory(1, "the kettle")]).await.remove(0);
    store.erase(erasing(Selection::Id(id(1)))).await.map(answer).expect("erased");
    let old = Entry { seq: stored.seq, act: Act::Put { first: stored.seq, memory: Arc::clone(&stored.memory) } };
    store.apply(&acme(), &[old]).await.expect("passed over");
    assert_eq!(found(store, &cue("kettle")).await, []);
}

/// Each with words and statistics of its own.
pub async fn namespaces_are_searched_apart(store: &(impl Ledger + LongTermMemory)) {
    let within = |number, name: &str| Memory { namespace: namespace(name), ..memory(number, "the kettle") };
    fill(store, vec![within(1, "a"), within(2, "b")]).await;
    for (name, number) in [("a", 1), ("b", 2)] {
        assert_eq!(found(store, &Cue { namespace: namespace(name), ..cue("kettle") }).await, ids(&[number]));
    }
}

/// With equal ids too; another's memories move no signal.
pub async fn tenants_are_searched_apart(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let before = store.search(&cue("kettle")).await.expect("searched").found.candidates;
    let theirs: Vec<Memory> = (1..=9)
        .map(|number| Memory { tenant: tenant("other"), ..memory(number, &format!("kettle {number}")) })
        .collect();
    fill(store, theirs).await;
    let after = store.search(&cue("kettle")).await.expect("searched").found.candidates;
    let told =
        |candidates: &[Candidate]| candidates.iter().map(|one| (one.memory.clone(), one.signals)).collect::<Vec<_>>();
    assert_eq!(told(&after), told(&before));
    let candidates =
        store.search(&Cue { tenant: tenant("other"), ..cue("kettle") }).await.expect("searched").found.candidates;
    assert!(candidates.iter().all(|one| one.memory.tenant == tenant("other")) && candidates.len() == 9);
}

/// Where the cue brings an encoding, cosine decides.
pub async fn an_encoded_cue_finds_its_neighbours(store: &(impl Ledger + LongTermMemory)) {
    fill(store, numbered(20)).await;
    let weights = Weights::default().with(Term::Semantic, 1.0);
    let near = Cue { encoding: Some(encoding(7)), weights, limit: 1, ..cue("something") };
    let best = store.search(&near).await.expect("searched").found.candidates.remove(0);
    assert_eq!(best.memory.id, id(7));
    assert!((best.signals.get(Term::Semantic) - 1.0).abs() < 1e-3, "{:?}", best.signals);
}

/// Beyond the limit and once, if it is there and the filter admits it.
pub async fn what_a_cue_includes_is_answered_beside_the_best(store: &(impl Ledger + LongTermMemory)) {
    three(store).await;
    let with = |numbers: &[u128], filter| Cue { include: ids(numbers), limit: 1, filter, ..cue("passport") };
    assert_eq!(found(store, &with(&[1, 2, 99], Filter::default())).await, ids(&[2, 1]));
    let semantic = Filter { kind: Some(Kind::Semantic), ..Filter::default() };
    assert_eq!(found(store, &with(&[1], semantic)).await, []);
}

/// In both directions, if links weigh anything.
pub async fn what_the_best_is_linked_with_is_answered_too(store: &(impl Ledger + LongTermMemory)) {
    let linked = |number, said: &str, to| Memory {
        links: vec![Link { to: id(to), relation: Relation::Related }],
        ..memory(number, said)
    };
    fill(store, vec![memory(1, "rack seven"), linked(2, "the billing machine", 1), linked(3, "a label", 2)]).await;
    let weights = |link| default_weights().with(Term::Link, link);
    let ask = |link| Cue { weights: weights(link), limit: 1, ..cue("billing") };
    assert_eq!(found(store, &ask(0.0)).await, ids(&[2]));
    let candidates = store.search(&ask(1.0)).await.expect("searched").found.candidates;
    let mut linked: Vec<MemoryId> = candidates[1..].iter().map(|one| one.memory.id).collect();
    linked.sort_unstable();
    assert_eq!((candidates[0].memory.id, linked), (id(2), ids(&[1, 3])));
    assert!(candidates[1..].iter().all(|one| one.signals.get(Term::Link) > 0.0));
}

/// Names of speakers are counted apart, and each candidate says whether its speaker is named.
pub async fn the_reading_counts_the_words_and_names_of_the_query(store: &(impl Ledger + LongTermMemory)) {
    let said = |number, by: &str, text: &str| {
        let plain = memory(number, text);
        Memory { origin: Origin { speaker: Some(label(by)), ..plain.origin.clone() }, ..plain }
    };
    fill(store, vec![said(1, "Ann", "tea in the morning"), said(2, "Bob", "tea at noon")]).await;
    let read = store.search(&cue("What tea does Ann drink?")).await.expect("searched").found;
    assert_eq!((read.reading.words, read.reading.named), (2, 1), "tea, drink; Ann");
    let mut named: Vec<(MemoryId, bool)> = read.candidates.iter().map(|one| (one.memory.id, one.named)).collect();
    named.sort_unstable();
    assert_eq!(named, [(id(1), true), (id(2), false)]);
}

/// Within its session only.
pub async fn a_turn_is_read_with_the_one_before_it(store: &(impl Ledger + LongTermMemory)) {
    let turn = |number, session: &str, text: &str| {
        let plain = memory(number, text);
        Memory { origin: Origin { session: Some(label(session)), ..plain.origin.clone() }, ..plain }
    };
    let turns = [turn(1, "s", "Which colour has the shed?"), turn(2, "s", "Green."), turn(3, "t", "Blue.")];
    fill(store, turns.to_vec()).await;
    assert_eq!(found(store, &cue("shed")).await, ids(&[1, 2]));
}

/// At the places that it was told at before; whoever is the ledger too still knows it.
pub async fn what_was_cleared_can_be_told_anew<S: Ledger + LongTermMemory>(store: &S) {
    let stored = fill(store, vec![memory(1, "the passport is in the drawer"), memory(2, "water the fern")]).await;
    store.clear().await.expect("cleared");
    let put =
        |stored: &Stored| Entry { seq: stored.seq, act: Act::Put { first: stored.seq, memory: stored.memory.clone() } };
    let entries: Vec<Entry> = stored.iter().map(put).collect();
    store.apply(&acme(), &entries).await.expect("told anew");
    assert_eq!(found(store, &cue("passport")).await.first(), Some(&id(1)));
    assert_eq!(found(store, &cue("fern")).await.first(), Some(&id(2)));
    assert!(store.position(&acme()).await.expect("a position") >= stored[1].seq);
}

/// Whatever it is asked, before it knows anything and after.
pub async fn every_answer_names_the_same_service(store: &(impl Ledger + LongTermMemory)) {
    let name = store.service().await.expect("answered");
    three(store).await;
    assert_eq!(store.apply(&acme(), &[]).await.expect("nothing is applied"), name);
    assert_eq!(store.search(&cue("passport")).await.expect("searched").by, name);
    assert_eq!(store.service().await.expect("answered"), name);
}
