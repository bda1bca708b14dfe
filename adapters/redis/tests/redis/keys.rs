//! Keys: their names, that each has a time to live, and that each may vanish or be damaged.

use std::time::Duration;

use application::ports::admission::{Admission, Asked, Verdict};
use application::ports::error::PortErrorKind;
use application::ports::working::{Forget, WorkingMemory};
use somabrain_redis::Config;

use crate::builders::*;
use crate::fresh;

const HOUR: i64 = 3_600;

async fn held(redis: &somabrain_redis::Redis, session_name: &str) -> usize {
    redis.held(&acme(), &session(session_name), second(0)).await.unwrap().len()
}

#[tokio::test]
async fn every_key_is_named_as_operators_know_it_and_has_a_time_to_live() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    for name in ["active", "a:b *?[x] \u{e9}"] {
        WorkingMemory::admit(&redis, &acme(), &session(name), &numbered(1..=3), second(0)).await.unwrap();
    }
    Admission::admit(&redis, &acme(), Asked::Request, second(0)).await.unwrap();
    redis.forget(&acme(), Forget::Memories(&[id(1)])).await.unwrap();
    let found = keys(&mut client, &config.prefix).await;
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["tenant:acme:rate", "tenant:acme:sessions", "tenant:acme:wm:a:b *?[x] \u{e9}", "tenant:acme:wm:active"]
    );
    for (name, ttl) in &found {
        assert!((1..=HOUR).contains(ttl), "{name}: {ttl}");
    }
    for name in ["active", "a:b *?[x] \u{e9}"] {
        assert_eq!(redis.end(&acme(), &session(name), second(0)).await.unwrap(), 2);
    }
    assert_eq!(keys(&mut client, &config.prefix).await.len(), 1);
}

#[tokio::test]
async fn a_use_gives_the_key_its_whole_time_to_live_again() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1]), second(0)).await.unwrap();
    let key = format!("{}tenant:acme:wm:s", config.prefix);
    let _: i64 = redis::cmd("EXPIRE").arg(&key).arg(60).query_async(&mut client).await.unwrap();
    let list = format!("{}tenant:acme:sessions", config.prefix);
    let _: i64 = redis::cmd("EXPIRE").arg(&list).arg(60).query_async(&mut client).await.unwrap();
    redis.held(&acme(), &session("s"), second(0)).await.unwrap();
    let found = keys(&mut client, &config.prefix).await;
    assert!(found.len() == 2 && found.iter().all(|(_, ttl)| *ttl <= 60), "{found:?}");
    redis.touch(&acme(), &session("s"), &[id(1)], second(1)).await.unwrap();
    let found = keys(&mut client, &config.prefix).await;
    assert!(found.iter().all(|(_, ttl)| *ttl > HOUR - 60), "{found:?}");
}

#[tokio::test]
async fn the_list_of_sessions_names_those_that_are_there_and_lives_as_long_as_the_longest() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let brief = fresh::connect(&Config { ttl: Duration::from_millis(50), ..config.clone() }).await;
    let mut client = plain(&config.url).await;
    let list = format!("{}tenant:acme:sessions", config.prefix);
    let listed = async |client: &mut redis::aio::MultiplexedConnection| {
        let all: Vec<String> = redis::cmd("ZRANGE").arg(&list).arg(0).arg(-1).query_async(client).await.unwrap();
        all
    };
    WorkingMemory::admit(&redis, &acme(), &session("long"), &numbered([1]), second(0)).await.unwrap();
    for number in 0..20 {
        let name = session(&format!("brief-{number}"));
        WorkingMemory::admit(&brief, &acme(), &name, &numbered([1]), second(0)).await.unwrap();
    }
    assert!(keys(&mut client, &config.prefix).await.iter().any(|(name, ttl)| name.ends_with("sessions") && *ttl > 60));
    let begin = std::time::Instant::now();
    while listed(&mut client).await.len() != 2 {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", listed(&mut client).await);
        WorkingMemory::admit(&redis, &acme(), &session("last"), &numbered([1]), second(0)).await.unwrap();
    }
    redis.end(&acme(), &session("last"), second(0)).await.unwrap();
    assert_eq!(listed(&mut client).await, [format!("{}tenant:acme:wm:long", config.prefix)]);
}

#[tokio::test]
async fn a_session_that_the_list_does_not_name_holds_nothing_though_its_key_is_there() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1, 2]), second(0)).await.unwrap();
    let list = format!("{}tenant:acme:sessions", config.prefix);
    let _: i64 = redis::cmd("DEL").arg(&list).query_async(&mut client).await.unwrap();
    redis.forget(&acme(), Forget::Memories(&[id(1)])).await.unwrap();
    let key = format!("{}tenant:acme:wm:s", config.prefix);
    let fields: i64 = redis::cmd("HLEN").arg(&key).query_async(&mut client).await.unwrap();
    assert_eq!(fields, 3, "forgetting looks at the keys of the list, not at all that Redis has");
    assert_eq!(held(&redis, "s").await, 0);
    redis.touch(&acme(), &session("s"), &[id(1)], second(0)).await.unwrap();
    assert_eq!(held(&redis, "s").await, 0);
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([3]), second(0)).await.unwrap();
    let held = redis.held(&acme(), &session("s"), second(0)).await.unwrap();
    assert_eq!(held.iter().map(|one| one.memory.id).collect::<Vec<_>>(), [id(3)], "nothing of before comes back");
}

