//! As whom to come in.

use std::fmt;
use std::str::FromStr;

use rskafka::client::{Credentials, SaslConfig};
use thiserror::Error;

/// A user of the brokers.
#[derive(Clone, PartialEq, Eq)]
pub struct Sasl {
    /// How the password is shown.
    pub mechanism: Mechanism,
    /// The user's name.
    pub username: String,
    /// What only the user knows.
    pub password: String,
}

/// How a password is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// As it is: by TLS only.
    Plain,
    /// By an answer that only who knows it can give.
    ScramSha256,
    /// The same with a longer hash.
    ScramSha512,
}

/// A name of no mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")]
pub struct UnknownMechanism;

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(text: &str) -> Result<Self, UnknownMechanism> {
        match text {
            "PLAIN" => Ok(Self::Plain),
            "SCRAM-SHA-256" => Ok(Self::ScramSha256),
            "SCRAM-SHA-512" => Ok(Self::ScramSha512),
            _ => Err(UnknownMechanism),
        }
    }
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sasl")
            .field("mechanism", &self.mechanism)
            .field("username", &self.username)
            .field("password", &"***")
            .finish()
    }
}

impl From<&Sasl> for SaslConfig {
    fn from(sasl: &Sasl) -> Self {
        let credentials = Credentials::new(sasl.username.clone(), sasl.password.clone());
        match sasl.mechanism {
            Mechanism::Plain => Self::Plain(credentials),
            Mechanism::ScramSha256 => Self::ScramSha256(credentials),
            Mechanism::ScramSha512 => Self::ScramSha512(credentials),
        }
    }
}
