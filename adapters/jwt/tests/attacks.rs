//! No token makes the adapter panic, whatever stands in it and whoever signed it.

use application::ports::authenticator::{Authenticator, Rejection};
use biscuit::jwa::SignatureAlgorithm::HS256;
use biscuit::jws::Secret;
use data_encoding::BASE64URL_NOPAD;
use domain::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Number, Value};
use somabrain_jwt::{Config, Jwt, Key};

fn asked(token: &str, now: Timestamp) -> Result<application::call::Caller, Rejection> {
    let keys = vec![Key::Secret("s".repeat(32)), Key::Pem(include_str!("keys/rsa.pem").into())];
    let jwt = Jwt::try_new(Config { keys, ..Config::default() }).expect("the keys are good");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(jwt.authenticate(token, now))
}

fn signed(header: &str, payload: &str) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let signed = format!("{}.{}", part(header), part(payload));
    let signature = HS256.sign(signed.as_bytes(), &Secret::Bytes(vec![b's'; 32])).expect("HS256 signs everything");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.micros()..=Timestamp::MAX.micros())
        .prop_map(|micros| Timestamp::from_micros(micros).expect("within"))
}

/// Any JSON, a few levels deep, numbers of every size.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        ".{0,8}".prop_map(Value::from),
        "[a-z]{1,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = prop::collection::vec(("[a-z]{0,6}", inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn object(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let member = (prop::sample::select(names), json());
    let members = prop::collection::vec(member, 0..8);
    members.prop_map(|members| {
        let members: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Value::from(members).to_string()
    })
}

const CLAIMS: &[&str] = &["exp", "nbf", "iat", "sub", "tenant", "roles", "iss", "aud", "jti"];
const HEADERS: &[&str] = &["alg", "typ", "kid", "jwk", "jku", "x5c", "cty", "zip"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_text_of_any_kind_makes_no_caller(text in "\\PC*", now in moment()) {
        prop_assert!(asked(&text, now).is_err());
    }

    #[test]
    fn a_text_like_a_token_makes_no_caller(text in "[A-Za-z0-9_.=-]{0,200}", now in moment()) {
        prop_assert!(asked(&text, now).is_err());
    }

    #[test]
    fn any_header_of_a_token_is_answered(header in object(HEADERS), payload in object(CLAIMS), now in moment()) {
        prop_assert!(asked(&signed(&header, &payload), now).is_err());
    }

    #[test]
    fn signed_claims_of_any_kind_are_answered(payload in object(CLAIMS), now in moment()) {
        if let Ok(caller) = asked(&signed(r#"{"alg":"HS256"}"#, &payload), now) {
            prop_assert!(!caller.subject.is_empty() && caller.roles.len() <= 32);
        }
    }

    #[test]
    fn a_signed_payload_that_is_no_object_is_malformed(payload in json(), now in moment()) {
        prop_assume!(!payload.is_object());
        prop_assert_eq!(asked(&signed(r#"{"alg":"HS256"}"#, &payload.to_string()), now), Err(Rejection::Malformed));
    }
}

#[test]
fn a_payload_nested_beyond_reason_is_malformed() {
    let payload = format!("{{\"exp\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let now = Timestamp::parse("2026-01-31T12:00:00Z").expect("a time");
    assert_eq!(asked(&signed(r#"{"alg":"HS256"}"#, &payload), now), Err(Rejection::Malformed));
}
