//! A Redis of the test's own that goes away, hangs, forgets its scripts, changes its password.

use std::time::{Duration, Instant};

use application::ports::error::{PortError, PortErrorKind};
use application::ports::metrics::BreakerState;
use application::ports::working::WorkingMemory;
use somabrain_redis::{Config, Redis};
use somabrain_servers::processes::Server;

use crate::builders::*;

async fn touch(redis: &Redis) -> Result<(), PortError> {
    redis.touch(&acme(), &session("s"), &[id(1)], second(1)).await
}

async fn admit(redis: &Redis) -> Result<usize, PortError> {
    let offered = numbered([1, 2]);
    let admitted = WorkingMemory::admit(redis, &acme(), &session("s"), &offered, second(0)).await?;
    Ok(admitted.iter().filter(|answer| answer.admitted).count())
}

fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, PortError>) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable, "{error:?}");
}

async fn at(server: &Server) -> Redis {
    Redis::connect(Config { url: server.url().to_owned(), ..Config::default() }).await.unwrap()
}

#[tokio::test]
async fn a_restart_costs_no_act_that_comes_after_it() {
    let mut server = Server::redis().unwrap();
    let redis = at(&server).await;
    assert_eq!(admit(&redis).await.unwrap(), 2);
    let restart = tokio::task::spawn_blocking(move || {
        server.kill().unwrap();
        server.start().unwrap();
        server
    });
    let _server = restart.await.unwrap();
    assert_eq!(admit(&redis).await.unwrap(), 2, "over a new connection, with scripts that it has not seen");
    assert_eq!((redis.failures(), redis.breaker()), (0, BreakerState::Closed));
}

#[tokio::test]
async fn a_server_that_was_away_is_used_again_when_it_is_back() {
    let mut server = Server::redis().unwrap();
    let redis = at(&server).await;
    assert_eq!(admit(&redis).await.unwrap(), 2);
    server.kill().unwrap();
    for _ in 0..10 {
        assert_unavailable(touch(&redis).await);
    }
    assert_unavailable(redis.probe().await);
    assert_eq!(redis.breaker(), BreakerState::Open);
    server.start().unwrap();
    redis.probe().await.unwrap();
    assert_eq!((admit(&redis).await.unwrap(), redis.breaker()), (2, BreakerState::Closed));
}

#[tokio::test]
async fn a_server_that_hangs_is_unavailable_within_the_timeout_and_used_again_afterwards() {
    let server = Server::redis().unwrap();
    let redis = at(&server).await;
    assert_eq!(admit(&redis).await.unwrap(), 2);
    server.pause().unwrap();
    let begun = Instant::now();
    assert_unavailable(touch(&redis).await);
    assert_unavailable(admit(&redis).await);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    server.resume().unwrap();
    touch(&redis).await.unwrap();
    assert_eq!(admit(&redis).await.unwrap(), 2);
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_told_it_again() {
    let server = Server::redis().unwrap();
    let redis = at(&server).await;
    assert_eq!(admit(&redis).await.unwrap(), 2);
    let _: () = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut plain(server.url()).await).await.unwrap();
    assert_eq!(admit(&redis).await.unwrap(), 2);
}

#[tokio::test]
async fn a_password_that_was_changed_is_read_again() {
    let server = Server::redis().unwrap();
    let mut client = plain(server.url()).await;
    let mut change = async |password: &str| {
        let _: () =
            redis::cmd("CONFIG").arg("SET").arg("requirepass").arg(password).query_async(&mut client).await.unwrap();
        // Redis lets go of nobody who is in already: a restart would.
        let kill = redis::cmd("CLIENT").arg("KILL").arg("SKIPME").arg("yes").to_owned();
        let _: i64 = kill.query_async(&mut client).await.unwrap();
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "first\n").unwrap();
    change("first").await;
    let config = Config { secret_file: Some(file.path().into()), ..Config::default() };
    let redis = Redis::connect(Config { url: server.url().to_owned(), ..config }).await.unwrap();
    assert_eq!(admit(&redis).await.unwrap(), 2);
    change("second").await;
    assert_unavailable(admit(&redis).await);
    std::fs::write(file.path(), server.url().replace("redis://", "redis://:second@")).unwrap();
    assert_eq!(admit(&redis).await.unwrap(), 2, "the file holds the whole URL now");
}
