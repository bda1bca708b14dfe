//! What makes a memory a likely answer whatever the question is; it counts only where the query is a question.

use crate::text::traits::Traits;

/// How much of the memory asks instead of telling, 0 to 1.5: the share of questions, and .5 more if it ends in one.
pub fn question(traits: &Traits) -> f32 {
    traits.question + if traits.asks { 0.5 } else { 0.0 }
}

/// How much of the memory is about things with names: min(1, ln(1 + capitalised words inside sentences) / 1.5).
pub fn capitals(traits: &Traits) -> f32 {
    (f32::from(traits.capitals).ln_1p() / 1.5).min(1.0)
}

/// 1 if the memory speaks of its speaker ("I", "my", "we"), 0 otherwise.
pub fn first_person(traits: &Traits) -> f32 {
    f32::from(u8::from(traits.first_person))
}

/// 1 if the memory tells a time, 0 otherwise.
pub fn time_expression(traits: &Traits) -> f32 {
    f32::from(u8::from(traits.time_expression))
}
