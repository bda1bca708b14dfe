//! A token taken apart; nothing in it is trusted.

use application::ports::authenticator::Rejection;
use biscuit::jwa::SignatureAlgorithm;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

/// Most bytes of a token; header limits of servers are of this size.
const LIMIT: usize = 16 * 1024;

/// Header, payload and signature of a token in compact form.
pub(crate) struct Token<'a> {
    algorithm: SignatureAlgorithm,
    key_id: Option<String>,
    signed: &'a [u8],
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(crate) fn read(text: &'a str) -> Result<Self, Rejection> {
        if text.trim().is_empty() {
            return Err(Rejection::Missing);
        }
        if text.len() > LIMIT {
            return Err(Rejection::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Rejection::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Rejection::Malformed)?;
        if payload.is_empty() {
            return Err(Rejection::Malformed);
        }
        let header = object(header)?;
        // Extensions that must be understood: none is.
        if header.contains_key("crit") {
            return Err(Rejection::Malformed);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(Rejection::Malformed)?;
        let key_id = header.get("kid").and_then(Value::as_str).map(str::to_owned);
        let algorithm = named(algorithm).ok_or(Rejection::Algorithm)?;
        // A payload of several parts, or one that is not base64, is no payload.
        let signature = decoded(payload).and_then(|_| decoded(signature))?;
        Ok(Self { algorithm, key_id, signed: signed.as_bytes(), payload, signature })
    }

    pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Whether a published key can have signed it: a secret is never published.
    pub(crate) fn may_be_published(&self) -> bool {
        self.algorithm != SignatureAlgorithm::HS256
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The bytes that the signature is over.
    pub(crate) fn signed(&self) -> &[u8] {
        self.signed
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The claims; ask for them after the signature.
    pub(crate) fn claims(&self) -> Result<Map<String, Value>, Rejection> {
        object(self.payload)
    }
}

/// The algorithms that keys of the settings can have.
fn named(algorithm: &str) -> Option<SignatureAlgorithm> {
    match algorithm {
        "HS256" => Some(SignatureAlgorithm::HS256),
        "RS256" => Some(SignatureAlgorithm::RS256),
        "ES256" => Some(SignatureAlgorithm::ES256),
        _ => None,
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, Rejection> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Rejection::Malformed)
}

fn object(part: &str) -> Result<Map<String, Value>, Rejection> {
    serde_json::from_slice(&decoded(part)?).map_err(|_| Rejection::Malformed)
}
