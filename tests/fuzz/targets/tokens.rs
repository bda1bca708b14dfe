//! Tokens: nothing that the key has not signed is ever accepted, and what it has signed only if it says all that it must.

use std::panic::AssertUnwindSafe;

use application::call::Caller;
use application::ports::authenticator::{Authenticator, Rejection};
use data_encoding::BASE64URL_NOPAD;
use domain::time::Timestamp;
use futures_util::FutureExt;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;
use somabrain_jwt::{Config, Jwt, Key};

use crate::choices::Choices;

const SECRET: &str = "a secret of the targets, longer than thirty-two bytes";
const PUBLIC: &str = include_str!("../../../adapters/jwt/tests/keys/rsa.pem");
/// 2026-01-31T12:00:00Z.
const NOW: i64 = 1_769_860_800;

fn jwt() -> Jwt {
    let keys = vec![Key::Secret(SECRET.into()), Key::Pem(PUBLIC.into())];
    let expected = Config { issuer: Some("issuer".into()), audience: Some("somabrain".into()), ..Config::default() };
    Jwt::try_new(Config { keys, ..expected }).expect("the keys are good")
}

fn signature(key: &[u8], signed: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is accepted");
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn part(text: &[u8]) -> String {
    BASE64URL_NOPAD.encode(text)
}

fn header(choices: &mut Choices<'_>) -> Value {
    let mut header = Map::new();
    if !choices.one_in(8) {
        let known = ["HS256", "none", "None", "RS256", "ES256", "HS512", "hs256", ""];
        header.insert("alg".into(), choices.text(&known).into());
    }
    for (name, value) in [("typ", "JWT"), ("kid", "k-1"), ("crit", "exp"), ("jku", "http://127.0.0.1/"), ("b64", "")] {
        if choices.one_in(6) {
            header.insert(name.into(), choices.text(&[value]).into());
        }
    }
    header.into()
}

fn claims(choices: &mut Choices<'_>) -> Value {
    let mut claims = Map::new();
    let moment = |choices: &mut Choices<'_>| -> Value {
        match choices.below(8) {
            0 => (NOW + 600).into(),
            1 => (NOW - 600).into(),
            2 => NOW.into(),
            3 => i64::MAX.into(),
            4 => f64::from_bits(choices.number()).into(),
            5 => (choices.number().cast_signed()).into(),
            6 => (NOW + 600).to_string().into(),
            _ => Value::Null,
        }
    };
    for name in ["exp", "nbf", "iat"] {
        if name == "exp" && !choices.one_in(8) || choices.one_in(4) {
            claims.insert(name.into(), moment(choices));
        }
    }
    let texts = [("sub", "ada"), ("tenant", "acme"), ("iss", "issuer"), ("aud", "somabrain")];
    for (name, good) in texts {
        if !choices.one_in(8) {
            let text: Value = choices.text(&[good, good, good, "other"]).into();
            let value = if choices.one_in(6) { vec![text].into() } else { text };
            claims.insert(name.into(), value);
        }
    }
    if !choices.one_in(8) {
        let roles: Vec<String> = (0..choices.below(40)).map(|_| choices.text(&["reader", "admin"])).collect();
        claims.insert("roles".into(), roles.into());
    }
    claims.into()
}

/// A token of a header and claims, by the right key or another.
fn made(choices: &mut Choices<'_>) -> String {
    let by = choices.below(6);
    let header = match by {
        0 | 1 => serde_json::json!({"alg": "HS256"}),
        _ => header(choices),
    };
    let signed = format!("{}.{}", part(header.to_string().as_bytes()), part(claims(choices).to_string().as_bytes()));
    let signature = match by {
        0..=2 => signature(SECRET.as_bytes(), &signed),
        3 => signature(PUBLIC.as_bytes(), &signed),
        4 => signature(PUBLIC.trim().as_bytes(), &signed),
        _ => choices.rest().to_vec(),
    };
    format!("{signed}.{}", part(&signature))
}

/// Whether the caller is one that the token gives, told once more.
fn check(token: &str, answer: &Result<Caller, Rejection>) {
    let Ok(caller) = answer else { return };
    let (signed, given) = token.rsplit_once('.').expect("it has parts");
    let given = BASE64URL_NOPAD.decode(given.as_bytes()).expect("base64url");
    assert_eq!(given, signature(SECRET.as_bytes(), signed), "accepted though not signed by the secret: {token}");
    let (header, payload) = signed.split_once('.').expect("it has parts");
    let json = |part: &str| -> Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url")).expect("JSON")
    };
    let (header, claims) = (json(header), json(payload));
    assert_eq!(header["alg"], "HS256", "{token}");
    assert!(header.get("crit").is_none(), "{token}");
    let leeway = 60.0;
    assert!(claims["exp"].as_f64().is_some_and(|end| end + leeway > NOW as f64), "{claims}");
    assert!(
        claims.get("nbf").is_none_or(|start| start.as_f64().is_some_and(|at| at <= NOW as f64 + leeway)),
        "{claims}"
    );
    assert_eq!(claims["iss"], "issuer", "{claims}");
    let audience = |one: &Value| one == "somabrain";
    assert!(
        audience(&claims["aud"]) || claims["aud"].as_array().is_some_and(|all| all.iter().any(audience)),
        "{claims}"
    );
    assert_eq!(claims["tenant"], caller.tenant.as_str(), "{claims}");
    assert_eq!(claims["sub"], caller.subject.as_str(), "{claims}");
    assert_eq!(claims["roles"], Value::from(caller.roles.clone()), "{claims}");
}

#[test]
fn tokens() {
    // A panic ends the test: nothing is asked of it afterwards.
    let jwt = AssertUnwindSafe(jwt());
    let now = Timestamp::from_micros(NOW * 1_000_000).expect("a moment");
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let token = match choices.one_in(4) {
            true => String::from_utf8_lossy(choices.rest()).into_owned(),
            false => made(&mut choices),
        };
        let answer = jwt.authenticate(&token, now).now_or_never().expect("it asks nobody");
        check(&token, &answer);
    });
}
