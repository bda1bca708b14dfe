//! Why a record is no memory.

use std::error::Error as StdError;

use thiserror::Error;

/// A record that no memory can be made of. It says what is wrong, never what was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("field {field} is invalid: {reason}")]
pub struct InvalidRecord {
    /// Which field, or the column it stood in.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidRecord {
    /// A field and what is wrong with it.
    pub(crate) fn new(field: &'static str, reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { field, reason: reason.into().to_string() }
    }

    /// What serde says without the words that it met.
    pub(crate) fn unread(field: &'static str, error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            serde_json::error::Category::Data => "not of this format",
            serde_json::error::Category::Eof => "cut off",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
        };
        Self { field, reason: format!("{what}, at line {} column {}", error.line(), error.column()) }
    }
}
