//! Reading texts: their words, their dates, what they say and who says it.

pub mod dates;
mod identifiers;
pub mod passages;
pub mod relative;
pub mod said;
pub mod script;
pub mod speaker;
pub mod traits;
pub mod words;
