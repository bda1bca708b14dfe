//! Keys of the settings as what checks a signature: each has one algorithm, and a token cannot choose another.

use biscuit::Empty;
use biscuit::jwa::{Algorithm, SignatureAlgorithm};
use biscuit::jwk::{AlgorithmParameters, EllipticCurve, JWK, PublicKeyUse};
use biscuit::jws::Secret;
use serde_json::Value;
use thiserror::Error;

use crate::config::Key;
use crate::pem;
use crate::token::Token;

/// Least bytes of a secret: as many as SHA-256 gives (RFC 7518, section 3.2).
const SECRET: usize = 32;
/// Least bits of an RSA modulus.
const MODULUS: u64 = 2048;

/// Why key material was refused. Never shows the key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// A secret that can be guessed.
    #[error("the secret has {0} bytes, at least 32 are needed")]
    ShortSecret(usize),
    /// No block of a public key between its BEGIN and END lines.
    #[error("holds no public key in PEM form")]
    NoPem,
    /// A private key where a public one belongs.
    #[error("holds a {0}, only PUBLIC KEY and RSA PUBLIC KEY are read")]
    OtherPem(String),
    /// Bytes that are neither an RSA nor a P-256 key.
    #[error("holds a public key that is neither RSA of at least 2048 bits nor P-256")]
    Kind,
    /// Not a JSON object with a list `keys`.
    #[error("is not a JSON Web Key Set")]
    NoKeySet,
    /// Not an address that a key set can be fetched from.
    #[error("must be an https URL, or http on this machine, without a password")]
    Address,
    /// A key set in which nothing can check a signature.
    #[error("holds no RSA or P-256 signing key")]
    EmptyKeySet,
}

/// A key with its algorithm and, in a key set, its id.
pub(crate) struct Verifier {
    algorithm: SignatureAlgorithm,
    id: Option<String>,
    key: Secret,
}

impl Verifier {
    /// Every key that the material holds, at least one.
    pub(crate) fn all_of(material: &Key) -> Result<Vec<Self>, InvalidKey> {
        match material {
            Key::Secret(secret) if secret.len() < SECRET => Err(InvalidKey::ShortSecret(secret.len())),
            Key::Secret(secret) => Ok(vec![Self::new(SignatureAlgorithm::HS256, Secret::bytes_from_str(secret))]),
            Key::Pem(text) => pem::public_keys(text)?.into_iter().map(|key| Ok(Self::of_pem(key))).collect(),
            Key::Jwks(text) => key_set(text),
        }
    }

    fn new(algorithm: SignatureAlgorithm, key: Secret) -> Self {
        Self { algorithm, id: None, key }
    }

    fn of_pem(key: pem::PublicKey) -> Self {
        match key {
            pem::PublicKey::Rsa(der) => Self::new(SignatureAlgorithm::RS256, Secret::PublicKey(der)),
            pem::PublicKey::P256(point) => Self::new(SignatureAlgorithm::ES256, Secret::PublicKey(point)),
        }
    }

    pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The secret, if it is one that can also sign.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        (self.algorithm == SignatureAlgorithm::HS256).then_some(&self.key)
    }

    /// Whether a token that names its key may mean this one.
    pub(crate) fn may_have_signed(&self, token: &Token<'_>) -> bool {
        match (&self.id, token.key_id()) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        }
    }

    /// Whether a token names this key, or names none, so that any may have signed it.
    pub(crate) fn is_named_by(&self, token: &Token<'_>) -> bool {
        token.key_id().is_none_or(|named| self.id.as_deref() == Some(named))
    }

    pub(crate) fn signed(&self, token: &Token<'_>) -> bool {
        self.algorithm.verify(token.signature(), token.signed(), &self.key).is_ok()
    }
}

/// Key by key: one of an algorithm that biscuit does not know must not spoil the others.
pub(crate) fn key_set(text: &str) -> Result<Vec<Verifier>, InvalidKey> {
    let set: Value = serde_json::from_str(text).map_err(|_| InvalidKey::NoKeySet)?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or(InvalidKey::NoKeySet)?;
    let keys = keys.iter().filter_map(|key| serde_json::from_value::<JWK<Empty>>(key.clone()).ok());
    let verifiers: Vec<Verifier> = keys.filter_map(usable).collect();
    if verifiers.is_empty() { Err(InvalidKey::EmptyKeySet) } else { Ok(verifiers) }
}

/// A shared secret in a key set is none, and encryption keys sign nothing.
fn usable(key: JWK<Empty>) -> Option<Verifier> {
    let (algorithm, secret) = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) if rsa.n.bits() >= MODULUS => {
            (SignatureAlgorithm::RS256, rsa.jws_public_key_secret())
        }
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            (SignatureAlgorithm::ES256, ec.jws_public_key_secret())
        }
        _ => return None,
    };
    let other = key.common.algorithm.is_some_and(|named| named != Algorithm::Signature(algorithm));
    let encrypts = key.common.public_key_use.is_some_and(|purpose| purpose != PublicKeyUse::Signature);
    (!other && !encrypts).then_some(Verifier { algorithm, id: key.common.key_id, key: secret })
}
