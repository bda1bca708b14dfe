//! Who is calling: bearer tokens checked by biscuit.
//!
//! A token is a JWS in compact form, signed with HS256, RS256 or ES256 by a key of the settings, or by one of the set that
//! the issuer publishes. biscuit checks the
//! signature over raw bytes; the claims are read here, number by number, since the library panics on times that its
//! calendar does not hold, takes a token without an end, and passes over `crit`.
//!
//! ```
//! use std::time::Duration;
//!
//! use application::call::Caller;
//! use domain::tenant::Tenant;
//! use domain::time::Timestamp;
//! use somabrain_jwt::{Config, Jwt, Key};
//!
//! let secret = Key::Secret("at least thirty-two bytes of secret".into());
//! let jwt = Jwt::try_new(Config { keys: vec![secret], ..Config::default() })?;
//! let caller = Caller { tenant: Tenant::try_new("acme")?, subject: "ada".into(), roles: vec!["reader".into()] };
//! let token = jwt.mint(&caller, Timestamp::parse("2026-01-31T12:00:00Z")?, Duration::from_secs(3600))?;
//! assert_eq!(token.split('.').count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claims;
mod config;
mod keys;
mod mint;
mod pem;
mod published;
mod token;

use application::call::Caller;
use application::ports::authenticator::{Authenticator, Rejection};
use domain::time::Timestamp;

use claims::Expectations;
pub use config::{Config, Key};
pub use keys::InvalidKey;
use keys::Verifier;
pub use mint::CannotMint;
use published::Published;
use token::Token;

/// Checks tokens by the keys and expectations of its settings.
pub struct Jwt {
    verifiers: Vec<Verifier>,
    published: Option<Published>,
    expectations: Expectations,
}

impl Jwt {
    /// Reads the keys. Without any key every token is refused.
    pub fn try_new(config: Config) -> Result<Self, InvalidKey> {
        let mut verifiers = Vec::new();
        for key in &config.keys {
            verifiers.extend(Verifier::all_of(key)?);
        }
        let published = config.key_set_url.as_deref().map(|url| Published::at(url, &config.roots)).transpose()?;
        Ok(Self { verifiers, published, expectations: Expectations::new(config) })
    }

    /// Whether a key of these accepts the token; the first mistake of several is told.
    fn verify(token: &Token<'_>, keys: &[Verifier]) -> Result<(), Rejection> {
        let accepted: Vec<&Verifier> = keys.iter().filter(|key| key.algorithm() == token.algorithm()).collect();
        if accepted.is_empty() {
            return Err(Rejection::Algorithm);
        }
        match accepted.iter().any(|key| key.may_have_signed(token) && key.signed(token)) {
            true => Ok(()),
            false => Err(Rejection::Signature),
        }
    }

    async fn check(&self, token: &str, now: Timestamp) -> Result<Caller, Rejection> {
        let token = Token::read(token)?;
        match (Self::verify(&token, &self.verifiers), &self.published) {
            (Ok(()), _) => {}
            (Err(own), Some(published)) if token.may_be_published() => {
                let keys = published.keys_for(&token).await.ok_or(Rejection::Keys)?;
                Self::verify(&token, &keys).map_err(|theirs| if own == Rejection::Signature { own } else { theirs })?;
            }
            (Err(own), _) => return Err(own),
        }
        self.expectations.caller(&token.claims()?, now)
    }
}

impl Authenticator for Jwt {
    async fn authenticate(&self, token: &str, now: Timestamp) -> Result<Caller, Rejection> {
        self.check(token, now).await
    }
}
