//! From which likeness on two texts may count as one fact: pairs of our own writing, half of them other wordings of one fact,
//! half near misses. `facts/pairs.tsv`: `same` or `other`, and the two texts.
//!
//! Of each kind the 1st, 3rd, … pair are for choosing the threshold and the words that are refused, the 2nd, 4th, … are held
//! out. `cargo test -p somabrain-static-encoder --test facts -- --nocapture` prints the tables.

use domain::encoding::table::Table;
use domain::plan::fact::Fact;
use domain::plan::likeness::{SAME, may_be_same};
use somabrain_static_encoder::StaticEncoder;

struct Pair {
    same: bool,
    texts: [&'static str; 2],
    /// Cosine of the encodings; `None` where the words tell that it is not the same.
    likeness: Option<f32>,
}

/// The pairs for choosing, and those held out.
fn pairs() -> [Vec<Pair>; 2] {
    let encoder = StaticEncoder::shipped().expect("the shipped table is whole");
    let (mut halves, mut seen) = ([Vec::new(), Vec::new()], [0, 0]);
    for line in include_str!("facts/pairs.tsv").lines() {
        let [kind, a, b]: [&str; 3] = line.split('\t').collect::<Vec<_>>().try_into().expect("three cells");
        let same = kind == "same";
        let half = seen[usize::from(same)] % 2;
        seen[usize::from(same)] += 1;
        halves[half].push(Pair { same, texts: [a, b], likeness: likeness(&encoder.table(), a, b) });
    }
    halves
}

fn likeness(table: &Table, a: &str, b: &str) -> Option<f32> {
    let fact = |text| Fact::of(text).expect("words");
    let encoded = |text| table.encode(text).expect("words");
    may_be_same(&fact(a), &fact(b)).then(|| encoded(a).cosine(&encoded(b)))?
}

/// How many are taken for the same from a threshold on, and how many of them are.
fn taken(pairs: &[Pair], threshold: f32) -> (usize, usize) {
    let taken = || pairs.iter().filter(|pair| pair.likeness.is_some_and(|likeness| likeness >= threshold));
    (taken().count(), taken().filter(|pair| pair.same).count())
}

fn report(name: &str, pairs: &[Pair]) {
    let same = pairs.iter().filter(|pair| pair.same).count();
    println!("{name}: {} pairs, {same} the same\nfrom  taken  right  precision  recall", pairs.len());
    for threshold in [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.87, 0.9, 0.93, 0.95, 0.97] {
        let (all, right) = taken(pairs, threshold);
        let (precision, recall) = (100.0 * right as f64 / all as f64, 100.0 * right as f64 / same as f64);
        println!("{threshold:.2}  {all:>5}  {right:>5}  {precision:>9.0}  {recall:>6.0}");
    }
}

#[test]
fn from_the_threshold_on_what_is_taken_for_the_same_is_the_same() {
    let [choosing, held_out] = pairs();
    for (name, half, least) in [("choosing", &choosing, 1.0), ("held out", &held_out, 0.95)] {
        report(name, half);
        for pair in half.iter().filter(|pair| !pair.same && pair.likeness.is_some_and(|likeness| likeness >= SAME)) {
            println!("wrong: {}, {}", pair.texts[0], pair.texts[1]);
        }
        let (all, right) = taken(half, SAME);
        assert!(all > 30 && right as f64 >= least * all as f64, "{right} of {all}");
    }
}

#[test]
fn the_contrary_and_what_is_not_so_yet_are_refused_whatever_the_likeness() {
    let encoder = StaticEncoder::shipped().expect("the shipped table is whole");
    for (a, b) in [
        ("image built", "image pushed"),
        ("service stopped", "service started"),
        ("database migrated", "database backed up"),
        ("the tests pass", "the tests do not pass"),
        ("the image is built", "the image is being built"),
        ("the image is built", "the image will be built"),
        ("cache warm", "cache cold"),
    ] {
        assert_eq!(likeness(&encoder.table(), a, b), None, "{a} / {b}");
    }
}
