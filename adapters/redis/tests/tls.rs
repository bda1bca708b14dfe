//! A Redis that is reached by TLS only, certified for `localhost` and not for its address.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::error::Error;
use std::time::Duration;

use application::ports::error::PortErrorKind;
use somabrain_redis::{Config, InvalidConfig, Redis};
use somabrain_servers::authority::Authority;
use somabrain_servers::processes::Server;
use somabrain_tls::Roots;

fn patient(url: &str, roots: Roots) -> Config {
    // A machine that runs everything at once is slow.
    let guard = somabrain_guard::Config { timeout: Duration::from_secs(10), retries: 0, ..Default::default() };
    Config { roots, guard, ..Config::new(url) }
}

/// Why Redis could not be reached, with all causes.
async fn refused(url: &str, roots: Roots) -> String {
    let redis = Redis::connect(patient(url, roots)).await.unwrap();
    let error = redis.probe().await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable);
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    words
}

#[tokio::test]
async fn a_redis_is_spoken_to_by_tls_once_its_authority_and_its_name_are_right() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let mut server = Server::redis_by_tls(&authority.certify(&["localhost"]).unwrap()).unwrap();
    let roots = Roots::read(&authority.file()).unwrap();
    let by_address = server.url().to_owned();
    let by_name = by_address.replace("127.0.0.1", "localhost");

    let redis = Redis::connect(patient(&by_name, roots.clone())).await.unwrap();
    redis.probe().await.unwrap();
    assert!(redis.examine().await.unwrap().version.starts_with('7'));
    server.stop().unwrap();
    redis.probe().await.unwrap_err();
    server.start().unwrap();
    redis.probe().await.unwrap();

    let said = refused(&by_name, Roots::read(&stranger.file()).unwrap()).await;
    assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{said}");
    let said = refused(&by_name, Roots::mozilla()).await;
    assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{said}");
    let said = refused(&by_address, roots.clone()).await;
    assert!(said.contains("certificate not valid for name \"127.0.0.1\""), "{said}");
    refused(&by_name.replace("rediss:", "redis:"), roots.clone()).await;
    let plain = Server::redis().unwrap();
    refused(&plain.url().replace("redis:", "rediss:"), roots).await;
}

#[tokio::test]
async fn a_url_that_wants_no_verification_is_refused_at_the_start() {
    let refused = Redis::connect(Config::new("rediss://redis:6379/#insecure")).await;
    assert!(matches!(refused, Err(InvalidConfig::Insecure)));
}
