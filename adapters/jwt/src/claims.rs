//! From claims to a caller: times, issuer, audience, then who it is.

use application::call::Caller;
use application::ports::authenticator::Rejection;
use domain::tenant::Tenant;
use domain::time::{MICROS, Timestamp};
use serde_json::{Map, Value};

use crate::config::Config;

/// Most roles of a caller.
const ROLES: usize = 32;
/// Most characters of a subject or a role.
const LENGTH: usize = 256;

/// What the claims of a good token must say.
pub(crate) struct Expectations {
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) tenant: String,
    pub(crate) roles: String,
    leeway: f64,
}

impl Expectations {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            tenant: config.tenant_claim,
            roles: config.roles_claim,
            issuer: config.issuer,
            audience: config.audience,
            leeway: config.leeway.as_secs_f64(),
        }
    }

    pub(crate) fn caller(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<Caller, Rejection> {
        self.in_time(claims, now.micros() as f64 / MICROS as f64)?;
        self.meant(claims)?;
        let tenant = at(claims, &self.tenant).and_then(Value::as_str).ok_or(Rejection::Claims)?;
        Ok(Caller {
            tenant: Tenant::try_new(tenant).map_err(|_| Rejection::Claims)?,
            subject: claims.get("sub").and_then(word).ok_or(Rejection::Claims)?,
            roles: at(claims, &self.roles).and_then(roles).ok_or(Rejection::Claims)?,
        })
    }

    fn in_time(&self, claims: &Map<String, Value>, now: f64) -> Result<(), Rejection> {
        let end = claims.get("exp").ok_or(Rejection::Claims).and_then(seconds)?;
        if now >= end + self.leeway {
            return Err(Rejection::Expired);
        }
        for start in ["nbf", "iat"].into_iter().filter_map(|claim| claims.get(claim)) {
            if seconds(start)? > now + self.leeway {
                return Err(Rejection::NotYetValid);
            }
        }
        Ok(())
    }

    fn meant(&self, claims: &Map<String, Value>) -> Result<(), Rejection> {
        let said = |claim: &str| claims.get(claim).unwrap_or(&Value::Null);
        if self.issuer.as_deref().is_some_and(|expected| said("iss") != expected) {
            return Err(Rejection::Issuer);
        }
        let for_us = |expected: &str| match said("aud") {
            Value::Array(several) => several.iter().any(|audience| audience == expected),
            one => one == expected,
        };
        if self.audience.as_deref().is_some_and(|expected| !for_us(expected)) {
            return Err(Rejection::Audience);
        }
        Ok(())
    }
}

/// The claim of that name, which may be a URL; otherwise the value at the path of names that its dots separate.
fn at<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let mut path = name.split('.');
        let first = claims.get(path.next()?)?;
        path.try_fold(first, |value, name| value.get(name))
    })
}

/// A moment as seconds since 1970, within the years that the domain knows.
fn seconds(value: &Value) -> Result<f64, Rejection> {
    let range = Timestamp::MIN.micros() as f64 / MICROS as f64..=Timestamp::MAX.micros() as f64 / MICROS as f64;
    value.as_f64().filter(|seconds| range.contains(seconds)).ok_or(Rejection::Claims)
}

/// A text that can be logged and shown: 1 to 256 characters, none of them a control character.
fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fits = !text.is_empty() && text.chars().count() <= LENGTH && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn roles(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| list.len() <= ROLES)?;
    list.iter().map(word).collect()
}
