//! Two stages, what the cue includes, and what the best are linked with.

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

use asking::{ask, index};
use domain::encoding::table::Table;
use domain::index::NamespaceIndex;
use domain::link::{Link, Relation};
use domain::memory::{Kind, Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::recall::fuse;
use domain::recall::term::Term;
use domain::tenant::Label;
use memories::{cue, memory};
use turns::turn;

fn id(number: u128) -> MemoryId {
    MemoryId(uuid::Uuid::from_u128(number))
}

fn numbers(index: &NamespaceIndex, cue: &Cue) -> Vec<u128> {
    index.search(cue).candidates.iter().map(|one| one.memory.id.0.as_u128()).collect()
}

fn linked(mut memory: Memory, to: &[u128]) -> Memory {
    memory.links = to.iter().map(|number| Link { to: id(*number), relation: Relation::Related }).collect();
    memory
}

fn by_links(text: &str, limit: usize) -> Cue {
    let mut cue = cue(text);
    cue.limit = limit;
    cue.weights.set(Term::Link, 0.3);
    cue
}

#[test]
fn what_the_cue_includes_is_answered_beyond_the_limit_and_not_twice() {
    let index = index((1..=6).map(|number| memory(number, if number < 5 { "green tea" } else { "bread" })));
    let mut cue = cue("green tea");
    (cue.limit, cue.include) = (2, vec![id(4), id(1), id(6), id(1), id(77)]);
    let found = numbers(&index, &cue);
    assert_eq!(found, [4, 3, 1, 6], "the best two, then what was asked for, the better first");
}

#[test]
fn what_the_filter_refuses_is_not_included() {
    let mut refused = memory(1, "bread");
    refused.kind = Kind::Semantic;
    let index = index([refused, turn(2, "s1", "", "bread"), turn(3, "s1", "", "green tea")]);
    let mut cue = cue("green tea");
    cue.include = vec![id(1), id(2)];
    cue.filter.kind = Some(Kind::Episodic);
    assert_eq!(numbers(&index, &cue), [3, 2]);
    cue.filter.session = Label::try_new("s2").ok();
    assert_eq!(numbers(&index, &cue), [0; 0]);
}

#[test]
fn what_is_included_has_the_signals_of_any_other() {
    let index = index((1..=4).map(|number| memory(number, "green tea")));
    let mut cue = cue("green tea");
    (cue.limit, cue.include) = (1, vec![id(2)]);
    let found = index.search(&cue).candidates;
    assert_eq!(found[0].signals, found[1].signals);
}

#[test]
fn a_long_memory_included_is_answered_once() {
    let long = "The kestrel nests in the tower beside the mill and nobody minds. ".repeat(30);
    let index = index([memory(1, &long), memory(2, "green tea")]);
    let mut cue = cue("green tea");
    cue.include = vec![id(1)];
    assert_eq!(numbers(&index, &cue), [2, 1]);
}

#[test]
fn memories_linked_with_the_best_come_too() {
    let memories = || {
        [linked(memory(1, "green tea"), &[2, 9]), memory(2, "bread"), linked(memory(3, "wine"), &[1]), memory(4, "oil")]
    };
    let index = index(memories());
    let mut cue = by_links("green tea", 10);
    let unweighed = Cue { weights: cue.weights.with(Term::Link, 0.0), ..cue.clone() };
    assert_eq!(numbers(&index, &unweighed), [1], "links weigh nothing");
    assert_eq!(ask(&index, "green tea"), [1, 3, 2], "by default they do");
    assert_eq!(numbers(&index, &cue), [1, 3, 2], "from both ends");
    let found = index.search(&cue).candidates;
    let best = fuse::score(found[0].signals.dot(&cue.weights.with(Term::Link, 0.0)));
    assert_eq!(found[1].signals.get(Term::Link), best);
    assert_eq!(found[2].signals.get(Term::Link), best);
    assert_eq!(found[0].signals.get(Term::Link), 0.0);
    cue.filter.min_importance = domain::memory::Importance::try_new(0.9).ok();
    assert_eq!(numbers(&index, &cue), [0; 0]);
}

#[test]
fn only_the_best_three_are_followed() {
    let tea = |number: u128, to: u128| linked(memory(number, "green tea"), &[to]);
    let mut memories: Vec<Memory> = (1..=4).map(|number| tea(number, number + 10)).collect();
    memories.extend((11..=14).map(|number| memory(number, "bread")));
    let found = numbers(&index(memories), &by_links("green tea", 10));
    assert_eq!(found, [4, 3, 2, 1, 14, 13, 12]);
}

#[test]
fn a_link_that_was_taken_away_leads_nowhere() {
    let mut index = index([linked(memory(1, "green tea"), &[2]), memory(2, "bread")]);
    index.put(Seq(3), Arc::new(memory(1, "green tea")));
    assert_eq!(numbers(&index, &by_links("green tea", 10)), [1]);
    index.put(Seq(4), Arc::new(linked(memory(2, "bread"), &[1])));
    assert_eq!(numbers(&index, &by_links("green tea", 10)), [1, 2]);
    assert!(index.erase(id(2)));
    assert_eq!(numbers(&index, &by_links("green tea", 10)), [1]);
}

/// The next of a chain of numbers that look like chance, 0 to 1.
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 40) as f64 / f64::from(1 << 24)
}

