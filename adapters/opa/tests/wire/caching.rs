//! Decisions that hold for a while.

use std::time::Duration;

use crate::question::{DENIED, PERMITTED, ask, ask_for_maintenance, call};
use crate::server::Stub;
use somabrain_opa::{Config, Opa};

async fn holding(stub: &Stub, cache: Duration) -> Opa {
    let timeout = Duration::from_secs(60);
    Opa::connect(Config { cache, timeout, ..Config::new(&stub.url) }).await.unwrap()
}

#[tokio::test]
async fn decisions_are_asked_for_anew_unless_they_are_to_hold() {
    let stub = Stub::answering("200 OK", PERMITTED);
    let opa = holding(&stub, Duration::ZERO).await;
    for _ in 0..2 {
        ask(&opa, &call("reader", "r-1")).await.unwrap();
    }
    assert_eq!(stub.asked.try_iter().count(), 2);
}

#[tokio::test]
async fn a_decision_holds_for_the_same_question_in_other_requests() {
    for answer in [PERMITTED, DENIED] {
        let stub = Stub::answering("200 OK", answer);
        let opa = holding(&stub, Duration::from_secs(5)).await;
        let first = ask(&opa, &call("reader", "r-1")).await.unwrap();
        assert_eq!(ask(&opa, &call("reader", "r-2")).await.unwrap(), first);
        ask(&opa, &call("writer", "r-1")).await.unwrap();
        assert_eq!(stub.asked.try_iter().count(), 2);
    }
}

#[tokio::test]
async fn a_decision_holds_no_longer_than_it_is_to() {
    let stub = Stub::answering("200 OK", PERMITTED);
    let opa = holding(&stub, Duration::from_secs(5)).await;
    tokio::time::pause();
    for (later, asked) in [(0, 1), (4, 0), (1, 1), (4, 0)] {
        tokio::time::advance(Duration::from_secs(later)).await;
        ask(&opa, &call("reader", "r-1")).await.unwrap();
        assert_eq!(stub.asked.try_iter().count(), asked);
    }
}

#[tokio::test]
async fn what_only_an_admin_does_is_asked_for_each_time() {
    let stub = Stub::answering("200 OK", PERMITTED);
    let opa = holding(&stub, Duration::from_secs(5)).await;
    for _ in 0..2 {
        ask_for_maintenance(&opa, &call("admin", "r-1")).await.unwrap();
    }
    assert_eq!(stub.asked.try_iter().count(), 2);
}

#[tokio::test]
async fn an_error_is_never_kept() {
    let stub = Stub::answering("200 OK", "{}");
    let opa = holding(&stub, Duration::from_secs(5)).await;
    for _ in 0..2 {
        ask(&opa, &call("reader", "r-1")).await.unwrap_err();
    }
    assert_eq!(stub.asked.try_iter().count(), 2);
}
