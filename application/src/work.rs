//! What goes on beside requests; bootstrap decides when.

mod breaches;
pub mod delivery;
pub mod expire;
pub mod folds;
pub mod reencoding;
pub mod relay;