const TOPICS: usize = 40;
const WORDS: usize = 2_000;
const DIMS: usize = 64;

/// A table whose words lie near the middle of their topic.
fn topical_table() -> Arc<Table> {
    let words: Vec<String> = (0..WORDS).map(|n| format!("w{n}")).collect();
    let all: Vec<&str> = ["[PAD]", "[UNK]"].into_iter().chain(words.iter().map(String::as_str)).collect();
    let mut bytes = tables::table_bytes("tiny-1", &all, DIMS as u32);
    let rows = bytes.len() - WORDS * DIMS;
    let middles: Vec<u8> = bytes[rows..rows + TOPICS * DIMS].to_vec();
    for (word, row) in bytes[rows..].chunks_exact_mut(DIMS).enumerate() {
        let topic = word % TOPICS;
        for (value, middle) in row.iter_mut().zip(&middles[topic * DIMS..]) {
            *value = (value.cast_signed() / 2 + middle.cast_signed() / 2).cast_unsigned();
        }
    }
    Arc::new(Table::parse(&bytes).unwrap())
}

/// Words of one topic, whose frequencies fall like 1/rank.
fn said(topic: usize, words: usize, state: &mut u64) -> Vec<String> {
    let ranks = (WORDS / TOPICS) as f64;
    let mut word = || format!("w{}", (ranks.powf(next(state)) as usize - 1) * TOPICS + topic);
    (0..words).map(|_| word()).collect()
}

/// Talks of twenty turns by two, each about one topic with words of others, and what was said.
fn talks(turns: usize, table: &Arc<Table>) -> (NamespaceIndex, Vec<Vec<String>>) {
    let mut index = NamespaceIndex::new(Some(table.clone()));
    let (mut state, mut all) = (7, vec![]);
    for number in 0..turns {
        let mut words = said(number / 20 % TOPICS, 6, &mut state);
        for _ in 0..4 {
            let topic = (next(&mut state) * TOPICS as f64) as usize;
            words.extend(said(topic, 1, &mut state));
        }
        let text = words.join(" ") + if number.is_multiple_of(5) { "?" } else { "." };
        let speaker = if number.is_multiple_of(2) { "Caroline" } else { "Melanie" };
        let mut memory = turn(number as u128, &format!("talk {}", number / 20), speaker, &text);
        memory.encoding = table.encode(&text);
        index.put(Seq(number as i64), Arc::new(memory));
        all.push(words);
    }
    (index, all)
}

/// Queries made of words that somebody said, some of them naming who.
fn queries(said: &[Vec<String>]) -> impl Iterator<Item = String> {
    (0..100).map(|number| {
        let at = number * 49 + 3;
        let words = said[at][number % 4..][..5].join(" ");
        match number % 3 {
            0 => format!("What did {} say of {words}?", if at.is_multiple_of(2) { "Caroline" } else { "Melanie" }),
            1 => words,
            _ => format!("When was {words}?"),
        }
    })
}

#[test]
fn who_is_named_counts_little_where_others_said_what_fits_far_better() {
    let said = |texts: [(&str, &str); 3]| {
        index((1..).zip(texts).map(|(number, (who, text))| turn(number, &format!("s{number}"), who, text)))
    };
    let speaker = |index: &NamespaceIndex, number| {
        let found = index.search(&cue("Did Caroline adopt a puppy in June?")).candidates;
        found.iter().find(|one| one.memory.id == id(number)).unwrap().signals.get(Term::Speaker)
    };
    let own = said([("Caroline", "I adopt a puppy in June"), ("Melanie", "green tea"), ("Caroline", "June is warm")]);
    let others =
        said([("Melanie", "I adopt a puppy in June"), ("Caroline", "green tea"), ("Caroline", "June is warm")]);
    assert!(speaker(&own, 3) > 0.0);
    assert!(speaker(&others, 3) < 0.5 * speaker(&own, 3), "{} of {}", speaker(&others, 3), speaker(&own, 3));
}

#[test]
fn the_first_stage_loses_few_of_the_best_ten() {
    let (index, said) = talks(5_000, &topical_table());
    let (mut first, mut same, mut kept) = (0, 0, 0);
    for text in queries(&said) {
        let best = |limit| {
            let mut cue = cue(&text);
            cue.limit = limit;
            let mut found = numbers(&index, &cue);
            found.truncate(10);
            found
        };
        let (few, all) = (best(48), best(10_000));
        first += usize::from(few[0] == all[0]);
        same += usize::from(few == all);
        kept += all.iter().filter(|one| few.contains(one)).count();
    }
    assert!(first >= 99, "{first} of 100 queries have the same best");
    assert!(same >= 95, "{same} of 100 queries have the same best ten");
    assert!(kept >= 995, "{kept} of 1,000 of the best ten are kept");
}
