//! Suite of [`application::ports::authenticator`]: which tokens make a caller.
//!
//! Every case takes `sign`: how a key that the adapter accepts signs claims (JSON text) into a token. The adapter is
//! set to the issuer [`ISSUER`], the audience [`AUDIENCE`], the claims `tenant` and `roles`, and a leeway of 60 s.

use application::call::Caller;
use application::ports::authenticator::{Authenticator, Rejection};
use domain::tenant::Tenant;
use domain::time::{MICROS, Timestamp};

crate::suite! { ($) authenticator:
    a_good_token_makes_its_caller,
    a_token_for_several_audiences_is_for_each,
    no_token_is_missing,
    what_is_no_token_is_malformed,
    a_signature_changed_in_one_place_is_refused,
    claims_changed_after_signing_are_refused,
    an_unsigned_token_is_refused,
    a_token_expires_after_the_leeway,
    a_token_is_not_valid_before_its_time,
    a_token_without_an_end_is_refused,
    a_time_out_of_all_bounds_is_refused,
    another_issuer_is_refused,
    another_audience_is_refused,
    a_caller_has_a_subject_a_tenant_and_roles,
    a_refusal_shows_nothing_of_the_token,
}

/// The issuer that the adapter under test accepts.
pub const ISSUER: &str = "https://issuer.example";
/// The audience that the adapter under test accepts.
pub const AUDIENCE: &str = "somabrain";

/// The moment of every case, in seconds since 1970.
const NOW: i64 = 1_800_000_000;

/// Round trip of every claim.
pub async fn a_good_token_makes_its_caller(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let tenant = Tenant::try_new("acme").expect("a tenant");
    let expected = Caller { tenant, subject: "ada".into(), roles: vec!["reader".into(), "own:role".into()] };
    assert_eq!(asked(authenticator, &sign(&claims(&[]))).await, Ok(expected));
}

/// `aud` may be a list.
pub async fn a_token_for_several_audiences_is_for_each(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let token = sign(&claims(&[("aud", r#"["elsewhere","somabrain"]"#)]));
    assert!(asked(authenticator, &token).await.is_ok());
}

/// Nothing, or nothing but blanks.
pub async fn no_token_is_missing(authenticator: &impl Authenticator, _sign: fn(&str) -> String) {
    for token in ["", " ", "\t\n"] {
        assert_eq!(asked(authenticator, token).await, Err(Rejection::Missing), "{token:?}");
    }
}

/// Texts of another shape, and a good token with something before, behind or missing.
pub async fn what_is_no_token_is_malformed(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let good = sign(&claims(&[]));
    let [header, payload, signature] = parts(&good);
    let wrong = [
        "x".into(),
        "..".into(),
        "a.b.c".into(),
        "\u{1f9e0}.\u{1f9e0}.\u{1f9e0}".into(),
        "e30.e30.e30".into(),
        "bnVsbA.bnVsbA.bnVsbA".into(),
        format!("{header}.{payload}"),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}.!"),
        format!("{header}=.{payload}.{signature}"),
        "a".repeat(1 << 20),
        ".".repeat(1 << 16),
    ];
    for token in wrong {
        let start: String = token.chars().take(60).collect();
        assert_eq!(asked(authenticator, &token).await, Err(Rejection::Malformed), "{start}");
    }
}

/// Every character of a signature counts; the last one only where its bits do.
pub async fn a_signature_changed_in_one_place_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let good = sign(&claims(&[]));
    let [header, payload, signature] = parts(&good);
    for at in 0..signature.len() - 1 {
        let other = if signature.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &signature[..at], &signature[at + 1..]);
        let refused = asked(authenticator, &format!("{header}.{payload}.{changed}")).await;
        assert_eq!(refused, Err(Rejection::Signature), "character {at}");
    }
    let short = format!("{header}.{payload}.{}", &signature[..signature.len() / 2 / 4 * 4]);
    assert_eq!(asked(authenticator, &short).await, Err(Rejection::Signature), "a cut signature");
    let none = format!("{header}.{payload}.");
    assert!(asked(authenticator, &none).await.is_err(), "an empty signature");
}

/// Another token's claims under a good signature.
pub async fn claims_changed_after_signing_are_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let (good, other) = (sign(&claims(&[])), sign(&claims(&[("roles", r#"["admin"]"#)])));
    let ([header, _, signature], [_, payload, _]) = (parts(&good), parts(&other));
    assert_eq!(asked(authenticator, &format!("{header}.{payload}.{signature}")).await, Err(Rejection::Signature));
}

/// `alg` none, in some spellings, with and without a signature.
pub async fn an_unsigned_token_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let good = sign(&claims(&[]));
    let [_, payload, signature] = parts(&good);
    // {"alg":"none"}, {"alg":"None"}, {"alg":"NONE"}
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIn0", "eyJhbGciOiJOT05FIn0"] {
        for signature in ["", signature] {
            let refused = asked(authenticator, &format!("{header}.{payload}.{signature}")).await;
            assert_eq!(refused, Err(Rejection::Algorithm), "{header}.….{signature}");
        }
    }
}

/// The leeway is 60 s, no more.
pub async fn a_token_expires_after_the_leeway(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    for (exp, good) in [(NOW + 1, true), (NOW - 59, true), (NOW - 61, false), (1, false), (0, false), (-1, false)] {
        let answer = asked(authenticator, &sign(&claims(&[("exp", &exp.to_string())]))).await;
        assert_eq!(answer.err(), (!good).then_some(Rejection::Expired), "exp {exp}, now {NOW}");
    }
}

/// `nbf` and `iat`, each within and beyond the leeway.
pub async fn a_token_is_not_valid_before_its_time(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    for claim in ["nbf", "iat"] {
        for (from, good) in [(NOW - 1, true), (NOW + 59, true), (NOW + 61, false)] {
            let answer = asked(authenticator, &sign(&claims(&[(claim, &from.to_string())]))).await;
            assert_eq!(answer.err(), (!good).then_some(Rejection::NotYetValid), "{claim} {from}, now {NOW}");
        }
    }
}

/// `exp` absent or not a number.
pub async fn a_token_without_an_end_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    for exp in ["", "null", "\"1900000000\"", "true", "[]", "{}"] {
        let answer = asked(authenticator, &sign(&claims(&[("exp", exp)]))).await;
        assert_eq!(answer, Err(Rejection::Claims), "exp {exp}");
    }
}

/// Numbers that no calendar holds neither make a caller nor a panic.
pub async fn a_time_out_of_all_bounds_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let beyond = ["9223372036854775807", "8210298412800", "9999999999999", "1e300", "1e18", "18446744073709551616"];
    for number in beyond {
        let answer = asked(authenticator, &sign(&claims(&[("exp", number)]))).await;
        assert_eq!(answer, Err(Rejection::Claims), "exp {number}");
    }
    for claim in ["exp", "nbf", "iat"] {
        for number in ["-9223372036854775808", "-1e300", "9223372036854775807", "-8334632851200"] {
            let answer = asked(authenticator, &sign(&claims(&[(claim, number)]))).await;
            assert!(answer.is_err(), "{claim} {number}");
        }
    }
}

/// `iss` of another, absent, or not a text.
pub async fn another_issuer_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    for issuer in ["", "\"https://issuer.example.evil\"", "\"HTTPS://ISSUER.EXAMPLE\"", "null", "7"] {
        let answer = asked(authenticator, &sign(&claims(&[("iss", issuer)]))).await;
        assert_eq!(answer, Err(Rejection::Issuer), "iss {issuer}");
    }
}

