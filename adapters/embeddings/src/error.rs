//! What can go wrong between the client and its endpoint, and what it means to callers.

use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use domain::encoding::InvalidEncoding;
use somabrain_guard::{Gone, Outage, Refused};
use thiserror::Error;

use crate::config::InvalidConfig;

/// Why there are no encodings.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Nobody answered.
    #[error("the embeddings endpoint could not be reached")]
    Unreached(#[source] Box<ureq::Error>),
    /// There was an answer, but none of this protocol.
    #[error("the exchange with the embeddings endpoint was not valid")]
    Exchange(#[source] Box<ureq::Error>),
    /// The endpoint would or could not.
    #[error("the embeddings endpoint answered {status}: {said}")]
    Answered {
        /// The status code.
        status: u16,
        /// When it wants to be asked again.
        rest: Option<Duration>,
        /// Why, in its own words.
        said: String,
    },
    /// The answer is none.
    #[error("the embeddings endpoint's answer cannot be used")]
    Answer(#[from] InvalidAnswer),
    /// Vectors that no index takes.
    #[error("the model has {0} dimensions, must be 1 to 4096: ask for fewer with the setting for dimensions")]
    TooManyDimensions(usize),
    /// The texts could not be written as JSON.
    #[error("the texts could not be written")]
    Question,
    /// A setting cannot be used.
    #[error(transparent)]
    Config(InvalidConfig),
    /// The thread that asked has ended.
    #[error(transparent)]
    Gone(#[from] Gone),
}

/// Why an answer with status 200 is none.
#[derive(Debug, Error)]
pub(crate) enum InvalidAnswer {
    #[error("it is no list of embeddings: {0}")]
    Json(String),
    #[error("it has {found} embeddings for {texts} texts")]
    Count { found: usize, texts: usize },
    #[error("the index {0} is out of range or comes twice")]
    Index(usize),
    #[error("an embedding has {found} dimensions, not {expected}")]
    Dimensions { found: usize, expected: usize },
    #[error("an embedding is no vector")]
    Vector(#[source] InvalidEncoding),
}

impl From<ureq::Error> for Error {
    fn from(error: ureq::Error) -> Self {
        use ureq::Error::{ConnectionFailed, HostNotFound, Io, Protocol, Timeout};
        match error {
            Timeout(_) | Io(_) | HostNotFound | ConnectionFailed | Protocol(_) => Self::Unreached(Box::new(error)),
            _ => Self::Exchange(Box::new(error)),
        }
    }
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        match self {
            Self::Unreached(_) => true,
            Self::Answered { status, .. } => matches!(status, 408 | 429 | 500..=599),
            _ => false,
        }
    }

    fn rest(&self) -> Option<Duration> {
        match self {
            Self::Answered { rest, .. } => *rest,
            _ => None,
        }
    }
}

/// A guarded request that has no result, at the edge of the crate.
pub(crate) fn at(operation: &'static str, refused: Refused<Error>) -> PortError {
    let kind = match &refused {
        refused if refused.is_outage() => PortErrorKind::Unavailable,
        Refused::Failed(Error::Gone(_)) => PortErrorKind::Unavailable,
        _ => PortErrorKind::Internal,
    };
    PortError::new("encoder", operation, kind, refused)
}
