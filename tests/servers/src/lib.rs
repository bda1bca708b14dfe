//! Real servers for tests.
//!
//! The functions here give a server that many tests share: the one that `SOMABRAIN_TEST_{REDIS,POSTGRES,KAFKA,KAFKA_LEGACY,OPA}_URL`
//! names, which `.ci/servers` sets, and otherwise a container, started once per test process and removed when the process
//! ends. Its image is the official one, or `SOMABRAIN_TEST_{…}_IMAGE`. A test keeps to itself by its own database, key
//! prefix or topics. [`processes`] starts servers of a test's own, to be stopped, killed and paused, and such that speak TLS with
//! what an [`authority`] certified.
//!
//! ```no_run
//! # async fn example() {
//! let url = somabrain_servers::redis().await;
//! assert!(url.starts_with("redis://"));
//! # }
//! ```
//!
//! A server that can be had in neither way fails the test with a panic that says which: a test that did not run has not passed.

pub mod authority;
mod containers;
mod keeper;
pub mod processes;
mod ready;
mod setting;

use containers::Container;
use setting::setting;
use tokio::sync::OnceCell;

/// A Redis without a password: `redis://host:port`.
pub async fn redis() -> String {
    static SHARED: OnceCell<Container> = OnceCell::const_new();
    named_or("SOMABRAIN_TEST_REDIS_URL", &SHARED, containers::redis::start).await
}

/// A Postgres, as a superuser in the database `postgres`: `postgres://postgres@host:port/postgres`.
pub async fn postgres() -> String {
    static SHARED: OnceCell<Container> = OnceCell::const_new();
    named_or("SOMABRAIN_TEST_POSTGRES_URL", &SHARED, containers::postgres::start).await
}

/// A Kafka 4 broker that does not create topics by itself: `host:port` to bootstrap from.
pub async fn kafka() -> String {
    static SHARED: OnceCell<Container> = OnceCell::const_new();
    named_or("SOMABRAIN_TEST_KAFKA_URL", &SHARED, containers::kafka::start).await
}

/// A Kafka 3 broker, for clients that brokers since 4.0 refuse: `host:port` to bootstrap from.
pub async fn kafka_legacy() -> String {
    static SHARED: OnceCell<Container> = OnceCell::const_new();
    named_or("SOMABRAIN_TEST_KAFKA_LEGACY_URL", &SHARED, containers::kafka::start_legacy).await
}

/// An OPA that serves `adapters/opa/policy/authz.rego`: `http://host:port`.
pub async fn opa() -> String {
    static SHARED: OnceCell<Container> = OnceCell::const_new();
    named_or("SOMABRAIN_TEST_OPA_URL", &SHARED, containers::opa::start).await
}

async fn named_or<F: Future<Output = Container>>(
    name: &str,
    shared: &'static OnceCell<Container>,
    start: impl FnOnce() -> F,
) -> String {
    match setting(name) {
        Some(url) => url,
        None => shared.get_or_init(start).await.url.clone(),
    }
}
