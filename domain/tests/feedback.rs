//! Laws of feedback: small steps in the right direction, bounded, and without a trace when taken back.

use domain::recall::feedback::{FURTHEST, Judged, LARGEST_STEP, Verdict, step, taught};
use domain::recall::fuse::default_weights;
use domain::recall::term::{PerTerm, Signals, Term};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const USEFUL: Option<Verdict> = Some(Verdict::Useful);
const USELESS: Option<Verdict> = Some(Verdict::Useless);

fn per_term(values: &[f32]) -> PerTerm {
    Term::ALL.into_iter().zip(values).fold(PerTerm::default(), |all, (term, value)| all.with(term, *value))
}

fn signals() -> impl Strategy<Value = Signals> {
    vec(prop_oneof![Just(0.0f32), 0.0f32..1.5], Term::ALL.len()).prop_map(|values| per_term(&values))
}

fn recalled() -> impl Strategy<Value = Vec<Judged>> {
    let verdict = select(vec![None, USEFUL, USELESS]);
    vec((signals(), verdict).prop_map(|(signals, verdict)| Judged { signals, verdict }), 0..12)
}

fn sums() -> impl Strategy<Value = PerTerm> {
    vec(-0.6f32..0.6, Term::ALL.len()).prop_map(|values| per_term(&values))
}

fn judged(signals: Signals, verdict: Option<Verdict>) -> Judged {
    Judged { signals, verdict }
}

fn only(term: Term, signal: f32) -> Signals {
    PerTerm::default().with(term, signal)
}

fn size(term: Term) -> f32 {
    match default_weights().get(term) {
        0.0 => 0.5,
        default => default.abs(),
    }
}

proptest! {
    #[test]
    fn no_step_moves_a_weight_further_than_its_share(sum in sums(), ranked in recalled()) {
        let step = step(&default_weights(), &sum, &ranked);
        for term in Term::ALL {
            prop_assert!(step.get(term).abs() <= LARGEST_STEP * size(term) + 1e-7, "{} {}", term.as_str(), step.get(term));
        }
    }

    #[test]
    fn however_often_it_is_taught_a_weight_stays_near_its_default(ranked in recalled(), times in 0usize..200) {
        let defaults = default_weights();
        let sum = (0..times).fold(PerTerm::default(), |sum, _| sum.plus(&step(&defaults, &sum, &ranked)));
        let weights = taught(&defaults, &sum);
        for term in Term::ALL {
            prop_assert!(sum.get(term).abs() <= FURTHEST * size(term));
            prop_assert!((weights.get(term) - defaults.get(term)).abs() <= FURTHEST * size(term) + 1e-6);
        }
    }

    #[test]
    fn no_sum_of_steps_flips_a_sign(values in vec(prop_oneof![any::<f32>(), -2.0f32..2.0], Term::ALL.len())) {
        let (defaults, weights) = (default_weights(), taught(&default_weights(), &per_term(&values)));
        for term in Term::ALL {
            prop_assert!(weights.get(term).is_finite());
            prop_assert!(defaults.get(term) == 0.0 || weights.get(term) * defaults.get(term) > 0.0);
        }
    }

    #[test]
    fn the_useful_one_of_a_pair_never_comes_nearer_to_the_useless(sum in sums(), good in signals(), bad in signals()) {
        let defaults = default_weights();
        let margin = |sum: &PerTerm| taught(&defaults, sum).dot(&good.minus(&bad));
        let taken = step(&defaults, &sum, &[judged(bad, USELESS), judged(good, USEFUL)]);
        prop_assert!(margin(&sum.plus(&taken)) >= margin(&sum) - 1e-5);
    }

    #[test]
    fn steps_taken_back_in_any_order_leave_nothing_behind(
        (lessons, back) in vec(recalled(), 1..20).prop_flat_map(|lessons| {
            let order: Vec<usize> = (0..lessons.len()).collect();
            (Just(lessons), Just(order).prop_shuffle())
        }),
    ) {
        let (defaults, mut sum) = (default_weights(), PerTerm::default());
        let mut steps = Vec::new();
        for ranked in &lessons {
            let taken = step(&defaults, &sum, ranked);
            steps.push((sum, taken));
            sum = sum.plus(&taken);
        }
        prop_assert!(steps.iter().all(|(before, taken)| before.plus(taken).minus(taken) == *before));
        let nothing = back.into_iter().fold(sum, |sum, at| sum.minus(&steps[at].1));
        prop_assert_eq!(nothing, PerTerm::default());
        prop_assert_eq!(taught(&defaults, &nothing), defaults);
    }

    #[test]
    fn no_signal_makes_a_weight_that_is_no_number(
        odd in vec(select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0]), Term::ALL.len()),
        ranked in recalled(),
    ) {
        let odd = per_term(&odd);
        let mut ranked = ranked;
        ranked.extend([judged(odd, USEFUL), judged(only(Term::Lexical, 0.5), USELESS)]);
        let taken = step(&default_weights(), &odd, &ranked);
        prop_assert!(Term::ALL.iter().all(|term| taken.get(*term).is_finite()));
    }
}

