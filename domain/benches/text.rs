//! What reading one short text costs.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::recall::kind;
use domain::text::passages::passages;
use domain::text::relative::resolved;
use domain::text::said::sentences;
use domain::text::script::latin_share;
use domain::text::speaker::leading_name;
use domain::text::traits::traits;
use domain::text::words::words;

const TEXT: &str = "Hey Sam, great to hear from you! Last Friday I took my sister to the lake near Geneva, and we swam for \
    two hours. What about you? [a photo of a lake]";
const QUESTION: &str = "When did she take her sister to the lake near Geneva?";

fn text(c: &mut Criterion) {
    let long = [TEXT; 40].join(" ");
    let run = "x".repeat(32_768);
    c.bench_function("words", |b| b.iter(|| words(TEXT)));
    c.bench_function("sentences", |b| b.iter(|| sentences(TEXT).count()));
    c.bench_function("traits", |b| b.iter(|| traits(TEXT, |word| word == "sam")));
    c.bench_function("asked", |b| b.iter(|| kind::asked(QUESTION)));
    c.bench_function("latin share", |b| b.iter(|| latin_share(TEXT)));
    c.bench_function("resolved dates", |b| b.iter(|| resolved(TEXT, Some((2023, 5, 10)))));
    c.bench_function("leading name", |b| b.iter(|| leading_name(TEXT)));
    c.bench_function("passages of a short text", |b| b.iter(|| passages(TEXT)));
    c.bench_function("passages of 1,100 words", |b| b.iter(|| passages(&long)));
    c.bench_function("passages of a run of 32,768", |b| b.iter(|| passages(&run)));
}

criterion_group!(benches, text);
criterion_main!(benches);
