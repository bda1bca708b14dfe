//! Redis: whether it answers, what it does when it is full, and its keys.

use anyhow::Result;
use somabrain_redis::Keyspace;

use super::report::{Report, causes};
use crate::settings::{Servers, Settings};

const COMPONENT: &str = "redis";

pub(super) async fn examine(settings: &Settings, servers: &Servers, report: &mut Report) -> Result<()> {
    let redis = crate::networked::redis(settings, servers).await?;
    let examined = match redis.examine().await {
        Ok(examined) => examined,
        Err(error) => {
            let advice = "start it, or correct SOMABRAIN_REDIS_URL; meanwhile sessions have nothing in mind";
            report.wrong(COMPONENT, causes(&error), advice);
            return Ok(());
        }
    };
    report.ok(COMPONENT, format!("reachable; version {}", examined.version));
    let policy = &examined.policy;
    match (examined.most_bytes, policy.as_str()) {
        (0, _) => report.note(
            COMPONENT,
            format!("maxmemory is not set; maxmemory-policy is {policy}"),
            "CONFIG SET maxmemory to less than the machine has, and maxmemory-policy to allkeys-lru",
        ),
        (_, "noeviction") => report.wrong(
            COMPONENT,
            "maxmemory-policy is noeviction: a full Redis refuses every write",
            "CONFIG SET maxmemory-policy allkeys-lru: any key may go, none is the only copy of anything",
        ),
        (most, _) => report.ok(COMPONENT, format!("maxmemory is {most} bytes, maxmemory-policy {policy}")),
    }
    examined.keys.iter().for_each(|keys| keyspace(keys, report));
    Ok(())
}

fn keyspace(keys: &Keyspace, report: &mut Report) {
    let Keyspace { pattern, count, sampled, lasting, example, whole } = keys;
    let least = if *whole { "" } else { "at least " };
    let what = format!("{pattern}: {least}{count} keys");
    match example {
        None => report.ok(COMPONENT, format!("{what}, each of {sampled} looked at has a time to live")),
        Some(example) => report.wrong(
            COMPONENT,
            format!("{what}; of {sampled} looked at {lasting} have no time to live, such as {example}"),
            "whatever made them was not SomaBrain: DEL them, or give them one by EXPIRE",
        ),
    }
}
