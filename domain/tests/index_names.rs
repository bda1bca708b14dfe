//! Names of those who say much are cut from texts; names before texts are speakers.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/asking.rs"]
mod asking;
#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/tables.rs"]
mod tables;
#[path = "builders/turns.rs"]
mod turns;

use std::sync::Arc;

use asking::{ask, index, put};
use domain::encoding::table::Table;
use domain::index::{Candidate, NamespaceIndex};
use domain::memory::{Memory, MemoryId};
use domain::recall::term::Term;
use memories::cue;
use turns::turn;

fn id(number: u128) -> MemoryId {
    MemoryId(uuid::Uuid::from_u128(number))
}

/// Memories of which Rosalind says the first `hers`, and the last names her.
fn naming(hers: u128, all: u128) -> NamespaceIndex {
    let others = (hers + 1..all).map(|number| turn(number, "", "Bob", "rain again"));
    let last = turn(all, "", "Bob", "we met Rosalind downtown");
    index((1..=hers).map(|number| turn(number, "", "Rosalind", "sun at last")).chain(others).chain([last]))
}

fn finds_the_name(index: &NamespaceIndex) -> bool {
    !ask(index, "when is Rosalind baking").is_empty()
}

#[test]
fn a_name_is_cut_from_one_in_a_hundred_memories_on() {
    for (hers, all, cut) in [(1, 3, true), (1, 64, true), (1, 65, false), (1, 100, false), (2, 128, true)] {
        assert_eq!(!finds_the_name(&naming(hers, all)), cut, "{hers} of {all}");
    }
    for (hers, all, cut) in [(2, 129, false), (3, 200, true), (5, 512, false), (6, 512, true), (6, 513, false)] {
        assert_eq!(!finds_the_name(&naming(hers, all)), cut, "{hers} of {all}");
    }
}

#[test]
fn a_name_comes_and_goes_as_its_speaker_does() {
    let mut index = naming(1, 64);
    assert!(!finds_the_name(&index));
    put(&mut index, turn(65, "", "Bob", "rain again"));
    assert!(finds_the_name(&index), "one of 65");
    put(&mut index, turn(66, "", "Rosalind", "sun at last"));
    assert!(!finds_the_name(&index), "two of 66");
    assert!(index.erase(id(1)));
    assert!(finds_the_name(&index), "one of 65");
    assert!(index.erase(id(2)));
    assert!(!finds_the_name(&index), "one of 64");
    assert!(index.erase(id(66)));
    assert!(finds_the_name(&index), "she never spoke");
}

#[test]
fn a_text_is_read_as_if_the_name_were_not_in_it() {
    let texts = ["Ann, the shed is green", "Ann's shed? Ann likes sheds", "the green boat", "ANN"];
    let bare = [", the shed is green", " shed?  likes sheds", "the green boat", "ANN"];
    let told = |texts: [&str; 4]| index((1..).zip(texts).map(|(number, text)| turn(number, "s1", "Ann", text)));
    let (named, nameless) = (told(texts), told(bare));
    for query in ["green shed", "boat", "What does Ann like?", "her sheds"] {
        let seen = |index: &NamespaceIndex| -> Vec<(u128, Vec<f32>)> {
            let signals = |one: &Candidate| Term::ALL.iter().map(|&term| one.signals.get(term)).collect();
            let found = index.search(&cue(query)).candidates;
            found.iter().map(|one| (one.memory.id.0.as_u128(), signals(one))).collect()
        };
        assert_eq!(seen(&named), seen(&nameless), "{query}");
    }
}

#[test]
fn a_place_in_meaning_is_that_of_the_text_without_the_name() {
    let words = ["[PAD]", "[UNK]", "ann", "dog", "house", "green"];
    let table = Arc::new(Table::parse(&tables::table_bytes("tiny-1", &words, 24)).unwrap());
    let told = |texts: [&str; 3]| {
        let mut index = NamespaceIndex::new(Some(table.clone()));
        for (number, text) in (1..).zip(texts) {
            let mut memory = turn(number, "s1", "Ann", text);
            memory.encoding = table.encode(text);
            put(&mut index, memory);
        }
        index
    };
    let named = told(["Ann's green dog", "Ann: house", "dog Ann house"]);
    let nameless = told([" green dog", ": house", "dog  house"]);
    for query in ["green house", "Ann's dog"] {
        let seen = |index: &NamespaceIndex| -> Vec<f32> {
            let terms = [Term::Semantic, Term::Wordwise, Term::Centrality, Term::Speaker];
            let signals = |one: &Candidate| terms.map(|term| one.signals.get(term));
            index.search(&cue(query)).candidates.iter().flat_map(signals).collect()
        };
        assert_eq!(seen(&named), seen(&nameless), "{query}");
        assert_eq!(seen(&named).len(), 12);
    }
}

