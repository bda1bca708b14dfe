//! What goes on beside requests; bootstrap decides when.

pub mod expire;
pub mod folds;
