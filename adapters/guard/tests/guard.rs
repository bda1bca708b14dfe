//! A guard before a server that answers, fails, hangs and comes back; time is paused.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use application::ports::metrics::BreakerState;
use somabrain_guard::{Config, Guard, Outage, Refused, Repeat};
use tokio::time::{Instant, advance};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Error {
    Away,
    Busy(Duration),
    Mistake,
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Away | Self::Busy(_))
    }

    fn rest(&self) -> Option<Duration> {
        match self {
            Self::Busy(rest) => Some(*rest),
            Self::Away | Self::Mistake => None,
        }
    }
}

const REST: Duration = Duration::from_secs(1);

fn guard(failures: u32) -> Guard {
    Guard::new("server", Config { failures, rest: REST, ..Config::default() })
}

async fn once(guard: &Guard, answer: Result<u8, Error>) -> Result<u8, Refused<Error>> {
    guard.run(Repeat::Once, || async move { answer }).await
}

async fn open(guard: &Guard) {
    while guard.state() == BreakerState::Closed {
        once(guard, Err(Error::Away)).await.unwrap_err();
    }
}

/// Outages as often as `away` says, then an answer; how often it was asked is counted.
async fn repeated(guard: &Guard, repeat: Repeat, away: u32) -> (Result<u32, Refused<Error>>, u32) {
    let asked = Cell::new(0);
    let act = || {
        asked.set(asked.get() + 1);
        let answer = if asked.get() <= away { Err(Error::Away) } else { Ok(asked.get()) };
        async move { answer }
    };
    (guard.run(repeat, act).await, asked.get())
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_tried_again_where_repeating_is_harmless() {
    let (answer, _) = repeated(&guard(9), Repeat::Idempotent, 2).await;
    assert_eq!(answer.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_wants_to_be_if_there_is_time() {
    for (rest, asked_in_all) in [(Duration::from_millis(1_500), 2), (Duration::from_secs(3), 1), (Duration::MAX, 1)] {
        let (guard, asked, begin) = (guard(9), Cell::new(0), Instant::now());
        let act = || {
            asked.set(asked.get() + 1);
            let answer = if asked.get() == 1 { Err(Error::Busy(rest)) } else { Ok(7) };
            async move { answer }
        };
        let answer = guard.run(Repeat::Idempotent, act).await;
        assert_eq!((asked.get(), answer.is_ok()), (asked_in_all, asked_in_all == 2), "{rest:?}");
        assert!(answer.is_err() || begin.elapsed() >= rest);
    }
}

#[tokio::test(start_paused = true)]
async fn retries_are_bounded() {
    let guard = guard(9);
    let (answer, asked) = repeated(&guard, Repeat::Idempotent, 9).await;
    assert!(matches!(answer, Err(Refused::Failed(Error::Away))));
    assert_eq!((asked, guard.failures()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_repeated_is_asked_once() {
    let (answer, asked) = repeated(&guard(9), Repeat::Once, 1).await;
    assert!(matches!(answer, Err(Refused::Failed(Error::Away))));
    assert_eq!(asked, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answered_error_is_neither_repeated_nor_an_outage() {
    let guard = guard(1);
    let asked = Cell::new(0);
    let act = || {
        asked.set(asked.get() + 1);
        async { Err::<(), _>(Error::Mistake) }
    };
    let answer = guard.run(Repeat::Idempotent, act).await;
    assert!(matches!(answer, Err(Refused::Failed(Error::Mistake))));
    assert_eq!((asked.get(), guard.failures(), guard.state()), (1, 0, BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_ends_at_the_timeout_repetitions_included() {
    let guard = guard(9);
    let start = Instant::now();
    let answer = guard.run(Repeat::Idempotent, pending::<Result<(), Error>>).await;
    assert!(matches!(answer, Err(Refused::TimedOut(after)) if after == Config::default().timeout));
    assert!(start.elapsed() <= Config::default().timeout + Duration::from_millis(1), "{:?}", start.elapsed());
    assert_eq!(guard.failures(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_opens_after_so_many_outages_on_end() {
    let guard = guard(3);
    for answer in [Err(Error::Away), Err(Error::Away), Ok(1), Err(Error::Away), Err(Error::Mistake), Err(Error::Away)] {
        let _ = once(&guard, answer).await;
        assert_eq!(guard.state(), BreakerState::Closed);
    }
    for _ in 0..2 {
        once(&guard, Err(Error::Away)).await.unwrap_err();
    }
    assert_eq!(guard.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_refuses_without_asking() {
    let guard = guard(1);
    open(&guard).await;
    let (answer, asked) = repeated(&guard, Repeat::Idempotent, 0).await;
    assert!(matches!(answer, Err(Refused::Open)));
    assert_eq!((asked, guard.failures()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn after_the_rest_one_request_tries_and_the_others_are_refused() {
    let guard = guard(1);
    open(&guard).await;
    advance(REST).await;
    let tries = guard.run(Repeat::Once, || async {
        assert_eq!(guard.state(), BreakerState::HalfOpen);
        assert!(matches!(once(&guard, Ok(2)).await, Err(Refused::Open)));
        Ok::<_, Error>(1)
    });
    assert_eq!(tries.await.unwrap(), 1);
    assert_eq!(once(&guard, Ok(3)).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_an_answer_closes_the_breaker() {
    let guard = guard(1);
    open(&guard).await;
    advance(REST).await;
    once(&guard, Err(Error::Mistake)).await.unwrap_err();
    assert_eq!(guard.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_rest_grows_while_the_server_stays_away_and_is_bounded() {
    let guard = guard(1);
    open(&guard).await;
    for rests in [1, 2, 4, 8, 8] {
        advance(REST * rests / 2 - Duration::from_millis(1)).await;
        assert!(matches!(once(&guard, Ok(1)).await, Err(Refused::Open)), "after half of {rests} rests");
        advance(REST * rests).await;
        assert!(matches!(once(&guard, Err(Error::Away)).await, Err(Refused::Failed(_))), "after {rests} rests");
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_that_nobody_waited_for_leaves_the_try_to_the_next() {
    let guard = guard(1);
    open(&guard).await;
    advance(REST).await;
    let given_up = guard.run(Repeat::Once, pending::<Result<u8, Error>>);
    tokio::time::timeout(Duration::from_millis(1), given_up).await.unwrap_err();
    assert_eq!(once(&guard, Ok(1)).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_does_not_close_an_open_breaker() {
    let guard = guard(1);
    let late = guard.run(Repeat::Once, || async {
        open(&guard).await;
        Ok::<_, Error>(1)
    });
    assert_eq!(late.await.unwrap(), 1);
    assert_eq!(guard.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_probe_asks_through_an_open_breaker_and_closes_it_by_an_answer() {
    let guard = guard(1);
    open(&guard).await;
    guard.probe(async { Err::<(), _>(Error::Away) }).await.unwrap_err();
    assert_eq!(guard.state(), BreakerState::Open);
    guard.probe(async { Ok::<_, Error>(()) }).await.unwrap();
    assert_eq!(guard.state(), BreakerState::Closed);
}
