//! The promises of `Authenticator`, kept by each algorithm.

use application::ports::authenticator::Authenticator;
use biscuit::jwa::SignatureAlgorithm::{self, ES256, HS256, RS256};
use biscuit::jws::Secret;
use data_encoding::BASE64URL_NOPAD;
use domain::time::Timestamp;
use somabrain_jwt::{Config, Jwt, Key};

const SECRET: &str = "a secret of thirty-two bytes or more";

fn jwt(key: Key) -> Jwt {
    let (issuer, audience) = (contract::authenticator::ISSUER.into(), contract::authenticator::AUDIENCE.into());
    let config = Config { keys: vec![key], issuer: Some(issuer), audience: Some(audience), ..Config::default() };
    Jwt::try_new(config).expect("the key is good")
}

fn signed(algorithm: SignatureAlgorithm, key: &Secret, claims: &str) -> String {
    let header = format!("{{\"alg\":\"{algorithm:?}\",\"typ\":\"JWT\"}}");
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(claims.as_bytes()));
    let signature = algorithm.sign(signed.as_bytes(), key).expect("the key fits the algorithm");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn hs256(claims: &str) -> String {
    signed(HS256, &Secret::bytes_from_str(SECRET), claims)
}

fn rs256(claims: &str) -> String {
    let key = Secret::rsa_keypair_from_file(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa.der"));
    signed(RS256, &key.expect("an RSA key pair"), claims)
}

fn es256(claims: &str) -> String {
    let key = Secret::ecdsa_keypair_from_file(ES256, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ec.p8"));
    signed(ES256, &key.expect("a P-256 key pair"), claims)
}

mod by_secret {
    use super::*;
    contract::authenticator!(jwt(Key::Secret(SECRET.into())), hs256);
}

mod by_rsa_key {
    use super::*;
    contract::authenticator!(jwt(Key::Pem(include_str!("keys/rsa.pem").into())), rs256);
}

mod by_p256_key {
    use super::*;
    contract::authenticator!(jwt(Key::Pem(include_str!("keys/ec.pem").into())), es256);
}

/// As some issuers want it, whose own claims have to be URLs.
#[tokio::test]
async fn a_claim_may_have_a_url_as_its_name() {
    let jwt = Jwt::try_new(Config {
        keys: vec![Key::Secret(SECRET.into())],
        tenant_claim: "https://example.com/tenant".into(),
        roles_claim: "realm.roles".into(),
        ..Config::default()
    });
    let claims = r#"{"sub":"ada","https://example.com/tenant":"acme","realm":{"roles":["reader"]},"exp":1900000000}"#;
    let caller = jwt
        .expect("settings")
        .authenticate(&hs256(claims), Timestamp::from_micros(0).expect("a moment"))
        .await
        .expect("a caller");
    assert_eq!((caller.tenant.as_str(), &caller.roles[..]), ("acme", &["reader".to_owned()][..]));
}
