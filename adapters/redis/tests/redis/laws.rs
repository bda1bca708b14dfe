//! The scripts against the domain's laws: thousands of acts at random, from a seed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use application::ports::admission::{Admission, Asked, Rates, Verdict};
use application::ports::working::{Admitted, Forget, Held, WorkingMemory};
use domain::memory::{Importance, Memory, Source, Times};
use domain::rate::{self, Rate};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use domain::working::admission::{Focus, Limits};
use somabrain_redis::{Config, Redis};

use crate::builders::*;
use crate::fresh;

/// Numbers at random that are the same each time.
struct Dice(u64);

impl Dice {
    /// 0 to `sides` - 1.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// 0 to 1; every other time one of eleven values, so that there are equals.
    fn share(&mut self) -> f64 {
        if self.roll(2) == 0 { self.roll(11) as f64 / 10.0 } else { self.roll(1 << 30) as f64 / (1u64 << 30) as f64 }
    }

    fn memory(&mut self, now: Timestamp) -> Arc<Memory> {
        let number = self.roll(14);
        let plain = memory(number);
        let expires = (self.roll(4) == 0).then(|| now.plus_seconds(self.roll(5_000) as i64 - 100));
        Arc::new(Memory {
            importance: Importance::try_new(self.share()).unwrap(),
            novelty: if self.roll(20) == 0 { f64::from(self.roll(3) as i32 - 1) * 7.0 } else { self.share() },
            namespace: Namespace::try_new(if number.is_multiple_of(5) { "notes" } else { "default" }).unwrap(),
            times: Times { expires, ..plain.times },
            version: self.roll(1_000) as u32 + 1,
            ..plain
        })
    }

    /// Mostly a little later, sometimes the same moment, sometimes much later or earlier.
    fn later(&mut self, now: i64) -> i64 {
        match self.roll(20) {
            0 => now - self.roll(400_000_000) as i64,
            1 => now + self.roll(4_000_000_000) as i64,
            2..8 => now,
            _ => now + self.roll(200_000_000) as i64,
        }
    }
}

/// What the domain says that each session holds.
struct Reference {
    sessions: HashMap<Label, Focus>,
    limits: Limits,
}

impl Reference {
    fn admit(&mut self, session: &Label, memories: &[Arc<Memory>], now: Timestamp) -> Vec<Admitted> {
        let focus = self.sessions.entry(session.clone()).or_default();
        let admit = |memory: &Arc<Memory>| focus.admit(memory.clone(), now, &self.limits);
        let answers = memories.iter().map(admit);
        answers.map(|answer| Admitted { admitted: answer.admitted, evicted: answer.evicted }).collect()
    }

    fn held(&self, session: &Label, now: Timestamp) -> Vec<Held> {
        let held = self.sessions.get(session).map(|focus| focus.held(now)).unwrap_or_default();
        let held = held.into_iter().map(|entry| Held {
            memory: entry.memory.clone(),
            salience: entry.salience(now),
            last_used: entry.last_used,
            expires: entry.expires,
        });
        held.collect()
    }

    fn forget(&mut self, wanted: impl Fn(&Memory) -> bool) {
        for focus in self.sessions.values_mut() {
            focus.forget(&wanted);
        }
    }
}

/// One act at random, done to both; what they answer is compared.
async fn act(dice: &mut Dice, redis: &Redis, reference: &mut Reference, now: Timestamp) {
    let session = session(["one", "two [*]?\\"][dice.roll(2) as usize]);
    match dice.roll(40) {
        0 => {
            let held = reference.sessions.remove(&session).map_or(0, |focus| focus.held(now).len());
            assert_eq!(redis.end(&acme(), &session, now).await.unwrap(), held);
        }
        1 => {
            let notes = Namespace::try_new("notes").unwrap();
            reference.forget(|memory| memory.namespace == notes);
            redis.forget(&acme(), Forget::Namespace(&notes)).await.unwrap();
        }
        2 | 3 => {
            let ids = [id(dice.roll(14)), id(dice.roll(14))];
            reference.forget(|memory| ids.contains(&memory.id));
            redis.forget(&acme(), Forget::Memories(&ids)).await.unwrap();
        }
        4..14 => {
            let ids: Vec<_> = (0..dice.roll(4)).map(|_| id(dice.roll(14))).collect();
            if let Some(focus) = reference.sessions.get_mut(&session) {
                ids.iter().for_each(|id| _ = focus.touch(*id, now, &reference.limits));
            }
            redis.touch(&acme(), &session, &ids, now).await.unwrap();
        }
        _ => {
            let memories: Vec<_> = (0..=dice.roll(4)).map(|_| dice.memory(now)).collect();
            let expected = reference.admit(&session, &memories, now);
            let answers = WorkingMemory::admit(redis, &acme(), &session, &memories, now).await.unwrap();
            assert_eq!(answers, expected);
        }
    }
    assert_eq!(redis.held(&acme(), &session, now).await.unwrap(), reference.held(&session, now));
}

