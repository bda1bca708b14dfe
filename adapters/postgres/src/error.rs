//! What can go wrong with a database, and what it means to callers.

use std::error::Error as StdError;
use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::ledger::{LedgerError, Refusal};
use diesel::result::DatabaseErrorKind;
use somabrain_guard::{Outage, Refused};
use somabrain_record::InvalidRecord;
use thiserror::Error;

use crate::dsn::InvalidDsn;

/// A stored row that no memory can be made of, or that is not what was written.
#[derive(Debug, Clone, Error)]
#[error("column {column} is invalid: {why}")]
pub(crate) struct InvalidRow {
    column: &'static str,
    why: String,
}

impl InvalidRow {
    pub(crate) fn new(column: &'static str, why: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { column, why: why.into().to_string() }
    }
}

impl From<InvalidRecord> for InvalidRow {
    fn from(error: InvalidRecord) -> Self {
        Self { column: error.field, why: error.reason }
    }
}

impl From<InvalidRecord> for Error {
    fn from(error: InvalidRecord) -> Self {
        Self::Row(error.into())
    }
}

/// An operation that the database could not do.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Postgres says so, or the connection broke meanwhile.
    #[error("postgres: {0}")]
    Database(#[from] diesel::result::Error),
    /// No connection could be opened.
    #[error("could not connect: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// The DSN cannot be used.
    #[error("the dsn is not valid")]
    Dsn(#[from] InvalidDsn),
    /// All connections are in use.
    #[error("no connection became free in time")]
    NoConnection,
    /// The server did not answer.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The server was away lately, and is left alone.
    #[error("the breaker is open")]
    Open,
    /// The schema could not be brought up to date.
    #[error("a migration failed: {0}")]
    Migration(#[source] Box<dyn StdError + Send + Sync>),
    /// A row is not what was written.
    #[error("a stored row is damaged")]
    Row(#[from] InvalidRow),
    /// A density matrix was merged before, or one of its memories is not there.
    #[error("a memory of the fold is in the matrix already, or is no more")]
    Merged,
}

impl Error {
    /// What a caller can do about it.
    pub(crate) fn kind(&self) -> PortErrorKind {
        match self {
            Self::Database(error) => kind_of(error),
            Self::Connect(_) | Self::NoConnection | Self::TimedOut(_) | Self::Open => PortErrorKind::Unavailable,
            Self::Migration(_) | Self::Dsn(_) => PortErrorKind::Internal,
            Self::Row(_) => PortErrorKind::Corrupt,
            Self::Merged => PortErrorKind::Conflict,
        }
    }

    /// Whether the database as a whole is unavailable: what is done for many tenants then ends, and otherwise goes on
    /// with the next.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.kind() == PortErrorKind::Unavailable
    }

    /// Whether the same transaction may well succeed when it is tried again.
    pub(crate) fn is_clash(&self) -> bool {
        match self {
            Self::Database(diesel::result::Error::DatabaseError(kind, information)) => {
                matches!(kind, DatabaseErrorKind::SerializationFailure)
                    || information.message().contains("deadlock detected")
            }
            _ => false,
        }
    }

    /// Whether there was too much to do, as when the server gave up on a lock that another act held: it is not away.
    fn is_overload(&self) -> bool {
        match self {
            Self::NoConnection => true,
            Self::Database(diesel::result::Error::DatabaseError(_, information)) => {
                information.message().contains("canceling statement")
            }
            _ => false,
        }
    }

    /// The same at the edge of the crate.
    pub(crate) fn at(self, port: &'static str, operation: &'static str) -> PortError {
        PortError::new(port, operation, self.kind(), self)
    }
}

fn kind_of(error: &diesel::result::Error) -> PortErrorKind {
    use diesel::result::Error as E;
    match error {
        E::DatabaseError(DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection, _) => {
            PortErrorKind::Unavailable
        }
        E::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => PortErrorKind::Unavailable,
        E::DatabaseError(_, information) => kind_of_message(information.message()),
        E::BrokenTransactionManager => PortErrorKind::Unavailable,
        E::DeserializationError(_) => PortErrorKind::Corrupt,
        _ => PortErrorKind::Internal,
    }
}

/// diesel hands on the server's words, not its codes.
fn kind_of_message(message: &str) -> PortErrorKind {
    const KINDS: [(&str, PortErrorKind); 12] = [
        // 53100 disk_full
        ("No space left", PortErrorKind::Full),
        ("disk is full", PortErrorKind::Full),
        // 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 57014 query_canceled by a timeout
        ("terminating connection", PortErrorKind::Unavailable),
        ("the database system is", PortErrorKind::Unavailable),
        ("canceling statement", PortErrorKind::Unavailable),
        // 53300 too_many_connections
        ("too many", PortErrorKind::Unavailable),
        ("remaining connection slots", PortErrorKind::Unavailable),
        // of poolers, when the server behind them is away
        ("server closed the connection", PortErrorKind::Unavailable),
        ("query_wait_timeout", PortErrorKind::Unavailable),
        ("server conn crashed", PortErrorKind::Unavailable),
        // XX001 data_corrupted, XX002 index_corrupted
        ("invalid page", PortErrorKind::Corrupt),
        ("could not read block", PortErrorKind::Corrupt),
    ];
    KINDS.iter().find(|(part, _)| message.contains(part)).map_or(PortErrorKind::Internal, |(_, kind)| *kind)
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        self.kind() == PortErrorKind::Unavailable && !self.is_overload()
    }
}

impl From<Refused<Error>> for Error {
    fn from(refused: Refused<Error>) -> Self {
        match refused {
            Refused::Open => Self::Open,
            Refused::TimedOut(after) => Self::TimedOut(after),
            Refused::Failed(error) => error,
        }
    }
}

/// Why an act was not done.
#[derive(Debug, Error)]
pub(crate) enum ActError {
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database could not.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<InvalidRow> for ActError {
    fn from(error: InvalidRow) -> Self {
        Self::Failed(error.into())
    }
}

impl From<diesel::result::Error> for ActError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Outage for ActError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_outage())
    }
}

impl From<Refused<ActError>> for ActError {
    fn from(refused: Refused<ActError>) -> Self {
        match refused {
            Refused::Open => Self::Failed(Error::Open),
            Refused::TimedOut(after) => Self::Failed(Error::TimedOut(after)),
            Refused::Failed(error) => error,
        }
    }
}

impl ActError {
    /// The same at the edge of the crate.
    pub(crate) fn at(self, operation: &'static str) -> LedgerError {
        match self {
            Self::Refused(refusal) => LedgerError::Refused(refusal),
            Self::Failed(error) => LedgerError::Port(error.at("ledger", operation)),
        }
    }
}