#[test]
fn a_stop_word_is_never_cut_as_a_name() {
    let index = index([
        turn(1, "", "Will", "the who played"),
        turn(2, "", "Will", "Will will?"),
        turn(3, "", "Will", "tea"),
        turn(4, "", "The Who", "coffee"),
    ]);
    assert_eq!(ask(&index, "will"), [2]);
    assert_eq!(ask(&index, "who played"), [1]);
}

#[test]
fn names_of_two_letters_are_words() {
    let index = index([turn(1, "", "Al", "rain"), turn(2, "", "Bob", "I met Al there")]);
    assert_eq!(ask(&index, "Al met"), [2]);
}

#[test]
fn a_log_line_is_found_by_what_it_says() {
    let failed = || turn(500, "s1", "", "Error: disk full");
    assert_eq!(ask(&index([failed()]), "disk error"), [500]);
    let lines = (1..500).map(|number| {
        let text = match number % 4 {
            0 => format!("Error: timeout after {number} ms"),
            1 => format!("Warning: retry {number}"),
            2 => format!("INFO: request {number} served"),
            _ => format!("Failed: connection {number}"),
        };
        turn(number, "s1", "", &text)
    });
    let index = index(lines.chain([failed()]));
    assert_eq!(ask(&index, "disk error")[0], 500);
    assert_eq!(ask(&index, "full disk")[0], 500);
    assert_eq!(ask(&index, "error timeout 48")[0], 48);
}

#[test]
fn a_leading_name_is_a_speaker_from_two_in_a_session_on() {
    let mut index = index([
        turn(1, "s1", "", "Rosalind: the shed is green"),
        turn(2, "s2", "", "Quentin: the boat is red"),
        turn(3, "", "", "Zelda: the barn is blue"),
    ]);
    let names = |index: &NamespaceIndex, query: &str| {
        index.search(&cue(query)).candidates.iter().filter(|one| one.named).count()
    };
    assert_eq!(ask(&index, "rosalind"), [1], "one alone may be a heading");
    assert_eq!(names(&index, "what is green, Rosalind"), 0);
    put(&mut index, turn(4, "s1", "", "Yvonne: and mine is grey"));
    assert_eq!(names(&index, "what is green, Rosalind"), 1);
    assert_eq!(ask(&index, "the green of Rosalind")[0], 1);
    assert_eq!(ask(&index, "quentin"), [2]);
    assert_eq!(ask(&index, "zelda"), [3], "no session, no speaker");
    assert!(index.erase(id(4)));
    assert_eq!(names(&index, "what is green, Rosalind"), 0);
    assert_eq!(ask(&index, "rosalind"), [1]);
}

/// A talk of forty turns, by field or by prefix.
fn talk(turned: impl Fn(u128, &str, &str) -> Memory) -> NamespaceIndex {
    let things = ["shed", "boat", "barn", "kettle", "ladder", "violin", "garden", "ferry", "bakery", "lantern"];
    let turns = (0..40u128).map(|number| {
        let (at, speaker) = (number as usize, if number.is_multiple_of(2) { "Rosalind" } else { "Quentin" });
        let (thing, other) = (things[at % 10], things[(at * 7 + 3) % 10]);
        let text = match at % 3 {
            0 => format!("Where did you leave the {thing}, {speaker}?"),
            1 => format!("I sold my {thing} for a {other} last week"),
            _ => format!("Rosalind and Quentin painted the {thing} by the {other}"),
        };
        turned(number + 1, speaker, &text)
    });
    index(turns)
}

#[test]
fn by_field_or_by_prefix_the_answers_stand_in_the_same_order() {
    let field = talk(|number, speaker, text| turn(number, "s1", speaker, text));
    let prefix = talk(|number, speaker, text| turn(number, "s1", "", &format!("{speaker}: {text}")));
    for query in [
        "Where is Rosalind's shed?",
        "what did Quentin sell for a ferry",
        "the painted violin",
        "Who left the lantern?",
    ] {
        let found = ask(&field, query);
        assert_eq!(found.len(), 10);
        assert_eq!(found, ask(&prefix, query), "{query}");
    }
}
