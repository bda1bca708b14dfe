//! Adapters for tests: each with keys of its own on the shared server.

use std::hash::{BuildHasher, RandomState};

use contract::{admission, working};
use somabrain_redis::{Config, Redis};

/// As the suites want it, with keys that no other test has.
pub(crate) async fn config() -> Config {
    let prefix = format!("test:{:016x}:", RandomState::new().hash_one(0));
    Config {
        url: somabrain_servers::redis().await,
        prefix,
        size: working::SIZE,
        ttl: working::TTL,
        rates: admission::rates(),
        ..Config::default()
    }
}

pub(crate) async fn connect(config: &Config) -> Redis {
    Redis::connect(config.clone()).await.expect("valid settings")
}
