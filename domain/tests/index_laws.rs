//! Laws of a namespace's index that hold for any texts.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/tables.rs"]
mod tables;

use std::sync::Arc;

use domain::encoding::table::Table;
use domain::index::{Candidate, NamespaceIndex};
use domain::memory::{Importance, Memory, MemoryText, Seq};
use domain::recall::term::Term;
use domain::tenant::Label;
use domain::time::Timestamp;
use memories::{cue, memory};
use proptest::prelude::*;
use tables::table_bytes;

const WORDS: [&str; 12] =
    ["[PAD]", "[UNK]", "tea", "coffee", "red", "blue", "car", "##s", "ann", "bob", "run", "##ning"];

fn table() -> Arc<Table> {
    Arc::new(Table::parse(&table_bytes("tiny-1", &WORDS, 24)).unwrap())
}

/// Any text that may be a memory, often one of a few words so that memories share some.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "tea",
        "coffee",
        "red",
        "cars",
        "running",
        "Ann",
        "Bob's",
        "the",
        "8 May 2023",
        "in June",
        "foo_bar",
        "学习",
        "😂",
    ]);
    let few = prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "));
    prop_oneof![3 => few, 1 => any::<String>()].prop_filter("blank", |text| MemoryText::try_new(text).is_ok())
}

fn said() -> impl Strategy<Value = Memory> {
    let speaker = prop::option::of(prop::sample::select(vec!["Ann Lee", "Bob", "Cy"]));
    let session = prop::option::of(prop::sample::select(vec!["s1", "s2"]));
    (text(), speaker, session, 0u8..=10, prop::option::of(0i64..40)).prop_map(
        |(text, speaker, session, importance, day)| {
            let mut memory = memory(0, &text);
            memory.origin.speaker = speaker.map(|speaker| Label::try_new(speaker).unwrap());
            memory.importance = Importance::try_new(f64::from(importance) / 10.0).unwrap();
            let may = Timestamp::parse("2023-05-01T12:00:00Z").unwrap();
            memory.origin.session = session.map(|session| Label::try_new(session).unwrap());
            memory.times.occurred = day.map(|day| may.plus_seconds(day * 86_400));
            memory.encoding = table().encode(&text);
            memory
        },
    )
}

fn numbered(memories: Vec<Memory>) -> impl Iterator<Item = (Seq, Arc<Memory>)> {
    (1..).zip(memories).map(|(number, mut memory)| {
        memory.id.0 = uuid::Uuid::from_u128(number);
        (Seq(number as i64), Arc::new(memory))
    })
}

fn index(memories: Vec<Memory>) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(Some(table()));
    numbered(memories).for_each(|(seq, memory)| index.put(seq, memory));
    index
}

fn seen(candidates: &[Candidate]) -> Vec<(Seq, Vec<f32>)> {
    let signals = |c: &Candidate| Term::ALL.iter().map(|&term| c.signals.get(term)).collect();
    candidates.iter().map(|candidate| (candidate.seq, signals(candidate))).collect()
}

