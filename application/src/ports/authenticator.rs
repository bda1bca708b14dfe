//! Who is calling?

use std::future::Future;

use domain::time::Timestamp;
use thiserror::Error;

use crate::call::Caller;

/// Turns a bearer token into a caller. Suite: `contract::authenticator`.
///
/// Obligations: only a token that is whole, signed by a key and an algorithm of the settings, within its time and meant
/// for this service makes a caller; no input makes it panic; nothing of the token appears in an error.
pub trait Authenticator: Send + Sync {
    /// Checks a token at `now`.
    fn authenticate(&self, token: &str, now: Timestamp) -> impl Future<Output = Result<Caller, Rejection>> + Send;
}

/// Why a token was refused; the names are the values of a metric's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rejection {
    /// No token at all.
    #[error("no bearer token")]
    Missing,
    /// Not a token of the form header.payload.signature.
    #[error("the token is malformed")]
    Malformed,
    /// An algorithm that the settings do not allow, `none` included.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// Signed by another key.
    #[error("the token's signature is not valid")]
    Signature,
    /// Past its `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before its `nbf` or `iat`.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Another issuer.
    #[error("the token's issuer is not accepted")]
    Issuer,
    /// Meant for somebody else.
    #[error("the token's audience is not accepted")]
    Audience,
    /// A claim that is missing or of the wrong kind: `exp`, `sub`, tenant, roles.
    #[error("a claim of the token is missing or not valid")]
    Claims,
    /// The issuer's keys could not be had yet: nobody can say whether the token is good.
    #[error("the keys of the issuer could not be had")]
    Keys,
}

impl Rejection {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::Missing,
        Self::Malformed,
        Self::Algorithm,
        Self::Signature,
        Self::Expired,
        Self::NotYetValid,
        Self::Issuer,
        Self::Audience,
        Self::Claims,
        Self::Keys,
    ];

    /// The reason as a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Claims => "claims",
            Self::Keys => "keys",
        }
    }
}
