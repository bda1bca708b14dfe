//! The suites of its ports, against the real server.

#[path = "redis/fresh.rs"]
mod fresh;

use somabrain_redis::Redis;

async fn redis() -> Redis {
    fresh::connect(&fresh::config().await).await
}

contract::working!(redis().await);
contract::admission!(redis().await);
