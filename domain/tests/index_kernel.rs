//! The words that a memory shares with a query, against the same computed from scratch.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/turns.rs"]
mod turns;

use std::collections::HashMap;
use std::sync::Arc;

use domain::index::NamespaceIndex;
use domain::memory::{Memory, Seq};
use domain::recall::term::Term;
use domain::text::passages::{is_long, passages};
use domain::text::traits::traits;
use domain::text::words::words;
use domain::time::Timestamp;
use memories::cue;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use turns::turn;

/// No word is one slip from another: none is taken for a misspelt one.
const VOCABULARY: [&str; 9] = ["tea", "coffee", "red", "cars", "running", "the", "car", "foo_qux", "学习"];

/// What is searched: a memory's place in the list, its words, and what they are read with.
struct Unit {
    memory: usize,
    own: HashMap<String, f32>,
    /// Counts and length over the kernel.
    counts: HashMap<String, f32>,
    length: f32,
}

fn counted(text: &str) -> HashMap<String, f32> {
    let mut counts: HashMap<String, f32> = HashMap::new();
    words(text).into_iter().for_each(|word| *counts.entry(word).or_default() += 1.0);
    counts
}

fn parts(memory: &Memory) -> Vec<&str> {
    let content = memory.content.as_str();
    if is_long(content) { passages(content) } else { vec![content] }
}

fn units(memories: &[Memory]) -> Vec<Unit> {
    let mut units = vec![];
    for (place, memory) in memories.iter().enumerate() {
        let parts = parts(memory);
        for part in &parts {
            let near = if parts.len() > 1 { vec![] } else { beside(memories, place) };
            let own = counted(part);
            let (mut counts, mut length) = (own.clone(), own.values().sum::<f32>());
            for (text, weight) in near {
                for (word, count) in counted(text) {
                    *counts.entry(word).or_default() += weight * count;
                    length += weight * count;
                }
            }
            // lengths are kept in 256ths
            units.push(Unit { memory: place, own, counts, length: (length * 256.0).round() / 256.0 });
        }
    }
    units
}

/// The texts that stand beside a turn of a session, and what each counts.
fn beside(memories: &[Memory], place: usize) -> Vec<(&str, f32)> {
    let turn = &memories[place];
    if turn.origin.session.is_none() {
        return vec![];
    }
    let short = |memory: &Memory| parts(memory).len() == 1;
    let mut talk: Vec<usize> = (0..memories.len())
        .filter(|&at| memories[at].origin.session == turn.origin.session && short(&memories[at]))
        .collect();
    talk.sort_by_key(|&at| (memories[at].times.happened(), at));
    let here = talk.iter().position(|&at| at == place).unwrap();
    let inherited = |before: &Memory| {
        let asks = if before.origin.speaker == turn.origin.speaker {
            0.0
        } else {
            traits(before.content.as_str(), |_| false).question
        };
        0.4 + 0.6 * (2.0 * asks).min(1.0)
    };
    let mut near = vec![];
    for (step, weight) in [(-2, 0.4), (-1, f32::NAN), (1, 0.3), (2, 0.1)] {
        if let Some(&at) = here.checked_add_signed(step).and_then(|at| talk.get(at)) {
            let weight = if step == -1 { inherited(&memories[at]) } else { weight };
            near.push((memories[at].content.as_str(), weight));
        }
    }
    near
}

/// The signal of shared words of every memory: BM25 with k1 1.2 and b .4 over 2.2 × the sum of idf, capped, stretched.
fn lexical(memories: &[Memory], query: &str) -> Vec<f32> {
    let units = units(memories);
    let n = units.len() as f32;
    let mean = units.iter().map(|unit| unit.length).sum::<f32>() / n;
    let idf = |word: &String| {
        let df = units.iter().filter(|unit| unit.own.contains_key(word)).count() as f32;
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    };
    let asked: Vec<String> = counted(query).into_keys().collect();
    let all: f32 = asked.iter().map(idf).sum();
    let mut signals = vec![0f32; memories.len()];
    for unit in &units {
        let points = asked.iter().map(|word| {
            let count = unit.counts.get(word).copied().unwrap_or(0.0);
            idf(word) * count * 2.2 / (count + 1.2 * (0.6 + 0.4 * unit.length / mean))
        });
        let signal = (points.sum::<f32>() / (2.2 * all)).min(0.5);
        signals[unit.memory] = signals[unit.memory].max(signal);
    }
    let best = signals.iter().copied().fold(0.0, f32::max);
    let stretch = if best > 0.0 { (0.4 / best).max(1.0) } else { 1.0 };
    signals.iter().map(|signal| signal * stretch).collect()
}

fn text() -> impl Strategy<Value = String> {
    let sentence = |words: std::ops::Range<usize>| (vec(select(&VOCABULARY[..]), words), select(vec![".", "?"]));
    let said = |(words, mark): (Vec<&str>, &str)| words.join(" ") + mark;
    let short = vec(sentence(1..6).prop_map(said), 1..4);
    let long = vec(sentence(10..30).prop_map(said), 4..8);
    prop_oneof![6 => short, 1 => long].prop_map(|sentences| sentences.join(" "))
}

fn memories() -> impl Strategy<Value = Vec<Memory>> {
    let owner = (select(vec!["", "s1", "s2"]), select(vec!["", "Zelda", "Quentin"]));
    let one = (text(), owner, prop::option::of(0i64..5));
    vec(one, 1..16).prop_map(|all| {
        let numbered = (1..).zip(all).map(|(number, (text, (session, speaker), at))| {
            let mut memory = turn(number, session, speaker, &text);
            memory.times.occurred = at.map(|at| Timestamp::from_micros(0).unwrap().plus_seconds(at));
            memory
        });
        numbered.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn shared_words_are_those_of_the_kernel(
        memories in memories(), query in subsequence(VOCABULARY.to_vec(), 1..5), moves in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let query = query.join(" ");
        let mut order: Vec<usize> = (0..memories.len()).collect();
        moves.iter().for_each(|at| order.swap(0, at.index(memories.len())));
        let mut index = NamespaceIndex::new(None);
        for at in order {
            let seq = Seq(at as i64 + 1);
            index.put(seq, Arc::new(memories[at].clone()));
        }
        let mut asked = cue(&query);
        asked.limit = 100;
        let mut found = vec![0f32; memories.len()];
        for one in index.search(&asked).candidates {
            found[one.seq.0 as usize - 1] = one.signals.get(Term::Lexical);
        }
        for (place, (found, exact)) in found.iter().zip(lexical(&memories, &query)).enumerate() {
            prop_assert!((found - exact).abs() < 1e-5, "{}: {} is not {} for {:?}", place, found, exact, query);
        }
    }
}
