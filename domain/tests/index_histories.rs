//! An index is a function of what it holds: whatever was put and erased before, and in whatever order, leaves no trace.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/tables.rs"]
mod tables;
#[path = "builders/turns.rs"]
mod turns;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use domain::encoding::table::Table;
use domain::index::NamespaceIndex;
use domain::link::{Link, Relation};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::term::Term;
use domain::time::Timestamp;
use memories::cue;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use turns::turn;

/// Memories that there may be.
const NUMBERS: u8 = 14;

static TABLE: LazyLock<Arc<Table>> = LazyLock::new(|| {
    let words = ["[PAD]", "[UNK]", "tea", "coffee", "red", "car", "##s", "ann", "bob", "lee", "run", "##ning", ":"];
    Arc::new(Table::parse(&tables::table_bytes("tiny-1", &words, 24)).unwrap())
});

/// What happens to the memory of a number: a text put, or none.
#[derive(Debug, Clone)]
struct Act {
    number: u8,
    memory: Option<Memory>,
}

fn text() -> impl Strategy<Value = String> {
    let words = vec![
        "tea",
        "coffee",
        "red",
        "cars?",
        "running",
        "Ann",
        "Bob's",
        "Lee",
        "the",
        "8 May 2023",
        "ann/bob",
        "学习",
        "Ann's",
    ];
    let start = select(vec!["", "", "Ann: ", "Bob: ", "Ann Lee: ", "Error: "]);
    let said = (start, vec(select(words), 1..6)).prop_map(|(start, words)| start.to_owned() + &words.join(" "));
    let long = said.clone().prop_map(|text| format!("{text}. {} {text}.", "coffee with Ann is red. ".repeat(14)));
    prop_oneof![8 => said, 1 => long]
}

fn written(number: u8) -> impl Strategy<Value = Memory> {
    let owner = (select(vec!["", "s1", "s1", "s2"]), select(vec!["", "", "Ann Lee", "Bob", "Will"]));
    let link = prop::option::of(0..NUMBERS);
    (text(), owner, prop::option::of(0i64..3), any::<bool>(), link).prop_map(
        move |(text, (session, speaker), day, encoded, link)| {
            let mut memory = turn(number.into(), session, speaker, &text);
            memory.times.occurred = day.map(|day| Timestamp::from_micros(0).unwrap().plus_seconds(day * 86_400));
            memory.encoding = if encoded { TABLE.encode(&text) } else { None };
            let to = |number: u8| MemoryId(uuid::Uuid::from_u128(number.into()));
            memory.links =
                link.map(|number| Link { to: to(number), relation: Relation::Related }).into_iter().collect();
            memory
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    (0..NUMBERS).prop_flat_map(|number| {
        let put = written(number).prop_map(Some);
        prop_oneof![2 => put, 1 => Just(None)].prop_map(move |memory| Act { number, memory })
    })
}

/// The index after these acts, and the index of what they leave alone.
fn indexes(acts: &[Act]) -> (NamespaceIndex, NamespaceIndex) {
    let mut used = NamespaceIndex::new(Some(TABLE.clone()));
    let mut left: BTreeMap<u8, (Seq, Seq, Arc<Memory>)> = BTreeMap::new();
    for (seq, act) in (1..).map(Seq).zip(acts) {
        match &act.memory {
            Some(memory) => {
                let memory = Arc::new(memory.clone());
                let first = left.get(&act.number).map_or(seq, |(first, ..)| *first);
                used.put_since(first, seq, memory.clone());
                left.insert(act.number, (first, seq, memory));
            }
            None => {
                let was = used.erase(MemoryId(uuid::Uuid::from_u128(act.number.into())));
                assert_eq!(was, left.remove(&act.number).is_some());
            }
        }
    }
    let mut fresh = NamespaceIndex::new(Some(TABLE.clone()));
    left.into_values().for_each(|(first, seq, memory)| fresh.put_since(first, seq, memory));
    (used, fresh)
}

/// All signals of all candidates, by memory.
fn seen(index: &NamespaceIndex, query: &str) -> BTreeMap<Seq, Vec<f32>> {
    let mut cue = cue(query);
    (cue.limit, cue.weights) = (100, cue.weights.with(Term::Link, 0.2));
    let found = index.search(&cue).candidates;
    // the best three are followed: where scores are equal but for rounding these may be others
    let signals = |one: &domain::index::Candidate| {
        let terms = Term::ALL.iter().filter(|term| **term != Term::Link);
        terms.map(|&term| one.signals.get(term)).chain([f32::from(u8::from(one.named))]).collect()
    };
    found.iter().map(|one| (one.seq, signals(one))).collect()
}

/// Two indexes answer the same; slots are others, and so the order in which numbers are added up.
fn same(one: &NamespaceIndex, other: &NamespaceIndex, query: &str) -> Result<(), TestCaseError> {
    let (one, other) = (seen(one, query), seen(other, query));
    prop_assert!(one.keys().eq(other.keys()), "{}: {:?} {:?}", query, one.keys(), other.keys());
    for (seq, signals) in &one {
        let apart = signals.iter().zip(&other[seq]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        prop_assert!(apart < 1e-5, "{}: {:?} {:?} {:?}", query, seq, signals, other[seq]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_history_equals_a_fresh_index(acts in vec(act(), 1..40), query in text()) {
        let (used, fresh) = indexes(&acts);
        prop_assert_eq!(used.len(), fresh.len());
        for query in [query.as_str(), "Does Ann run?", "red tea on 8 May 2023", "Bob's cars"] {
            same(&used, &fresh, query)?;
        }
    }

    #[test]
    fn an_index_that_was_emptied_holds_nothing(acts in vec(act(), 1..20)) {
        let (mut index, _) = indexes(&acts);
        let ids: Vec<MemoryId> = index.iter().map(|memory| memory.id).collect();
        ids.into_iter().for_each(|id| assert!(index.erase(id)));
        prop_assert!(index.is_empty());
        let (mut again, mut fresh) = (index, NamespaceIndex::new(Some(TABLE.clone())));
        for (seq, act) in (100..).map(Seq).zip(&acts) {
            let Some(memory) = &act.memory else { continue };
            again.put(seq, Arc::new(memory.clone()));
            fresh.put(seq, Arc::new(memory.clone()));
        }
        same(&again, &fresh, "Ann's red tea?")?;
    }
}
