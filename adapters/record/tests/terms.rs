//! Values by the names of terms: to the last bit, and readable by who knows other terms.

use domain::memory::MemoryId;
use domain::recall::term::{PerTerm, Term};
use proptest::collection::vec;
use proptest::prelude::*;
use somabrain_record::terms::{from_signals, from_terms, to_signals, to_terms};
use uuid::Uuid;

fn values() -> impl Strategy<Value = PerTerm> {
    let value = prop_oneof![Just(0.0f32), -2.0f32..2.0, any::<f32>().prop_filter("finite", |value| value.is_finite())];
    vec(value, Term::ALL.len()).prop_map(|all| {
        Term::ALL.into_iter().zip(all).fold(PerTerm::default(), |all, (term, value)| all.with(term, value))
    })
}

proptest! {
    #[test]
    fn values_come_back_to_the_last_bit(values in values()) {
        prop_assert_eq!(to_terms("step", &from_terms(&values)).unwrap(), values);
    }

    #[test]
    fn signals_come_back_in_their_order(memories in vec((any::<u128>(), values()), 0..6)) {
        let memories: Vec<_> = memories.into_iter().map(|(id, values)| (MemoryId(Uuid::from_u128(id)), values)).collect();
        prop_assert_eq!(to_signals("recall", &from_signals(&memories)).unwrap(), memories);
    }
}

#[test]
fn unknown_terms_are_passed_over() {
    let known = PerTerm::default().with(Term::Lexical, 0.5);
    assert_eq!(to_terms("step", r#"{"lexical":0.5,"telepathy":0.25}"#).unwrap(), known);
    let json = r#"{"terms":["telepathy","lexical"],"memories":[["00000000-0000-0000-0000-000000000007",[0.25,0.5]]]}"#;
    assert_eq!(to_signals("recall", json).unwrap(), [(MemoryId(Uuid::from_u128(7)), known)]);
}

#[test]
fn what_is_no_number_is_written_as_nothing() {
    let odd = PerTerm::default().with(Term::Lexical, f32::NAN).with(Term::Date, f32::INFINITY).with(Term::Link, 1.5);
    assert_eq!(from_terms(&odd), r#"{"link":1.5}"#);
}

#[test]
fn what_is_something_else_is_an_error() {
    for json in ["", "[]", r#"{"lexical":"a"}"#, r#"{"lexical":null}"#] {
        assert!(to_terms("step", json).is_err(), "{json}");
        assert!(to_signals("recall", json).is_err(), "{json}");
    }
}
