//! What recall costs: encoding a short text, searching 1,000 to 100,000 texts, by stage.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "../tests/builders/memories.rs"]
mod memories;
#[path = "../tests/builders/tables.rs"]
mod tables;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use domain::encoding::table::Table;
use domain::index::NamespaceIndex;
use domain::memory::{Kind, Seq};
use domain::tenant::Label;
use domain::text::words;
use memories::{cue, memory};

const SHORT: &str = "I'm adopting a puppy next Saturday; her name is Biscuit!";
const QUERY: &str = "When did w17 meet w230 and w4000 near the w9 of w1200?";

/// A vocabulary of BERT's size: letters, digits and numbered words.
fn table() -> Arc<Table> {
    let letters = ('a'..='z').chain('0'..='9').flat_map(|c| [c.to_string(), format!("##{c}")]);
    let words: Vec<String> = ["[PAD]".into(), "[UNK]".into()]
        .into_iter()
        .chain(letters)
        .chain((0..30_000).map(|n| format!("w{n}")))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Arc::new(Table::parse(&tables::table_bytes("bench-1", &words, 256)).unwrap())
}

/// Texts of twelve words whose frequencies fall like 1/rank.
fn text(number: usize) -> String {
    let mut state = number as u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chance = (state >> 40) as f64 / f64::from(1 << 24);
        format!("w{}", 30_000f64.powf(chance) as u32)
    };
    (0..12).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn index(table: &Arc<Table>, memories: usize) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(Some(table.clone()));
    for number in 0..memories {
        let mut memory = memory(number as u128, &text(number));
        memory.encoding = table.encode(memory.content.as_str());
        memory.origin.speaker = Label::try_new(if number % 2 == 0 { "Caroline" } else { "Melanie" }).ok();
        index.put(Seq(number as i64), Arc::new(memory));
    }
    index
}

fn reading(c: &mut Criterion) {
    let table = table();
    c.bench_function("words of a short text", |b| b.iter(|| words::words(black_box(SHORT))));
    c.bench_function("wordpieces of a short text", |b| b.iter(|| table.vocabulary().ids(black_box(SHORT))));
    c.bench_function("encode a short text", |b| b.iter(|| table.encode(black_box(SHORT))));
}

fn searching(c: &mut Criterion) {
    let table = table();
    let mut group = c.benchmark_group("search");
    for memories in [1_000, 10_000, 100_000] {
        let index = index(&table, memories);
        let lexical = {
            let mut index = NamespaceIndex::new(None);
            (0..memories).for_each(|n| index.put(Seq(n as i64), Arc::new(memory(n as u128, &text(n)))));
            index
        };
        let mut by_vector = cue("zzz");
        by_vector.encoding = table.encode(QUERY);
        let mut none = cue(QUERY);
        none.filter.kind = Some(Kind::Procedural);
        let named = cue("When did Caroline meet w230 and w4000 in May 2023?");
        let whole = cue(QUERY);
        for (stage, index, cue) in [
            ("whole", &index, &whole),
            ("words only", &lexical, &whole),
            ("vectors only", &index, &by_vector),
            ("speaker and date", &index, &named),
            ("nothing admitted", &index, &none),
        ] {
            group.bench_function(BenchmarkId::new(stage, memories), |b| b.iter(|| index.search(black_box(cue))));
        }
    }
}

criterion_group!(benches, reading, searching);
criterion_main!(benches);
