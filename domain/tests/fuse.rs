//! From signals to scores, and answers that differ.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

use domain::encoding::{EncoderId, Encoding};
use domain::recall::diversity::{Scored, diversified};
use domain::recall::fuse::{Explanation, default_weights, score};
use domain::recall::term::{Signals, Term};
use proptest::prelude::*;

fn signals() -> impl Strategy<Value = Signals> {
    proptest::collection::vec(0f32..1.5, Term::ALL.len()).prop_map(|values| {
        Term::ALL.into_iter().zip(values).fold(Signals::default(), |all, (term, value)| all.with(term, value))
    })
}

fn encoding(x: f32, y: f32) -> Encoding {
    Encoding::from_vector(EncoderId::new("plane-1"), &[x, y]).unwrap()
}

#[test]
fn the_defaults_are_the_measured_weights() {
    let weights = default_weights();
    assert_eq!(weights.get(Term::Semantic), 0.90);
    assert_eq!(weights.get(Term::Session), 0.15);
}

#[test]
fn a_repetition_gives_way_to_something_else() {
    let (same, other) = (encoding(1.0, 0.0), encoding(0.0, 1.0));
    let answers =
        [(0.9, &same), (0.8, &same), (0.5, &other)].map(|(score, encoding)| Scored { score, encoding: Some(encoding) });
    assert_eq!(diversified(&answers, 0.0, 3), [0, 1, 2]);
    assert_eq!(diversified(&answers, 0.5, 2), [0, 2]);
}

#[test]
fn answers_without_encoding_are_like_no_other() {
    let answers = [0.2, 0.9, 0.5].map(|score| Scored { score, encoding: None });
    assert_eq!(diversified(&answers, 0.9, 9), [1, 2, 0]);
}

proptest! {
    #[test]
    fn points_add_up_to_the_weighted_sum(signals in signals()) {
        let explanation = Explanation::new(&signals, &default_weights());
        prop_assert_eq!(explanation.lines().iter().map(|line| line.points).sum::<f32>(), explanation.raw());
        prop_assert_eq!(explanation.raw(), signals.dot(&default_weights()));
    }

    #[test]
    fn more_points_never_score_less(a in -100f32..100.0, b in -100f32..100.0) {
        let (less, more) = if a < b { (a, b) } else { (b, a) };
        prop_assert!(score(less) <= score(more));
        prop_assert!((0.0..=1.0).contains(&score(a)));
    }

    #[test]
    fn an_order_names_each_answer_once(scores in proptest::collection::vec(0f32..1.0, 0..20), diversity in -1f32..2.0) {
        let encodings: Vec<Encoding> = scores.iter().map(|&x| encoding(x - 0.5, 0.3)).collect();
        let answers: Vec<Scored<'_>> =
            scores.iter().zip(&encodings).map(|(&score, encoding)| Scored { score, encoding: Some(encoding) }).collect();
        let mut order = diversified(&answers, diversity, usize::MAX);
        order.sort_unstable();
        prop_assert_eq!(order, (0..scores.len()).collect::<Vec<_>>());
    }
}
