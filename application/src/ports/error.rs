//! The one error of every driven port.

use std::error::Error as StdError;

use thiserror::Error;

/// A port that could not do what it was asked. `Display` says where and what, never the source.
#[derive(Debug, Error)]
#[error("{port}: could not {operation}: {kind}")]
pub struct PortError {
    /// Which port: `ledger`, `policy`, …
    pub port: &'static str,
    /// What it was asked: reads after "could not".
    pub operation: &'static str,
    /// What a caller can do about it.
    pub kind: PortErrorKind,
    /// Why, for the log.
    #[source]
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What a caller can do about a failed port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum PortErrorKind {
    /// Not reachable now: try again later.
    #[error("unavailable")]
    Unavailable,
    /// Somebody else was there first: read again, then decide.
    #[error("conflict")]
    Conflict,
    /// No room is left: make room.
    #[error("no space left")]
    Full,
    /// What is stored is damaged: restore.
    #[error("corrupt")]
    Corrupt,
    /// A mistake of ours.
    #[error("internal error")]
    Internal,
}

impl PortError {
    /// A failure with its cause.
    pub fn new(
        port: &'static str,
        operation: &'static str,
        kind: PortErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { port, operation, kind, source: Some(source.into()) }
    }
}
