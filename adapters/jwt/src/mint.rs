//! Tokens for trials: signed by the first secret of the settings, so that the same settings accept them.

use std::time::Duration;

use application::call::Caller;
use biscuit::jwa::SignatureAlgorithm;
use data_encoding::BASE64URL_NOPAD;
use domain::time::{MICROS, Timestamp};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::Jwt;

/// Why no token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotMint {
    /// Public keys sign nothing.
    #[error("no secret is set: the issuer of the public key signs the tokens")]
    NoSecret,
    /// Two claims want the same place, such as tenant `a` and roles `a.b`.
    #[error("the claims of tenant and roles stand in each other's way")]
    Claims,
}

impl Jwt {
    /// A token by which `caller` is known from `now` on, for as long as `lifetime` (whole seconds).
    pub fn mint(&self, caller: &Caller, now: Timestamp, lifetime: Duration) -> Result<String, CannotMint> {
        let secret = self.verifiers.iter().find_map(|key| key.secret()).ok_or(CannotMint::NoSecret)?;
        let claims = self.claims(caller, now, lifetime)?;
        let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(json!({ "alg": "HS256", "typ": "JWT" })), part(claims.into()));
        let signature = SignatureAlgorithm::HS256.sign(signed.as_bytes(), secret);
        let signature = signature.expect("HS256 signs everything with a secret of bytes");
        Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    fn claims(&self, caller: &Caller, now: Timestamp, lifetime: Duration) -> Result<Map<String, Value>, CannotMint> {
        let expected = &self.expectations;
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let mut claims = Map::new();
        put(&mut claims, &expected.tenant, caller.tenant.as_str().into())?;
        put(&mut claims, &expected.roles, caller.roles.clone().into())?;
        let registered = [
            ("sub", Some(caller.subject.clone().into())),
            ("iat", Some(seconds(now))),
            ("exp", Some(seconds(now.plus_seconds(lifetime)))),
            ("iss", expected.issuer.clone().map(Value::from)),
            ("aud", expected.audience.clone().map(Value::from)),
        ];
        for (name, value) in registered {
            if let Some(value) = value {
                put(&mut claims, name, value)?;
            }
        }
        Ok(claims)
    }
}

fn seconds(moment: Timestamp) -> Value {
    moment.micros().div_euclid(MICROS).into()
}

/// Puts a value at a path of names, where nothing may stand yet.
fn put(claims: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), CannotMint> {
    let Some((name, inner)) = path.split_once('.') else {
        return claims.insert(path.to_owned(), value).map_or(Ok(()), |_| Err(CannotMint::Claims));
    };
    let below = claims.entry(name).or_insert_with(|| Map::new().into());
    put(below.as_object_mut().ok_or(CannotMint::Claims)?, inner, value)
}
