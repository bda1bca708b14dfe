//! How sure an answer is.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/asking.rs"]
mod asking;
#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/turns.rs"]
mod turns;

use std::sync::Arc;

use domain::index::{Candidate, NamespaceIndex, Reading};
use domain::memory::Seq;
use domain::recall::confidence::{Evidence, confidence};
use domain::recall::fuse::default_weights;
use domain::recall::term::{PerTerm, Signals, Term};
use memories::{cue, memory};
use proptest::collection::vec;
use proptest::prelude::*;
use turns::turn;

fn candidate(number: i64, signals: Signals, named: bool) -> Candidate {
    Candidate { memory: Arc::new(memory(number as u128, "x")), seq: Seq(number), signals, named }
}

fn evidence(index: &NamespaceIndex, text: &str) -> Evidence {
    let found = index.search(&cue(text));
    Evidence::of(&found.candidates, &found.reading, &default_weights())
}

fn signals() -> impl Strategy<Value = Signals> {
    vec(prop_oneof![Just(0.0f32), 0.0f32..2.0], Term::ALL.len()).prop_map(|values| {
        Term::ALL.into_iter().zip(values).fold(PerTerm::default(), |all, (term, value)| all.with(term, value))
    })
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    vec((signals(), any::<bool>()), 0..30)
        .prop_map(|all| (1..).zip(all).map(|(number, (signals, named))| candidate(number, signals, named)).collect())
}

#[test]
fn nothing_found_is_nothing_known() {
    let index = asking::index([memory(1, "green tea")]);
    assert_eq!(asking::ask(&index, "volcano ash"), [0; 0]);
    let evidence = evidence(&index, "volcano ash");
    assert_eq!(evidence, Evidence { words: 2.0, ..Evidence::default() });
    assert_eq!(confidence(&evidence), 0.0);
}

#[test]
fn what_says_it_all_is_surer_than_what_says_a_part() {
    let index = asking::index([
        memory(1, "the spare key hangs behind the boiler"),
        memory(2, "a spare wheel"),
        memory(3, "rain"),
    ]);
    let sure = confidence(&evidence(&index, "spare key behind the boiler"));
    let unsure = confidence(&evidence(&index, "spare violin beneath the bridge"));
    assert!(sure > unsure, "{sure} {unsure}");
}

#[test]
fn what_another_said_is_less_sure() {
    let index = asking::index([
        turn(1, "s1", "Ann", "I adopted a grey kitten"),
        turn(2, "s2", "Bob", "The weather was grey"),
        turn(3, "s3", "Ann", "Rain again"),
    ]);
    let (hers, his) = (evidence(&index, "Ann's grey kitten"), evidence(&index, "Bob's grey kitten"));
    assert!(hers.ahead > 0.0 && his.ahead < 0.0, "{hers:?} {his:?}");
    assert!(confidence(&hers) > confidence(&his));
    assert_eq!(evidence(&index, "Ann and Bob: grey kitten").ahead, 0.0, "two are named");
    assert_eq!(evidence(&index, "grey kitten").ahead, 0.0, "nobody is named");
}

#[test]
fn evidence_is_read_under_the_weights_given() {
    let of = |lexical, semantic| PerTerm::default().with(Term::Lexical, lexical).with(Term::Semantic, semantic);
    let mut all: Vec<Candidate> = (1..=12).map(|n| candidate(n, of(0.1 * n as f32, 0.0), n == 5)).collect();
    all.push(candidate(13, of(0.0, 0.25).with(Term::Speaker, 9.0), true));
    let weights = PerTerm::default().with(Term::Lexical, 1.0).with(Term::Speaker, 0.1);
    let evidence = Evidence::of(&all, &Reading { words: 4, named: 1 }, &weights);
    let expected = [1.2, 1.2, 0.5 - 1.2, 4.0, 1.2 - 0.4];
    for (name, (value, expected)) in Evidence::NAMES.iter().zip(evidence.values().into_iter().zip(expected)) {
        assert!((value - expected).abs() < 1e-6, "{name} is {value}, not {expected}");
    }
}

proptest! {
    #[test]
    fn confidence_is_a_probability(all in candidates(), words in 0usize..200, named in 0usize..4) {
        let evidence = Evidence::of(&all, &Reading { words, named }, &default_weights());
        prop_assert!(evidence.values().iter().all(|value| value.is_finite()), "{:?}", evidence);
        let confidence = confidence(&evidence);
        prop_assert!((0.0..=1.0).contains(&confidence), "{} of {:?}", confidence, evidence);
        prop_assert!(!all.is_empty() || confidence == 0.0);
    }

    #[test]
    fn the_order_of_candidates_is_no_evidence(mut all in candidates(), words in 0usize..20) {
        let reading = Reading { words, named: 1 };
        let evidence = Evidence::of(&all, &reading, &default_weights());
        all.reverse();
        prop_assert_eq!(Evidence::of(&all, &reading, &default_weights()), evidence);
    }

    #[test]
    fn confidence_rises_with_the_top(values in vec(0.0f32..2.0, 5), more in 0.01f32..2.0) {
        let of = |top| Evidence { top, plain: values[1], ahead: values[2] - 1.0, words: 10.0 * values[3], gap: values[4] };
        prop_assert!(confidence(&of(values[0] + more)) >= confidence(&of(values[0])));
    }

    #[test]
    fn confidence_falls_with_how_far_others_are_ahead(values in vec(0.01f32..2.0, 5), less in 0.01f32..2.0) {
        let of = |ahead| Evidence { top: values[0], plain: values[1], ahead, words: 10.0 * values[3], gap: values[4] };
        prop_assert!(confidence(&of(values[2] - 1.0 - less)) <= confidence(&of(values[2] - 1.0)));
    }
}
