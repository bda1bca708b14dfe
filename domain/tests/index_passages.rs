//! A long memory is searched by its passages and answers as one.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/asking.rs"]
mod asking;
#[path = "builders/memories.rs"]
mod memories;

use std::sync::Arc;

use asking::{ask, index, put};
use domain::index::NamespaceIndex;
use domain::memory::{Kind, MemoryId, MemoryText, Seq};
use domain::recall::term::Term;
use domain::text::passages::passages;
use memories::{cue, memory};

/// Sentences of which nothing is asked, twenty words each.
fn filling(sentences: usize) -> String {
    let sentence = "On that day nothing much happened in the whole village but clouds passing over roofs and hens crossing lanes. ";
    sentence.repeat(sentences)
}

/// A text of many passages with one sentence in the middle.
fn long(about: &str) -> String {
    format!("{}{about}. {}", filling(9), filling(9))
}

fn shared(index: &NamespaceIndex, query: &str, number: u128) -> f32 {
    let found = index.search(&cue(query)).candidates;
    found.iter().find(|one| one.memory.id.0.as_u128() == number).unwrap().signals.get(Term::Lexical)
}

#[test]
fn a_long_memory_answers_by_its_best_passage() {
    let index = index([
        memory(1, &long("The spare key hangs behind the boiler")),
        memory(2, &long("The boiler is new. A key player hangs his coat")),
        memory(3, &format!("The key. {} The boiler.", filling(9))),
        memory(4, "spare me"),
    ]);
    assert_eq!(ask(&index, "Where does the spare key of the boiler hang?")[0], 1);
    assert_eq!(ask(&index, "key boiler")[2], 3, "its words stand in different passages");
    assert!(shared(&index, "key boiler", 1) > 1.5 * shared(&index, "key boiler", 3));
}

#[test]
fn what_stands_in_many_passages_is_one_candidate() {
    let about = format!("The kestrel is back. {}", filling(3));
    let index = index([memory(1, &about.repeat(8)), memory(2, "a kestrel"), memory(3, "no bird")]);
    let mut found = ask(&index, "kestrel");
    found.sort_unstable();
    assert_eq!(found, [1, 2]);
    assert_eq!(index.len(), 3);
    assert_eq!(index.iter().count(), 3);
}

#[test]
fn filter_and_cut_see_a_long_memory_once() {
    let about = format!("The kestrel is back. {}", filling(3));
    let mut wanted = memory(200, "The kestrel may be seen from the tower");
    wanted.kind = Kind::Semantic;
    let index = index((1..60).map(|number| memory(number, &about.repeat(3))).chain([wanted]));
    let mut cue = cue("kestrel");
    cue.limit = 50;
    let found = index.search(&cue).candidates;
    assert_eq!(found.len(), 50);
    let mut numbers: Vec<u128> = found.iter().map(|one| one.memory.id.0.as_u128()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 50, "none of them twice");
    cue.filter.kind = Some(Kind::Semantic);
    let found = index.search(&cue).candidates;
    assert_eq!(found.iter().map(|one| one.seq).collect::<Vec<_>>(), [Seq(200)]);
}

#[test]
fn a_passage_that_says_it_is_as_good_as_a_short_memory_of_its_length() {
    let passage = filling(2) + "The kestrel nests in the tower";
    let alone = passages(&long("The kestrel nests in the tower"))
        .into_iter()
        .find(|part| part.contains("kestrel"))
        .unwrap()
        .to_owned();
    let index = index([
        memory(1, &long("The kestrel nests in the tower")),
        memory(2, &alone),
        memory(3, &passage),
        memory(4, "Bread and cheese"),
    ]);
    let (inside, outside) = (shared(&index, "kestrel tower", 1), shared(&index, "kestrel tower", 2));
    assert!((inside - outside).abs() < 1e-6, "{inside} {outside}");
}

#[test]
fn a_long_memory_erased_leaves_nothing() {
    let short = || (1..9).map(|number| memory(number, &format!("kestrel number {number}")));
    let mut used = index(short());
    let clean = index(short());
    let gone = Arc::new(memory(50, &long("The kestrel nests in the tower")));
    used.put(Seq(50), gone.clone());
    assert_eq!(ask(&used, "tower"), [50]);
    assert!(used.erase(gone.id));
    assert_eq!(ask(&used, "tower"), [0; 0]);
    assert_eq!(Arc::strong_count(&gone), 1);
    for number in 1..9 {
        assert_eq!(shared(&used, "kestrel number", number), shared(&clean, "kestrel number", number));
    }
}

#[test]
fn a_long_memory_gives_way_to_a_short_one_and_back() {
    let mut index = index([memory(1, "Bread and cheese"), memory(2, &long("The kestrel nests in the tower"))]);
    index.put(Seq(3), Arc::new(memory(2, "a heron")));
    assert_eq!(ask(&index, "kestrel"), [0; 0]);
    assert_eq!(ask(&index, "heron"), [2]);
    put(&mut index, memory(4, "wine"));
    index.put(Seq(5), Arc::new(memory(2, &long("The kestrel nests in the tower"))));
    assert_eq!(ask(&index, "kestrel"), [2]);
    assert_eq!(ask(&index, "heron"), [0; 0]);
    assert_eq!(index.len(), 3);
    assert!(index.erase(MemoryId(uuid::Uuid::from_u128(2))));
    assert_eq!(ask(&index, "wine"), [4]);
}

#[test]
fn the_longest_memory_answers_by_any_of_its_ends() {
    let mut text = format!("The kestrel nests in the tower. {}", filling(400));
    text.truncate(MemoryText::LIMIT - 40);
    text += ". At last the heron came to the pond.";
    assert!(passages(&text).len() > 80);
    let mut index = index([memory(1, &text), memory(2, "Bread and cheese")]);
    for query in ["kestrel tower", "heron pond", "clouds over the village"] {
        assert_eq!(ask(&index, query), [1], "{query}");
    }
    assert!(index.erase(MemoryId(uuid::Uuid::from_u128(1))));
    assert_eq!(ask(&index, "heron"), [0; 0]);
}

#[test]
fn a_long_memory_asked_for_by_its_own_words_comes_first() {
    const WORDS: [&str; 13] = [
        "kettle", "river", "window", "garden", "ladder", "copper", "violin", "harbour", "letter", "engine", "blanket",
        "mirror", "summer",
    ];
    // each has all words, in an order of its own
    let text = |number: usize| {
        let words = (0..900).map(|at| WORDS[(at * (number + 1) + at / 13) % WORDS.len()]);
        words.collect::<Vec<_>>().join(" ")
    };
    let index = index((0..12).map(|number| memory(number as u128 + 1, &text(number))));
    for number in 0..12 {
        assert_eq!(ask(&index, &text(number))[0], number as u128 + 1);
    }
}
