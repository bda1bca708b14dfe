//! The rate law: so many at once, so many a second, never more.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::time::Duration;

use domain::rate::{InvalidRate, Rate, Verdict};
use domain::time::Timestamp;
use proptest::prelude::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + micros).unwrap()
}

/// Asks at each moment in turn; what was granted.
fn walk(rate: &Rate, moments: &[i64]) -> Vec<bool> {
    let mut state = None;
    let mut granted = Vec::new();
    for &moment in moments {
        let verdict = rate.ask(state, at(moment), 1);
        granted.push(matches!(verdict, Verdict::Granted { .. }));
        if let Verdict::Granted { next, .. } = verdict {
            state = Some(next);
        }
    }
    granted
}

#[test]
fn a_burst_passes_and_the_next_one_waits_an_interval() {
    let rate = Rate::try_new(10.0, 3).unwrap();
    assert_eq!(walk(&rate, &[0, 0, 0, 0, 99_999, 100_000, 100_000]), [true, true, true, false, false, true, false]);
}

#[test]
fn a_grant_says_how_many_remain_and_when_all_are_free_again() {
    let rate = Rate::try_new(10.0, 3).unwrap();
    let granted = Verdict::Granted { next: at(100_000), remaining: 2, reset: Duration::from_millis(100) };
    assert_eq!(rate.ask(None, at(0), 1), granted);
}

#[test]
fn a_refused_request_passes_after_the_wait_it_was_told() {
    let rate = Rate::try_new(10.0, 2).unwrap();
    let full = Some(at(200_000));
    let Verdict::Refused { retry_after, .. } = rate.ask(full, at(30_000), 1) else { panic!("the bucket is empty") };
    assert_eq!(retry_after, Duration::from_millis(70));
    assert!(matches!(rate.ask(full, at(100_000), 1), Verdict::Granted { .. }));
}

#[test]
fn a_cost_above_the_burst_waits_for_a_full_bucket_and_not_forever() {
    let rate = Rate::try_new(10.0, 3).unwrap();
    assert!(matches!(rate.ask(None, at(0), 1000), Verdict::Granted { remaining: 0, .. }));
    let Verdict::Refused { retry_after, .. } = rate.ask(Some(at(50_000)), at(0), 1000) else { panic!("not full") };
    assert_eq!(retry_after, Duration::from_millis(50));
}

#[test]
fn a_cost_above_the_burst_is_paid_in_full_up_to_the_largest() {
    let rate = Rate::try_new(10.0, 3).unwrap().with_largest(50);
    let reset = Duration::from_secs(5);
    assert_eq!(rate.ask(None, at(0), 50), Verdict::Granted { next: at(5_000_000), remaining: 0, reset });
    assert_eq!(rate.ask(None, at(0), 1000), Verdict::Granted { next: at(5_000_000), remaining: 0, reset });
    let retry_after = Duration::from_millis(4_800);
    assert_eq!(rate.ask(Some(at(5_000_000)), at(0), 1), Verdict::Refused { next: at(5_000_000), retry_after, reset });
    assert!(matches!(rate.ask(Some(at(5_000_000)), at(4_800_000), 1), Verdict::Granted { remaining: 0, .. }));
}

#[test]
fn a_clock_set_back_makes_nobody_wait_longer_than_for_a_full_bucket() {
    let rate = Rate::try_new(10.0, 3).unwrap();
    let refused = rate.ask(Some(at(86_400_000_000)), at(0), 1);
    let (retry_after, reset) = (Duration::from_millis(100), Duration::from_millis(300));
    assert_eq!(refused, Verdict::Refused { next: at(300_000), retry_after, reset });
    assert!(
        matches!(rate.ask(Some(at(300_000)), at(100_000), 1), Verdict::Granted { .. }),
        "after the wait it was told"
    );
}

#[test]
fn rates_that_cannot_be_kept_are_refused() {
    assert_eq!(Rate::try_new(0.0, 1), Err(InvalidRate::PerSecond(0.0)));
    assert!(Rate::try_new(f64::NAN, 1).is_err());
    assert_eq!(Rate::try_new(1.0, 0), Err(InvalidRate::Burst(0)));
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let rate = Rate::try_new(0.001, 1_000_000).unwrap();
    assert!(matches!(rate.ask(Some(Timestamp::MIN), Timestamp::MAX, 5), Verdict::Granted { .. }));
    assert!(matches!(rate.ask(Some(Timestamp::MAX), Timestamp::MIN, 5), Verdict::Refused { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_requests_cost_no_more_is_granted_than_the_rate_brings_the_burst_and_the_last(
        mut asked in proptest::collection::vec((0i64..60_000_000, 1u32..100), 1..100), rps in 1u32..50, burst in 1u32..10,
    ) {
        asked.sort_unstable();
        let rate = Rate::try_new(f64::from(rps), burst).unwrap().with_largest(100);
        let (mut state, mut granted) = (None, 0);
        for (moment, cost) in asked {
            if let Verdict::Granted { next, .. } = rate.ask(state, at(moment), cost) {
                let brought = moment / rate.interval_micros() + i64::from(burst);
                prop_assert!(granted + i64::from(cost.min(burst)) <= brought, "{granted} before, {cost} at {moment}");
                granted += i64::from(cost);
                state = Some(next);
            }
        }
    }

    #[test]
    fn no_window_of_time_grants_more_than_its_share_and_one_burst(
        mut moments in proptest::collection::vec(0i64..3_000_000, 1..200), rps in 1u32..50, burst in 1u32..10,
    ) {
        moments.sort_unstable();
        let rate = Rate::try_new(f64::from(rps), burst).unwrap();
        let granted: Vec<i64> =
            moments.iter().zip(walk(&rate, &moments)).filter(|(_, passed)| *passed).map(|(at, _)| *at).collect();
        for (i, from) in granted.iter().enumerate() {
            for (j, to) in granted.iter().enumerate().skip(i) {
                let allowed = (to - from) / rate.interval_micros() + i64::from(burst);
                prop_assert!((j - i + 1) as i64 <= allowed);
            }
        }
    }
}
