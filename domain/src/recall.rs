//! Recall: from a cue to memories with a score that can be explained.

pub mod bm25;
pub mod confidence;
pub mod cue;
pub mod date;
pub mod dated;
pub mod diversity;
pub mod feedback;
pub mod fuse;
pub mod kind;
pub mod prior;
pub mod recency;
pub mod speaker;
pub mod term;
