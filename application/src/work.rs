//! What goes on beside requests; bootstrap decides when.

pub mod delivery;
pub mod expire;
pub mod folds;
pub mod reencoding;
pub mod relay;
