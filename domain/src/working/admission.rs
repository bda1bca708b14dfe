//! What one session holds in mind: bounded, expiring, the least salient leaves first.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::salience::{recency, salience};
use crate::memory::{Memory, MemoryId};
use crate::time::{MICROS, Timestamp};

/// How much a focus holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most memories held.
    pub capacity: usize,
    /// How long an entry stays after its last use.
    pub ttl: Duration,
}

impl Default for Limits {
    /// 64 memories, one hour.
    fn default() -> Self {
        Self { capacity: 64, ttl: Duration::from_secs(3600) }
    }
}

/// A memory that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The memory as it was when it came.
    pub memory: Arc<Memory>,
    /// When it was last used.
    pub last_used: Timestamp,
    /// From when on it is held no longer: last use and time to live, or the memory's own expiry if that is earlier.
    pub expires: Timestamp,
}

impl Held {
    /// How much it claims attention at `now`, 0 to 1.
    pub fn salience(&self, now: Timestamp) -> f64 {
        salience(self.memory.importance, self.memory.novelty, recency(self.last_used, now))
    }

    fn new(memory: Arc<Memory>, used: Timestamp, limits: &Limits) -> Self {
        let idle = after(used, limits.ttl);
        let expires = memory.times.expires.map_or(idle, |end| end.min(idle));
        Self { memory, last_used: used, expires }
    }

    /// Most salient first; equals by later use, then by later id, so that the order is total.
    fn precedence(&self, other: &Self, now: Timestamp) -> Ordering {
        other
            .salience(now)
            .total_cmp(&self.salience(now))
            .then(other.last_used.cmp(&self.last_used))
            .then(other.memory.id.cmp(&self.memory.id))
    }
}

/// What an admission did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admitted {
    /// Whether the newcomer is held now; not if it is itself the least salient, or has expired.
    pub admitted: bool,
    /// Those that were held before and had to make room, least salient first.
    pub evicted: Vec<MemoryId>,
}

/// The focus of one session: what it holds in mind.
#[derive(Debug, Clone, Default)]
pub struct Focus {
    held: BTreeMap<MemoryId, Held>,
}

impl Focus {
    /// Nothing in mind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a memory in, which counts as a use. One that is held already is replaced by this version of it. If more
    /// than the capacity would be held, the least salient leave.
    pub fn admit(&mut self, memory: Arc<Memory>, now: Timestamp, limits: &Limits) -> Admitted {
        self.expire(now);
        let id = memory.id;
        let used = self.held.get(&id).map_or(now, |before| before.last_used.max(now));
        let newcomer = Held::new(memory, used, limits);
        if newcomer.expires <= now {
            self.held.remove(&id);
            return Admitted::default();
        }
        self.held.insert(id, newcomer);
        let mut evicted = self.evict(now, limits.capacity);
        let admitted = !evicted.contains(&id);
        evicted.retain(|gone| *gone != id);
        Admitted { admitted, evicted }
    }

    /// Marks a use: the entry is recent again and its time to live begins anew. Whether it was held.
    pub fn touch(&mut self, id: MemoryId, now: Timestamp, limits: &Limits) -> bool {
        self.expire(now);
        let Some(entry) = self.held.get_mut(&id) else { return false };
        *entry = Held::new(Arc::clone(&entry.memory), entry.last_used.max(now), limits);
        true
    }

    /// Lets go of what has expired by `now`; how many.
    pub fn expire(&mut self, now: Timestamp) -> usize {
        let before = self.held.len();
        self.held.retain(|_, entry| entry.expires > now);
        before - self.held.len()
    }

    /// Lets go of every memory that `wanted` names (an erasure, a namespace that is gone); how many.
    pub fn forget(&mut self, mut wanted: impl FnMut(&Memory) -> bool) -> usize {
        let before = self.held.len();
        self.held.retain(|_, entry| !wanted(&entry.memory));
        before - self.held.len()
    }

    /// What is held at `now`, most salient first.
    pub fn held(&self, now: Timestamp) -> Vec<&Held> {
        let mut held: Vec<&Held> = self.held.values().filter(|entry| entry.expires > now).collect();
        held.sort_by(|a, b| a.precedence(b, now));
        held
    }

    /// The entry of one memory, if it is held at `now`.
    pub fn get(&self, id: MemoryId, now: Timestamp) -> Option<&Held> {
        self.held.get(&id).filter(|entry| entry.expires > now)
    }

    /// Entries kept, those included that have expired and were not let go of yet.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no entry is kept, expired ones included: such a focus can be dropped.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn evict(&mut self, now: Timestamp, capacity: usize) -> Vec<MemoryId> {
        let surplus = self.held.len().saturating_sub(capacity);
        if surplus == 0 {
            return Vec::new();
        }
        let ranked = self.held(now);
        let gone: Vec<MemoryId> = ranked.iter().rev().take(surplus).map(|entry| entry.memory.id).collect();
        for id in &gone {
            self.held.remove(id);
        }
        gone
    }
}

fn after(moment: Timestamp, wait: Duration) -> Timestamp {
    let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let rest = micros % MICROS;
    let whole = moment.plus_seconds(micros / MICROS);
    Timestamp::from_micros(whole.micros() + rest).unwrap_or(Timestamp::MAX)
}
