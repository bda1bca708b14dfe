//! The recency signal: what happened lately.

use crate::time::Timestamp;

/// Days after which a memory counts half.
const HALF_LIFE: f64 = 30.0;

/// 1 for what happens at the moment asked about or later, half as much for each thirty days before it.
pub fn signal(happened: Timestamp, at: Timestamp) -> f32 {
    let days = at.seconds_since(happened).max(0.0) / 86_400.0;
    (-days / HALF_LIFE).exp2() as f32
}
