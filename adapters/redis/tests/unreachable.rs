//! No Redis at all: what the adapter answers, and how soon.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use application::ports::admission::{Admission, Asked, Rates, Verdict};
use application::ports::error::{PortError, PortErrorKind};
use application::ports::metrics::BreakerState;
use application::ports::working::{Forget, WorkingMemory};
use domain::memory::MemoryId;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_redis::{Config, InvalidConfig, Redis};
use uuid::Uuid;

const TIMEOUT: Duration = Duration::from_millis(200);
const NOW: Timestamp = Timestamp::MIN;

fn ten() -> Rates {
    Rates::new().requests(10.0, 100).unwrap()
}

async fn at(listener: &TcpListener) -> Redis {
    let guard = somabrain_guard::Config { timeout: TIMEOUT, failures: 100, ..Default::default() };
    let url = format!("redis://{}", listener.local_addr().unwrap());
    Redis::connect(Config { url, guard, rates: ten(), ..Config::default() }).await.unwrap()
}

fn unavailable<T>(answer: Result<T, PortError>) {
    let error = answer.err().expect("nobody answers");
    assert_eq!(error.kind, PortErrorKind::Unavailable, "{error:?}");
}

/// Asks for everything and asserts that each act ended in time.
async fn nothing_can_be_had(redis: &Redis) {
    let (tenant, session) = (Tenant::try_new("acme").unwrap(), Label::try_new("active").unwrap());
    let id = MemoryId(Uuid::nil());
    let namespace = Namespace::default();
    let begun = Instant::now();
    unavailable(redis.held(&tenant, &session, NOW).await);
    unavailable(redis.touch(&tenant, &session, &[id], NOW).await);
    unavailable(redis.forget(&tenant, Forget::Namespace(&namespace)).await);
    unavailable(redis.end(&tenant, &session, NOW).await);
    unavailable(Admission::admit(redis, &tenant, Asked::Request, NOW).await);
    unavailable(redis.probe().await);
    assert!(begun.elapsed() < TIMEOUT * 6 + Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(redis.failures() >= 6, "{}", redis.failures());
}

#[tokio::test]
async fn a_server_that_says_nothing_is_unavailable_within_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    nothing_can_be_had(&at(&silent).await).await;
}

#[tokio::test]
async fn a_closed_port_is_unavailable_before_the_timeout() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let redis = at(&closed).await;
    drop(closed);
    let begun = Instant::now();
    unavailable(Admission::admit(&redis, &Tenant::try_new("acme").unwrap(), Asked::Request, NOW).await);
    assert!(begun.elapsed() < TIMEOUT / 2, "{:?}", begun.elapsed());
    nothing_can_be_had(&redis).await;
}

#[tokio::test]
async fn after_several_outages_on_end_the_server_is_left_in_peace() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", closed.local_addr().unwrap());
    drop(closed);
    let config = Config { url, rates: ten(), ..Config::default() };
    let failures = u64::from(config.guard.failures);
    let redis = Redis::connect(config).await.unwrap();
    let tenant = Tenant::try_new("acme").unwrap();
    for _ in 0..failures + 3 {
        unavailable(Admission::admit(&redis, &tenant, Asked::Request, NOW).await);
    }
    assert_eq!((redis.breaker(), redis.failures()), (BreakerState::Open, failures));
}

#[tokio::test]
async fn without_a_rate_redis_is_not_asked() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", closed.local_addr().unwrap());
    drop(closed);
    let redis = Redis::connect(Config { url, ..Config::default() }).await.unwrap();
    let verdict = Admission::admit(&redis, &Tenant::try_new("acme").unwrap(), Asked::Request, NOW).await.unwrap();
    assert_eq!((verdict, redis.failures()), (Verdict::Unlimited, 0));
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_told_at_the_start_without_the_password() {
    let told = async |config| Redis::connect(config).await.err().expect("refused");
    let url = |url: &str| Config { url: url.into(), ..Config::default() };
    for wrong in ["hunter2", "redis:hunter2", "redis+tls://:hunter2@localhost", "http://:hunter2@localhost"] {
        let error = told(url(wrong)).await;
        assert!(matches!(error, InvalidConfig::Url(_)), "{wrong}: {error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let missing = Config { secret_file: Some("/nowhere/password".into()), ..Config::default() };
    assert!(matches!(told(missing).await, InvalidConfig::Secret { .. }));
    assert!(!format!("{:?}", url("redis://:hunter2@localhost")).contains("hunter2"));
}
