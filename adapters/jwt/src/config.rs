//! The settings of tokens.

use std::fmt;
use std::time::Duration;

use somabrain_tls::Roots;

/// Which tokens are accepted.
#[derive(Debug, Clone)]
pub struct Config {
    /// Keys that may have signed a token; several while keys are rotated. The first secret signs minted tokens.
    pub keys: Vec<Key>,
    /// Where the issuer publishes its key set (RFC 7517): https, or http on this machine. It is fetched when a token needs
    /// it, at most every ten seconds; a set is used for five minutes, and for a day where no other can be had.
    pub key_set_url: Option<String>,
    /// Whom to trust where that is `https`.
    pub roots: Roots,
    /// What `iss` must be, if anything.
    pub issuer: Option<String>,
    /// What `aud` must be or hold, if anything.
    pub audience: Option<String>,
    /// The claim of the tenant: its name, or names joined by dots where it stands deeper, such as `app.tenant`.
    pub tenant_claim: String,
    /// The claim of the roles, likewise.
    pub roles_claim: String,
    /// How far clocks may differ.
    pub leeway: Duration,
}

impl Default for Config {
    /// No keys, nothing expected of issuer and audience, claims `tenant` and `roles`, a leeway of a minute.
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            key_set_url: None,
            roots: Roots::mozilla(),
            issuer: None,
            audience: None,
            tenant_claim: "tenant".into(),
            roles_claim: "roles".into(),
            leeway: Duration::from_secs(60),
        }
    }
}

/// Key material, as text from a setting or a file.
#[derive(Clone)]
pub enum Key {
    /// A secret of at least 32 bytes, shared with the issuer: HS256.
    Secret(String),
    /// Public keys in PEM form, one or more: RSA of at least 2,048 bits (RS256) or P-256 (ES256).
    Pem(String),
    /// A JSON Web Key Set: its RSA and P-256 signing keys count, others are passed over.
    Jwks(String),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(_) => f.write_str("Secret(***)"),
            Self::Pem(_) => f.write_str("Pem(…)"),
            Self::Jwks(_) => f.write_str("Jwks(…)"),
        }
    }
}
