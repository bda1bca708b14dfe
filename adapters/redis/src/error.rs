//! What can go wrong with Redis, and what it means to callers.

use std::io;
use std::sync::Arc;

use application::ports::error::{PortError, PortErrorKind};
use redis::{ErrorKind, RedisError, ServerErrorKind};
use somabrain_guard::{Outage, Refused};
use thiserror::Error;

/// Why an act failed. It can be cloned because a connection that fails may fail several acts that wait for it.
#[derive(Debug, Clone, Error)]
pub(crate) enum Error {
    #[error("could not connect to redis")]
    Connect(#[source] RedisError),
    #[error("could not read the file with the password of redis")]
    Secret(#[source] Arc<io::Error>),
    #[error("the URL of redis wants its server not to be verified")]
    Insecure,
    #[error("no connection to redis is free")]
    Busy,
    #[error("redis failed: {0}")]
    Answer(#[from] RedisError),
    #[error("redis answered what was not asked: {0}")]
    Shape(#[from] redis::ParsingError),
    #[error("redis answered {0:?}, which is no id")]
    Id(String),
}

/// Codes of answers that say nothing about the request: it may go well later, or over another connection.
const LATER: [&str; 5] = ["NOAUTH", "WRONGPASS", "BUSY", "MISCONF", "NOREPLICAS"];

impl Error {
    /// Whether Redis does not know a script by its hash.
    pub(crate) fn is_unknown_script(&self) -> bool {
        matches!(self, Self::Answer(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
    }

    fn kind(&self) -> PortErrorKind {
        match self {
            _ if self.is_outage() => PortErrorKind::Unavailable,
            Self::Answer(error) if error.code() == Some("OOM") => PortErrorKind::Full,
            Self::Answer(error) if error.code() == Some("WRONGTYPE") => PortErrorKind::Corrupt,
            _ => PortErrorKind::Internal,
        }
    }
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Secret(_) | Self::Busy => true,
            Self::Answer(error) => match error.kind() {
                ErrorKind::Io | ErrorKind::Parse | ErrorKind::AuthenticationFailed => true,
                ErrorKind::Server(kind) => matches!(
                    kind,
                    ServerErrorKind::BusyLoading
                        | ServerErrorKind::MasterDown
                        | ServerErrorKind::ReadOnly
                        | ServerErrorKind::TryAgain
                        | ServerErrorKind::ClusterDown
                ),
                _ => error.code().is_some_and(|code| LATER.contains(&code)),
            },
            Self::Insecure | Self::Shape(_) | Self::Id(_) => false,
        }
    }
}

/// The failure of a port's act, `operation` reading after "could not".
pub(crate) fn failure(port: &'static str, operation: &'static str) -> impl FnOnce(Refused<Error>) -> PortError {
    move |refused| {
        let kind = match &refused {
            Refused::Open | Refused::TimedOut(_) => PortErrorKind::Unavailable,
            Refused::Failed(error) => error.kind(),
        };
        PortError::new(port, operation, kind, refused)
    }
}