#[tokio::test]
async fn four_thousand_random_acts_leave_what_the_domain_would_hold_in_its_order() {
    for seed in 0..4 {
        let mut dice = Dice(seed);
        let limits = Limits { capacity: 3 + seed as usize, ttl: Duration::from_millis(1_200_250) };
        let config = Config { size: limits.capacity, ttl: limits.ttl, ..fresh::config().await };
        let redis = fresh::connect(&config).await;
        let mut reference = Reference { sessions: HashMap::new(), limits };
        let mut now = 0;
        for _ in 0..1_000 {
            now = dice.later(now);
            act(&mut dice, &redis, &mut reference, micros(now)).await;
        }
    }
}

fn expected(rate: &Rate, arrival: &mut Option<Timestamp>, now: Timestamp, cost: u32) -> Verdict {
    let limit = rate.burst();
    match rate.ask(*arrival, now, cost) {
        rate::Verdict::Granted { next, remaining, reset } => {
            *arrival = Some(next);
            Verdict::Admitted { limit, remaining, reset_after: reset }
        }
        rate::Verdict::Refused { next, retry_after, .. } => {
            *arrival = Some(next);
            Verdict::Refused { limit, retry_after }
        }
    }
}

#[tokio::test]
async fn four_thousand_random_requests_are_judged_as_the_domain_would() {
    for (seed, (rps, burst)) in [(10.0, 5), (0.3, 1), (333.3, 40), (1e6, 1_000_000)].into_iter().enumerate() {
        let mut dice = Dice(seed as u64);
        let rate = Rate::try_new(rps, burst).unwrap();
        let redis =
            fresh::connect(&Config { rates: Rates::new().requests(rps, burst).unwrap(), ..fresh::config().await })
                .await;
        let tenants = ["acme", "other", "acme-rate"].map(|name| Tenant::try_new(name).unwrap());
        let (mut now, mut arrivals) = (0, [None; 3]);
        for _ in 0..1_000 {
            now += match dice.roll(12) {
                0 => -(dice.roll(3 * rate.interval_micros() as u64) as i64),
                1 => dice.roll(9 * rate.interval_micros() as u64) as i64,
                _ => dice.roll(rate.interval_micros() as u64) as i64,
            };
            let tenant = dice.roll(3) as usize;
            let verdict = Admission::admit(&redis, &tenants[tenant], Asked::Request, micros(now)).await.unwrap();
            assert_eq!(verdict, expected(&rate, &mut arrivals[tenant], micros(now), 1));
        }
    }
}

#[tokio::test]
async fn a_thousand_random_batches_are_judged_as_the_domain_would() {
    let mut dice = Dice(9);
    let rates = Rates::new().memories(Source::Tool, 7.0).unwrap();
    let one = Asked::Memories { source: Source::Tool, count: 1 };
    let rate = rates.of(one).unwrap();
    let redis = fresh::connect(&Config { rates, ..fresh::config().await }).await;
    let (mut now, mut arrival) = (0, None);
    for _ in 0..1_000 {
        now += match dice.roll(12) {
            0 => -(dice.roll(2_000_000_000) as i64),
            1..4 => dice.roll(200_000_000) as i64,
            _ => dice.roll(1_000_000) as i64,
        };
        let count = if dice.roll(4) == 0 { 1 + dice.roll(1_000) as u32 } else { 1 + dice.roll(70) as u32 };
        let asked = Asked::Memories { source: Source::Tool, count };
        let verdict = Admission::admit(&redis, &acme(), asked, micros(now)).await.unwrap();
        assert_eq!(verdict, expected(&rate, &mut arrival, micros(now), count));
    }
}
