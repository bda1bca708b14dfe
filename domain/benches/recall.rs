//! What recall costs: encoding a short text, putting one, searching talks of 1,000 to 100,000 turns, by stage.
//!
//! The stages of a search are private, so each is what a search costs with the others switched off: no vectors without a
//! table, no words found by a query of unknown words, no second stage but for one memory where an owner of one is asked for.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "../tests/builders/memories.rs"]
mod memories;
#[path = "../tests/builders/tables.rs"]
mod tables;
#[path = "../tests/builders/turns.rs"]
mod turns;
#[path = "../tests/builders/vocabularies.rs"]
mod vocabularies;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use domain::encoding::table::Table;
use domain::index::NamespaceIndex;
use domain::memory::{Kind, Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::Label;
use domain::text::words;
use domain::time::Timestamp;
use memories::cue;
use turns::turn;

const SHORT: &str = "I'm adopting a puppy next Saturday; her name is Biscuit!";
const QUERY: &str = "When did Caroline w75 w230 and w4000 or the w9 of w1200?";
/// Words that no memory has, but for their letters.
const UNKNOWN: &str = "zzz yyy xxx qqq";

/// With a word that no memory has and that is looked for one slip away, in vain.
const MISSPELT: &str = "When did Caroline meet w230 and w4000 near the hrabour of w1200?";

/// Texts of twelve words whose frequencies fall like 1/rank.
fn text(number: usize) -> String {
    let mut state = number as u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chance = (state >> 40) as f64 / f64::from(1 << 24);
        format!("w{}", 29_000f64.powf(chance) as u32)
    };
    (0..12).map(|_| word()).collect::<Vec<_>>().join(" ") + if number.is_multiple_of(4) { "?" } else { "." }
}

/// One turn of a talk of twenty between two, ten minutes apart.
fn said(number: usize, table: Option<&Table>) -> Memory {
    let speaker = if number.is_multiple_of(2) { "Caroline" } else { "Melanie" };
    let mut memory = turn(number as u128, &format!("talk {}", number / 20), speaker, &text(number));
    memory.encoding = table.and_then(|table| table.encode(memory.content.as_str()));
    memory.origin.agent = if number == 0 { Label::try_new("agent").ok() } else { None };
    memory.times.occurred = Some(Timestamp::from_micros(0).unwrap().plus_seconds(number as i64 * 600));
    memory
}

fn index(memories: usize, table: Option<&Arc<Table>>) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(table.cloned());
    for number in 0..memories {
        index.put(Seq(number as i64), Arc::new(said(number, table.map(|table| &**table))));
    }
    index
}

/// The same of the one memory that is an agent's: all but the second stage.
fn of_one(mut cue: Cue) -> Cue {
    cue.filter.agent = Label::try_new("agent").ok();
    cue
}

fn reading(c: &mut Criterion) {
    let table = vocabularies::real_table();
    c.bench_function("words of a short text", |b| b.iter(|| words::words(black_box(SHORT))));
    c.bench_function("wordpieces of a short text", |b| b.iter(|| table.vocabulary().ids(black_box(SHORT))));
    c.bench_function("encode a short text", |b| b.iter(|| table.encode(black_box(SHORT))));
    let empty = NamespaceIndex::new(Some(table.clone()));
    c.bench_function("read a query", |b| b.iter(|| empty.search(black_box(&cue(QUERY)))));
}

fn searching(c: &mut Criterion) {
    let table = vocabularies::real_table();
    let mut group = c.benchmark_group("search");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for memories in [1_000, 10_000, 100_000] {
        let (mut whole, plain) = (index(memories, Some(&table)), index(memories, None));
        let mut dated = cue(QUERY);
        dated.text = cue("When did Caroline w75 w230 on 3 January 1970?").text;
        let mut refused = cue(QUERY);
        refused.filter.kind = Some(Kind::Procedural);
        for (stage, index, cue) in [
            ("words", &plain, of_one(cue(QUERY))),
            ("scan", &whole, of_one(cue(UNKNOWN))),
            ("first stage", &whole, of_one(cue(QUERY))),
            ("whole", &whole, cue(QUERY)),
            ("whole with a misspelt word", &whole, cue(MISSPELT)),
            ("whole with a date", &whole, dated),
            ("whole, none admitted", &whole, refused),
        ] {
            group.bench_function(BenchmarkId::new(stage, memories), |b| b.iter(|| index.search(black_box(&cue))));
        }
        drop(plain);
        let mut next = memories;
        group.bench_function(BenchmarkId::new("put and erase", memories), |b| {
            b.iter_batched(
                || Arc::new(said(memories, Some(&*table))),
                |memory| {
                    next += 1;
                    whole.put(Seq(next as i64), memory);
                    whole.erase(MemoryId(uuid::Uuid::from_u128(memories as u128)))
                },
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group!(benches, reading, searching);
criterion_main!(benches);
