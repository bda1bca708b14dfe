//! How much a memory claims attention: a mix of importance, novelty and recency.

use std::time::Duration;

use crate::memory::Importance;
use crate::time::Timestamp;

/// Share of importance: what the caller says matters most is held longest.
pub const IMPORTANCE: f64 = 0.4;
/// Share of novelty: what repeats what is known can be recalled anyway.
pub const NOVELTY: f64 = 0.3;
/// Share of recency: what was just used is likely to be used again.
pub const RECENCY: f64 = 0.3;
/// After this time without use recency has halved.
pub const HALF_LIFE: Duration = Duration::from_secs(600);

/// The mix, 0 to 1: `0.4 importance + 0.3 novelty + 0.3 recency`; novelty and recency are held within 0 to 1, and what
/// is no number counts as 0.
pub fn salience(importance: Importance, novelty: f64, recency: f64) -> f64 {
    let mix = IMPORTANCE * importance.get() + NOVELTY * share(novelty) + RECENCY * share(recency);
    mix.min(1.0)
}

/// How recent a use is, 0 to 1: 1 now (and for a use that lies ahead), half after each [`HALF_LIFE`].
pub fn recency(last_used: Timestamp, now: Timestamp) -> f64 {
    let age = now.seconds_since(last_used).max(0.0);
    (-age / HALF_LIFE.as_secs_f64()).exp2()
}

fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}