proptest! {
    #[test]
    fn answers_are_few_ordered_admitted_and_numbers(
        memories in prop::collection::vec(said(), 0..20), query in text(), limit in 1usize..12, least in 0u8..=10,
    ) {
        let mut cue = cue(&query);
        cue.limit = limit;
        cue.filter.min_importance = Importance::try_new(f64::from(least) / 10.0).ok();
        let found = index(memories).search(&cue).candidates;
        prop_assert!(found.len() <= limit);
        let scores: Vec<f32> = found.iter().map(|candidate| candidate.signals.dot(&cue.weights)).collect();
        prop_assert!(scores.iter().all(|score| score.is_finite()));
        prop_assert!(scores.is_sorted_by(|a, b| a >= b), "{:?}", scores);
        prop_assert!(found.iter().all(|candidate| cue.filter.admits(&candidate.memory)));
    }

    #[test]
    fn the_cut_keeps_the_best(memories in prop::collection::vec(said(), 0..20), query in text(), limit in 1usize..12) {
        let index = index(memories);
        let mut cue = cue(&query);
        cue.limit = 1_000;
        let all = seen(&index.search(&cue).candidates);
        cue.limit = limit;
        prop_assert_eq!(&seen(&index.search(&cue).candidates)[..], &all[..limit.min(all.len())]);
    }

    #[test]
    fn a_memory_is_found_by_its_own_text(memories in prop::collection::vec(said(), 1..12), which in any::<prop::sample::Index>()) {
        let asked = which.get(&memories).content.as_str().to_owned();
        let at = which.index(memories.len());
        let mut cue = cue(&asked);
        cue.limit = 100;
        let found = index(memories).search(&cue).candidates;
        prop_assert!(found.iter().any(|candidate| candidate.seq == Seq(at as i64 + 1)), "{:?}", asked);
    }

    #[test]
    fn what_was_erased_was_never_there(
        kept in prop::collection::vec(said(), 0..10), erased in prop::collection::vec(said(), 0..10), query in text(),
    ) {
        let clean = index(kept.clone());
        let mut used = NamespaceIndex::new(Some(table()));
        let gone: Vec<Arc<Memory>> = erased.into_iter().zip(1_000u128..).map(|(mut memory, number)| {
            memory.id.0 = uuid::Uuid::from_u128(number);
            Arc::new(memory)
        }).collect();
        let (early, late) = gone.split_at(gone.len() / 2);
        early.iter().for_each(|memory| used.put(Seq(500), memory.clone()));
        numbered(kept).for_each(|(seq, memory)| used.put(seq, memory));
        late.iter().for_each(|memory| used.put(Seq(501), memory.clone()));
        prop_assert!(gone.iter().all(|memory| used.erase(memory.id)));
        prop_assert!(gone.iter().all(|memory| !used.erase(memory.id)));
        prop_assert_eq!(used.len(), clean.len());
        prop_assert_eq!(used.iter().count(), clean.iter().count());
        prop_assert_eq!(seen(&used.search(&cue(&query)).candidates), seen(&clean.search(&cue(&query)).candidates));
        prop_assert!(gone.iter().all(|memory| Arc::strong_count(memory) == 1), "the index still holds an erased memory");
    }

    #[test]
    fn a_replacement_leaves_nothing_of_what_was(old in said(), new in said(), query in text()) {
        let mut index = index(vec![old]);
        let (_, new) = numbered(vec![new]).next().unwrap();
        index.put(Seq(2), new.clone());
        let mut fresh = NamespaceIndex::new(Some(table()));
        fresh.put(Seq(2), new);
        prop_assert_eq!(seen(&index.search(&cue(&query)).candidates), seen(&fresh.search(&cue(&query)).candidates));
    }

    #[test]
    fn case_changes_no_answer(memories in prop::collection::vec(said(), 0..12), query in "[a-z]{1,8}( (tea|red|ann|may|8)){0,4}") {
        let index = index(memories);
        let plain = seen(&index.search(&cue(&query)).candidates);
        prop_assert_eq!(&plain, &seen(&index.search(&cue(&query.to_uppercase())).candidates));
    }

    #[test]
    fn a_question_mark_changes_only_what_questions_ask_for(
        memories in prop::collection::vec(said(), 0..12), query in "[a-z]{1,8}( (tea|red|ann|may|8)){0,4}",
    ) {
        let index = index(memories);
        let read = |query: &str| {
            // all of them: which ten are the best may well change
            let mut cue = cue(query);
            cue.limit = 100;
            let mut found = index.search(&cue).candidates;
            found.sort_by_key(|candidate| candidate.seq);
            // how far the one named is believed depends on who answers best
            let asked =
                [Term::Kind, Term::Question, Term::Capitals, Term::FirstPerson, Term::TimeExpression, Term::Speaker];
            asked.iter().for_each(|term| found.iter_mut().for_each(|one| one.signals.set(*term, 0.0)));
            seen(&found)
        };
        prop_assert_eq!(read(&query), read(&format!("{query}?")));
    }
}
