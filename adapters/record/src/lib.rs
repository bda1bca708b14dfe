//! A memory as one JSON document that comes back to the last bit: the format in which adapters keep or send memories.
//!
//! [`Record`] is the whole memory for serde; [`json`] has its parts as JSON text for adapters that keep columns,
//! [`checksum`] the digests of such rows, [`matrix`] density matrices as rows, [`maintenance`] the value of that setting, [`terms`] values by the names of the score's
//! terms. Numbers come back exactly, whole ones up to 128 bits too. What is read is input: every law of the domain is checked again.
//!
//! ```
//! # use std::error::Error;
//! # fn example(memory: &domain::memory::Memory) -> Result<(), Box<dyn Error>> {
//! let text = somabrain_record::to_json(memory);
//! assert_eq!(somabrain_record::from_json(&text)?, *memory);
//! # Ok(())
//! # }
//! ```

pub mod checksum;
mod error;
pub mod json;
pub mod maintenance;
pub mod matrix;
mod parts;
mod record;
pub mod terms;

use domain::memory::Memory;

pub use error::InvalidRecord;
pub use parts::{EncodingRecord, MetadataRecord};
pub use record::Record;

/// A memory as JSON text.
pub fn to_json(memory: &Memory) -> String {
    json::text(&Record::from(memory))
}

/// The memory that [`to_json`] wrote.
pub fn from_json(text: &str) -> Result<Memory, InvalidRecord> {
    json::read::<Record>("record", text)?.try_into()
}