#[test]
fn what_tells_useful_from_useless_counts_more_and_the_rest_stays() {
    let ranked = [judged(only(Term::Lexical, 0.9), USELESS), judged(only(Term::Semantic, 0.9), USEFUL)];
    let taken = step(&default_weights(), &PerTerm::default(), &ranked);
    assert!(taken.get(Term::Semantic) > 0.0 && taken.get(Term::Lexical) < 0.0);
    assert!(Term::ALL.iter().filter(|term| taken.get(**term) != 0.0).count() == 2);
}

#[test]
fn a_pair_that_stands_as_it_should_teaches_less_than_one_that_does_not() {
    let (strong, weak) = (only(Term::Wordwise, 1.0), only(Term::Wordwise, 0.2));
    let of = |good, bad| step(&default_weights(), &PerTerm::default(), &[judged(good, USEFUL), judged(bad, USELESS)]);
    let (right, wrong) = (of(strong, weak).get(Term::Wordwise), of(weak, strong).get(Term::Wordwise));
    assert!(right > 0.0 && wrong < 0.0 && right < -wrong, "{right} {wrong}");
}

#[test]
fn a_useful_memory_alone_is_set_against_what_was_passed_over_above_it() {
    let passed_over = judged(only(Term::Lexical, 0.3), None);
    let useful = judged(only(Term::Semantic, 0.3), USEFUL);
    let of = |ranked: &[Judged]| step(&default_weights(), &PerTerm::default(), ranked);
    let below = of(&[passed_over, useful, judged(only(Term::Date, 1.0), None)]);
    assert!(below.get(Term::Semantic) > 0.0 && below.get(Term::Lexical) < 0.0);
    assert_eq!(below.get(Term::Date), 0.0, "what stood below was not passed over");
    assert_eq!(of(&[useful, passed_over]), PerTerm::default(), "it stands where it should");
    let told = of(&[judged(passed_over.signals, USELESS), useful]);
    assert!(told.get(Term::Semantic) > below.get(Term::Semantic), "what is said teaches more");
}

#[test]
fn a_useless_memory_alone_is_set_against_what_stood_below_it() {
    let useless = judged(only(Term::Lexical, 0.9), USELESS);
    let ranked = [judged(only(Term::Date, 1.0), None), useless, judged(only(Term::Semantic, 0.9), None)];
    let taken = step(&default_weights(), &PerTerm::default(), &ranked);
    assert!(taken.get(Term::Semantic) > 0.0 && taken.get(Term::Lexical) < 0.0);
    assert_eq!(taken.get(Term::Date), 0.0);
}

#[test]
fn a_term_that_is_off_can_be_learned_too() {
    let ranked = [judged(Signals::default(), USELESS), judged(only(Term::Recency, 1.0), USEFUL)];
    let (defaults, mut sum) = (default_weights().with(Term::Recency, 0.0), PerTerm::default());
    for _ in 0..100 {
        sum = sum.plus(&step(&defaults, &sum, &ranked));
    }
    let weight = taught(&defaults, &sum).get(Term::Recency);
    assert!(weight > 0.2 && weight <= 0.25, "{weight}");
}
