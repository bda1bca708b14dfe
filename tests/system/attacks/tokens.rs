//! Tokens that are accepted and tokens that must not be.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

pub(crate) const SECRET: &str = "a secret of the attacks that is longer than thirty-two bytes";
pub(crate) const PUBLIC_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../adapters/jwt/tests/keys/rsa.pem");
pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "somabrain-under-attack";
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

pub(crate) fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let of_three = |three: &[u8]| {
        let number = (0..3).fold(0, |number, at| number << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        (0..=three.len()).map(move |at| char::from(DIGITS[number >> (18 - 6 * at) & 63]))
    };
    bytes.chunks(3).flat_map(of_three).collect()
}

/// A token by HMAC with any key, whatever its header says.
pub(crate) fn signed(header: &str, claims: &str, key: &[u8]) -> String {
    let said = [header, claims].map(|part| base64url(part.as_bytes())).join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(said.as_bytes());
    format!("{said}.{}", base64url(&mac.finalize().into_bytes()))
}

/// The claims of a good token.
fn claims(tenant: &str, roles: &[&str]) -> Map<String, Value> {
    let claims = json!({"sub": "mallory", "tenant": tenant, "roles": roles, "iss": ISSUER, "aud": AUDIENCE,
                        "iat": 1_700_000_000, "exp": 9_999_999_999_u64});
    claims.as_object().cloned().expect("an object")
}

/// `Authorization` of a caller that is known.
pub(crate) fn bearer(tenant: &str, roles: &[&str]) -> String {
    format!("Bearer {}", signed(HEADER, &Value::from(claims(tenant, roles)).to_string(), SECRET.as_bytes()))
}

/// Everything that is no token of ours for this tenant, by what is wrong with it; `None` is no header at all.
pub(crate) fn not_accepted(tenant: &str) -> Vec<(&'static str, Option<String>)> {
    let all = ["reader", "writer", "planner", "operator", "admin"];
    let good = claims(tenant, &all);
    let text = Value::from(good.clone()).to_string();
    let good_token = signed(HEADER, &text, SECRET.as_bytes());
    let by = |header: &str, key: &[u8]| Some(format!("Bearer {}", signed(header, &text, key)));
    let saying = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims.insert(name.to_owned(), value);
        Some(format!("Bearer {}", signed(HEADER, &Value::from(claims).to_string(), SECRET.as_bytes())))
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.remove(name);
        Some(format!("Bearer {}", signed(HEADER, &Value::from(claims).to_string(), SECRET.as_bytes())))
    };
    let unsigned = |header: &str| {
        let said = [header, &text].map(|part| base64url(part.as_bytes())).join(".");
        Some(format!("Bearer {said}."))
    };
    let pem = std::fs::read(PUBLIC_KEY).expect("the public key");
    let (last, rest) = good_token.split_at(good_token.len() - 1);
    let changed = format!("{last}{}", if rest == "A" { "Q" } else { "A" });
    let other_payload = |tenant: &str| {
        let (header, signature) = (good_token.split('.').next(), good_token.rsplit('.').next());
        let payload = base64url(Value::from(claims(tenant, &all)).to_string().as_bytes());
        Some(format!("Bearer {}.{payload}.{}", header.unwrap_or_default(), signature.unwrap_or_default()))
    };
    vec![
        ("no token", None),
        ("an empty header", Some(String::new())),
        ("no token behind Bearer", Some("Bearer ".into())),
        ("another scheme", Some(format!("Basic {good_token}"))),
        ("no scheme", Some(good_token.clone())),
        ("not a token", Some("Bearer null".into())),
        ("expired", saying("exp", json!(1_000_000_000))),
        ("not yet valid", saying("nbf", json!(9_999_999_998_u64))),
        ("issued later", saying("iat", json!(9_999_999_998_u64))),
        ("no end", without("exp")),
        ("an end in words", saying("exp", json!("9999999999"))),
        ("an end beyond all time", saying("exp", json!(1e300))),
        ("another secret", by(HEADER, b"another secret that is longer than thirty-two bytes")),
        ("no secret", by(HEADER, b"")),
        ("a changed signature", Some(format!("Bearer {changed}"))),
        ("no signature", Some(format!("Bearer {}", good_token.rsplit_once('.').map_or("", |(said, _)| said)))),
        ("another payload", other_payload("elsewhere")),
        ("alg none", unsigned(r#"{"alg":"none"}"#)),
        ("alg None", unsigned(r#"{"alg":"None","typ":"JWT"}"#)),
        ("alg none and a signature", by(r#"{"alg":"none"}"#, SECRET.as_bytes())),
        ("alg HS512", by(r#"{"alg":"HS512"}"#, SECRET.as_bytes())),
        ("no alg", by(r#"{"typ":"JWT"}"#, SECRET.as_bytes())),
        ("HS256 by the bytes of the public key", by(HEADER, &pem)),
        ("HS256 by the public key's text, trimmed", by(HEADER, pem.trim_ascii())),
        ("RS256 by the bytes of the public key", by(r#"{"alg":"RS256","typ":"JWT"}"#, &pem)),
        ("RS256 by the secret", by(r#"{"alg":"RS256","typ":"JWT"}"#, SECRET.as_bytes())),
        ("what must be understood", by(r#"{"alg":"HS256","crit":["exp"]}"#, SECRET.as_bytes())),
        ("another issuer", saying("iss", json!("https://other.test"))),
        ("no issuer", without("iss")),
        ("another audience", saying("aud", json!("others"))),
        ("no audience", without("aud")),
        ("no tenant", without("tenant")),
        ("a tenant that is none", saying("tenant", json!("../elsewhere"))),
        ("no roles", without("roles")),
        ("no subject", without("sub")),
    ]
}