/// `aud` of another, absent, empty, or not a text.
pub async fn another_audience_is_refused(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    for audience in ["", "\"elsewhere\"", "[]", "[\"elsewhere\"]", "null", "7", "[7]"] {
        let answer = asked(authenticator, &sign(&claims(&[("aud", audience)]))).await;
        assert_eq!(answer, Err(Rejection::Audience), "aud {audience}");
    }
}

/// Each of the three absent or of a wrong kind.
pub async fn a_caller_has_a_subject_a_tenant_and_roles(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let many = format!("[{}]", vec!["\"reader\""; 33].join(","));
    let wrong = [
        ("sub", &["", "null", "7", "\"\"", "[]"][..]),
        ("tenant", &["", "null", "7", "\"\"", "\"../etc\"", "\"a b\"", "[\"acme\"]"]),
        ("roles", &["", "null", "\"reader\"", "[7]", "[\"reader\",null]", "{}", &many]),
    ];
    for (claim, values) in wrong {
        for value in values {
            let answer = asked(authenticator, &sign(&claims(&[(claim, value)]))).await;
            assert_eq!(answer, Err(Rejection::Claims), "{claim} {value}");
        }
    }
}

/// Neither in words nor in the debug form.
pub async fn a_refusal_shows_nothing_of_the_token(authenticator: &impl Authenticator, sign: fn(&str) -> String) {
    let token = sign(&claims(&[("exp", "1"), ("sub", "\"hidden-subject\"")]));
    let refusal = asked(authenticator, &token).await.expect_err("an expired token");
    let shown = format!("{refusal} {refusal:?}");
    for part in token.split('.').chain(["hidden-subject", "acme"]) {
        assert!(!shown.contains(part), "{shown}");
    }
}

async fn asked(authenticator: &impl Authenticator, token: &str) -> Result<Caller, Rejection> {
    let now = Timestamp::from_micros(NOW * MICROS).expect("a moment");
    authenticator.authenticate(token, now).await
}

/// The claims of a good token as JSON, with some replaced; a claim replaced by an empty text is left out.
fn claims(replaced: &[(&str, &str)]) -> String {
    let (iat, exp) = ((NOW - 10).to_string(), (NOW + 3600).to_string());
    let (issuer, audience) = (format!("\"{ISSUER}\""), format!("\"{AUDIENCE}\""));
    let mut claims = vec![
        ("sub", "\"ada\""),
        ("tenant", "\"acme\""),
        ("roles", r#"["reader","own:role"]"#),
        ("iat", &iat),
        ("exp", &exp),
        ("iss", &issuer),
        ("aud", &audience),
    ];
    claims.retain(|(name, _)| replaced.iter().all(|(other, _)| other != name));
    claims.extend(replaced.iter().filter(|(_, value)| !value.is_empty()));
    let members: Vec<String> = claims.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("a token has three parts")
}
