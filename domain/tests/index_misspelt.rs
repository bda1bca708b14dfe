//! Words of a query that nobody holds, one slip away from those that somebody does.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/asking.rs"]
mod asking;
#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/turns.rs"]
mod turns;

use asking::{ask, index, put};
use domain::index::NamespaceIndex;
use domain::memory::MemoryId;
use memories::{cue, memory};
use turns::turn;

fn garden() -> NamespaceIndex {
    index([
        memory(1, "The gardener is walking to the harbour."),
        memory(2, "Bread is best warm."),
        memory(3, "Тёплый хлеб"),
    ])
}

#[test]
fn a_letter_too_many_too_few_another_one_and_two_exchanged_are_read_as_the_word_that_is_there() {
    for query in ["harbouur", "habour", "harbiur", "harbuor", "xharbour", "arbour", "HARBUOR?", "walkign", "walkng"] {
        assert_eq!(ask(&garden(), query), [1], "{query}");
    }
    assert_eq!(ask(&garden(), "хлпб"), [3]);
}

#[test]
fn two_slips_short_words_and_numbers_are_not_read_otherwise() {
    let index = index([memory(1, "harbour"), memory(2, "cat"), memory(3, "room 1234")]);
    for query in ["habouur", "cst", "1235", "harb0ur"] {
        assert_eq!(ask(&index, query), [0; 0], "{query}");
    }
}

#[test]
fn a_word_that_is_there_is_read_as_it_stands() {
    let index = index([memory(1, "a farm"), memory(2, "a form"), memory(3, "a firm")]);
    assert_eq!(ask(&index, "form"), [2]);
}

#[test]
fn a_slip_of_a_stop_word_is_no_word_of_the_namespace() {
    assert_eq!(ask(&index([memory(1, "a rich wish")]), "wich"), [0; 0]);
}

#[test]
fn the_name_of_a_speaker_is_no_misspelt_word_of_a_text() {
    let index = index([turn(1, "talk", "Mirela", "good morning"), memory(2, "Mirella sells boats")]);
    assert!(index.search(&cue("Mirela")).candidates.iter().all(|one| one.memory.id.0.as_u128() != 2));
}

#[test]
fn after_an_erasure_a_slip_finds_nothing_and_after_a_put_it_does() {
    let mut index = garden();
    index.erase(MemoryId(uuid::Uuid::from_u128(1)));
    assert_eq!(ask(&index, "harbuor"), [0; 0]);
    put(&mut index, memory(5, "a harbour"));
    assert_eq!(ask(&index, "harbuor"), [5]);
}

#[test]
fn what_was_misspelt_counts_among_the_words_of_the_query_as_it_was_read() {
    assert_eq!(garden().search(&cue("the gradener and the bread")).reading.words, 2);
}
