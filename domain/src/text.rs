//! Reading texts: their words, their dates.

pub mod dates;
pub mod words;
