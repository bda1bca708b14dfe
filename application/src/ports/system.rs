//! Time and chance, as arguments from outside.

use domain::time::Timestamp;
use uuid::Uuid;

/// The clock and the maker of ids. Suite: `contract::system`.
///
/// Obligations: ids are UUIDv7, never the same twice, and sort by the millisecond that they were made in.
pub trait System: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// A new id.
    fn new_id(&self) -> Uuid;
}
