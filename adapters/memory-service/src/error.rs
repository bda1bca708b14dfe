//! What can go wrong between the client and its server, and what it means to callers.

use application::ports::error::{PortError, PortErrorKind};
use somabrain_guard::{Gone, Outage, Refused};
use thiserror::Error;

use crate::wire::InvalidWire;

/// Why a request has no result.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Nobody answered.
    #[error("the memory service could not be reached: {0}")]
    Unreached(#[source] Box<ureq::Error>),
    /// The service would or could not.
    #[error("the memory service answered {status}: {title}")]
    Answered {
        /// The status code.
        status: u16,
        /// The kind of problem in the service's words.
        title: String,
    },
    /// The answer is none.
    #[error("the memory service does not speak this wire: {0}")]
    Wire(#[from] InvalidWire),
    /// In the middle of a request another service answered, again and again.
    #[error("another memory service answers from one request to the next")]
    Changing,
    /// The thread that asked has ended.
    #[error(transparent)]
    Gone(#[from] Gone),
}

impl From<ureq::Error> for Error {
    fn from(error: ureq::Error) -> Self {
        Self::Unreached(Box::new(error))
    }
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        match self {
            Self::Unreached(_) => true,
            Self::Answered { status, .. } => matches!(status, 502..=504),
            Self::Wire(_) | Self::Gone(_) | Self::Changing => false,
        }
    }
}

impl Error {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Unreached(_) | Self::Gone(_) | Self::Changing => PortErrorKind::Unavailable,
            Self::Answered { status: 408 | 429 | 502..=504, .. } => PortErrorKind::Unavailable,
            Self::Answered { status: 507, .. } => PortErrorKind::Full,
            Self::Answered { status: 409, .. } => PortErrorKind::Conflict,
            Self::Answered { .. } | Self::Wire(_) => PortErrorKind::Internal,
        }
    }
}

/// A guarded request that has no result, at the edge of the crate.
pub(crate) fn at(operation: &'static str, refused: Refused<Error>) -> PortError {
    let kind = match &refused {
        Refused::Open | Refused::TimedOut(_) => PortErrorKind::Unavailable,
        Refused::Failed(error) => error.kind(),
    };
    PortError::new("long_term", operation, kind, refused)
}
