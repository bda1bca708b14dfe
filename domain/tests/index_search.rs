//! What a namespace's index answers.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/tables.rs"]
mod tables;

use std::sync::Arc;

use domain::encoding::table::Table;
use domain::encoding::{EncoderId, Encoding};
use domain::index::{Candidate, NamespaceIndex};
use domain::memory::{Kind, Memory, MemoryId, Seq};
use domain::recall::cue::Filter;
use domain::recall::term::Term;
use domain::tenant::Label;
use domain::time::Timestamp;
use memories::{cue, memory};
use tables::table_bytes;

fn index(memories: impl IntoIterator<Item = Memory>) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(None);
    for (seq, memory) in (1..).zip(memories) {
        index.put(Seq(seq), Arc::new(memory));
    }
    index
}

fn texts(texts: &[&str]) -> NamespaceIndex {
    index((1..).zip(texts).map(|(number, text)| memory(number, text)))
}

fn said_by(number: u128, speaker: &str, text: &str) -> Memory {
    let mut memory = memory(number, text);
    memory.origin.speaker = Some(Label::try_new(speaker).unwrap());
    memory
}

fn numbers(candidates: &[Candidate]) -> Vec<u128> {
    candidates.iter().map(|candidate| candidate.memory.id.0.as_u128()).collect()
}

fn ask(index: &NamespaceIndex, text: &str) -> Vec<u128> {
    numbers(&index.search(&cue(text)).candidates)
}

fn tiny_table() -> Arc<Table> {
    Arc::new(Table::parse(&table_bytes("tiny-1", &["[PAD]", "[UNK]", "dog", "cat", "house"], 8)).unwrap())
}

#[test]
fn the_memory_that_shares_words_is_found() {
    let index = texts(&["the cat sleeps", "a dog barked at the postman", "rain again"]);
    assert_eq!(ask(&index, "Whom did the dogs bark at?"), [2]);
}

#[test]
fn rarer_words_count_more() {
    let index = texts(&["red car", "red house", "red barn", "blue boat"]);
    assert_eq!(ask(&index, "red boat")[0], 4);
}

#[test]
fn of_equals_the_later_comes_first() {
    let index = texts(&["green tea", "green tea", "green tea"]);
    assert_eq!(ask(&index, "green tea"), [3, 2, 1]);
}

#[test]
fn no_more_than_asked_for_are_returned() {
    let index = index((1..=100).map(|number| memory(number, "green tea")));
    let mut cue = cue("tea");
    cue.limit = 7;
    assert_eq!(index.search(&cue).candidates.len(), 7);
}

#[test]
fn the_filter_comes_before_the_cut() {
    let mut wanted = memory(1, "tea, as it was long ago when everybody drank it");
    wanted.kind = Kind::Semantic;
    let index = index([wanted].into_iter().chain((2..100).map(|number| memory(number, "tea"))));
    let mut cue = cue("tea");
    cue.filter.kind = Some(Kind::Semantic);
    cue.limit = 1;
    assert_eq!(numbers(&index.search(&cue).candidates), [1]);
}

#[test]
fn a_filter_by_owner_admits_that_owner_only() {
    let index = index([said_by(1, "Ann", "green tea"), said_by(2, "Bob", "green tea"), memory(3, "green tea")]);
    let mut cue = cue("tea");
    cue.filter.speaker = Label::try_new("Ann").ok();
    assert_eq!(numbers(&index.search(&cue).candidates), [1]);
    cue.filter.session = Label::try_new("of nobody").ok();
    assert_eq!(numbers(&index.search(&cue).candidates), []);
}

#[test]
fn a_memory_that_shares_nothing_is_no_candidate() {
    assert_eq!(ask(&texts(&["green tea"]), "volcano"), Vec::<u128>::new());
}

#[test]
fn an_older_put_changes_nothing() {
    let mut index = texts(&[]);
    index.put(Seq(5), Arc::new(memory(1, "new text")));
    index.put(Seq(4), Arc::new(memory(1, "old text")));
    index.put(Seq(5), Arc::new(memory(1, "another text")));
    assert_eq!(index.get(MemoryId(uuid::Uuid::from_u128(1))).unwrap().content.as_str(), "new text");
    assert_eq!(index.len(), 1);
}

#[test]
fn a_later_put_replaces() {
    let mut index = texts(&["old words"]);
    index.put(Seq(9), Arc::new(memory(1, "fresh phrase")));
    assert_eq!(ask(&index, "words"), Vec::<u128>::new());
    assert_eq!(ask(&index, "phrase"), [1]);
}