#[tokio::test]
async fn a_session_that_holds_nothing_any_more_has_no_key() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1, 2]), second(0)).await.unwrap();
    redis.forget(&acme(), Forget::Memories(&[id(1), id(2)])).await.unwrap();
    assert_eq!(keys(&mut client, &config.prefix).await, []);
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1, 2]), second(0)).await.unwrap();
    redis.touch(&acme(), &session("s"), &[id(1)], second(HOUR)).await.unwrap();
    assert_eq!(keys(&mut client, &config.prefix).await, []);
}

#[tokio::test]
async fn keys_that_vanish_cost_speed_only() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered(1..=4), second(0)).await.unwrap();
    while matches!(
        Admission::admit(&redis, &acme(), Asked::Request, second(0)).await.unwrap(),
        Verdict::Admitted { .. }
    ) {}
    for (name, _) in keys(&mut client, &config.prefix).await {
        let _: i64 = redis::cmd("DEL").arg(format!("{}{name}", config.prefix)).query_async(&mut client).await.unwrap();
    }
    assert_eq!(held(&redis, "s").await, 0);
    redis.touch(&acme(), &session("s"), &[id(1)], second(0)).await.unwrap();
    redis.forget(&acme(), Forget::Memories(&[id(1)])).await.unwrap();
    assert_eq!(redis.end(&acme(), &session("s"), second(0)).await.unwrap(), 0);
    assert!(matches!(
        Admission::admit(&redis, &acme(), Asked::Request, second(0)).await.unwrap(),
        Verdict::Admitted { .. }
    ));
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered(1..=4), second(0)).await.unwrap();
    assert_eq!(held(&redis, "s").await, 4);
}

#[tokio::test]
async fn a_damaged_session_is_an_empty_one_and_its_records_go() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    let key = format!("{}tenant:acme:wm:s", config.prefix);
    let damage = async |client: &mut redis::aio::MultiplexedConnection, field: &str| {
        let _: i64 = redis::cmd("HSET").arg(&key).arg(field).arg("\u{1}").query_async(client).await.unwrap();
    };
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1, 2]), second(0)).await.unwrap();
    damage(&mut client, &id(1).to_string()).await;
    assert_eq!(held(&redis, "s").await, 1, "the record that can be read");
    damage(&mut client, "~").await;
    assert_eq!(held(&redis, "s").await, 0);
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([3]), second(0)).await.unwrap();
    assert_eq!(held(&redis, "s").await, 1);
    let fields: i64 = redis::cmd("HLEN").arg(&key).query_async(&mut client).await.unwrap();
    assert_eq!(fields, 2, "the index and one record");
    damage(&mut client, "~").await;
    redis.forget(&acme(), Forget::Memories(&[id(3)])).await.unwrap();
    assert_eq!(keys(&mut client, &config.prefix).await, []);
}

#[tokio::test]
async fn a_key_that_is_not_ours_is_corrupt() {
    let config = fresh::config().await;
    let redis = fresh::connect(&config).await;
    let mut client = plain(&config.url).await;
    let key = format!("{}tenant:acme:wm:s", config.prefix);
    let _: () = redis::cmd("SET").arg(&key).arg(1).arg("EX").arg(60).query_async(&mut client).await.unwrap();
    let error = redis.held(&acme(), &session("s"), second(0)).await.unwrap_err();
    assert_eq!((error.kind, redis.failures()), (PortErrorKind::Corrupt, 0));
}

#[tokio::test]
async fn a_tenant_never_forgets_what_a_tenant_with_a_longer_name_holds() {
    let config = fresh::config().await;
    let redis = fresh::connect(&Config { prefix: format!("{}[*]?", config.prefix), ..config }).await;
    let other = domain::tenant::Tenant::try_new("acme-wm").unwrap();
    WorkingMemory::admit(&redis, &acme(), &session("s"), &numbered([1]), second(0)).await.unwrap();
    WorkingMemory::admit(&redis, &other, &session("s"), &numbered([1]), second(0)).await.unwrap();
    redis.forget(&acme(), Forget::Memories(&[id(1)])).await.unwrap();
    assert_eq!(held(&redis, "s").await, 0);
    assert_eq!(redis.held(&other, &session("s"), second(0)).await.unwrap().len(), 1);
}
