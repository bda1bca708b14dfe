//! The shared servers are there, by the environment or in containers.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use tokio::net::TcpStream;

async fn answers(url: &str, scheme: &str) {
    let rest = url.strip_prefix(scheme).unwrap_or_else(|| panic!("{url} begins with {scheme:?}"));
    let address = rest.rsplit('@').next().unwrap().split('/').next().unwrap();
    TcpStream::connect(address).await.unwrap();
}

#[tokio::test]
async fn redis_is_there_and_is_one() {
    answers(&somabrain_servers::redis().await, "redis://").await;
    assert_eq!(somabrain_servers::redis().await, somabrain_servers::redis().await);
}

#[tokio::test]
async fn postgres_is_there() {
    answers(&somabrain_servers::postgres().await, "postgres://postgres@").await;
}

#[tokio::test]
async fn kafka_is_there() {
    answers(&somabrain_servers::kafka().await, "").await;
}

#[tokio::test]
async fn the_older_kafka_is_there() {
    answers(&somabrain_servers::kafka_legacy().await, "").await;
}

#[tokio::test]
async fn opa_is_there() {
    answers(&somabrain_servers::opa().await, "http://").await;
}