#[test]
fn the_speaker_named_comes_first() {
    let index =
        index([said_by(1, "Ann Lee", "my favourite book is Emma"), said_by(2, "Bob", "my favourite book is Dune")]);
    assert_eq!(ask(&index, "What is ANN's favourite book?")[0], 1);
    assert_eq!(ask(&index, "which book does bob like as his favourite")[0], 2);
}

#[test]
fn a_query_of_names_alone_finds_where_they_are_named() {
    let index = index([said_by(1, "Ann", "rain again"), said_by(2, "Bob", "Ann called me")]);
    assert_eq!(ask(&index, "Ann"), [2]);
}

#[test]
fn a_date_finds_what_happened_then() {
    let mut day = memory(1, "swimming");
    day.times.occurred = Some(Timestamp::parse("2023-05-08T13:56:00Z").unwrap());
    let found = index([day, memory(2, "swimming")]).search(&cue("What happened on 8 May 2023?")).candidates;
    assert_eq!(numbers(&found), [1]);
    assert_eq!(found[0].signals.get(Term::Date), 1.0);
}

#[test]
fn meaning_is_compared_by_the_table_of_the_index() {
    let table = tiny_table();
    let mut index = NamespaceIndex::new(Some(table.clone()));
    for (number, text) in [(1, "dog dog dog"), (2, "house")] {
        let mut memory = memory(number, text);
        memory.encoding = table.encode(text);
        index.put(Seq(1), Arc::new(memory));
    }
    let found = index.search(&cue("dog")).candidates;
    assert_eq!(numbers(&found)[0], 1);
    assert!(found[0].signals.get(Term::Semantic) > 0.99);
}

#[test]
fn vectors_of_different_encoders_never_meet() {
    let encoding = |encoder: &str| Encoding::from_vector(EncoderId::new(encoder), &[1.0, 2.0, 3.0]).unwrap();
    let mut index = NamespaceIndex::new(Some(tiny_table()));
    for (number, encoder) in [(1, "one"), (2, "two")] {
        let mut memory = memory(number, "x");
        memory.encoding = Some(encoding(encoder));
        index.put(Seq(1), Arc::new(memory));
    }
    let mut cue = cue("nothing shared");
    cue.encoding = Some(encoding("two"));
    let found = index.search(&cue).candidates;
    assert_eq!(numbers(&found), [2]);
    assert!((found[0].signals.get(Term::Semantic) - 1.0).abs() < 1e-5);
}

#[test]
fn vectors_of_any_length_are_compared_exactly() {
    for dims in [1, 63, 64, 65, 255, 256, 257, 1_000] {
        let vector = |seed: i32| (0..dims).map(|i| ((i * 37 + seed * 11) % 19 - 9) as f32 + 0.5).collect::<Vec<_>>();
        let encoding = |seed| Encoding::from_vector(EncoderId::new("e"), &vector(seed)).unwrap();
        let mut index = NamespaceIndex::new(None);
        for seed in 1i32..40 {
            let mut memory = memory(u128::from(seed.unsigned_abs()), "x");
            memory.encoding = Some(encoding(seed));
            index.put(Seq(1), Arc::new(memory));
        }
        let mut cue = cue("?");
        (cue.encoding, cue.limit) = (Some(encoding(7)), 100);
        for found in index.search(&cue).candidates {
            let exact = encoding(7).cosine(found.memory.encoding.as_ref().unwrap()).unwrap();
            assert!((found.signals.get(Term::Semantic) - exact).abs() < 1e-5, "{dims} dimensions");
        }
    }
}

#[test]
fn a_filters_tags_are_found_however_many_a_memory_has() {
    let tags = |numbers: std::ops::Range<usize>| -> Vec<Label> {
        numbers.map(|number| Label::try_new(&format!("tag {number}")).unwrap()).collect()
    };
    for count in [Memory::TAGS, Memory::TAGS + 1, 10_000] {
        let memory = Memory { tags: tags(0..count), ..memory(1, "tea") };
        let all = |tags_all| Filter { tags_all, ..Filter::default() }.admits(&memory);
        let any = |tags_any| Filter { tags_any, ..Filter::default() }.admits(&memory);
        assert!(all(tags(count - 64..count)), "{count}");
        assert!(!all(tags(count - 63..count + 1)), "{count}");
        assert!(any(tags(count - 1..count + 63)), "{count}");
        assert!(!any(tags(count..count + 64)), "{count}");
    }
}
