//! Which keys are read, which are refused, and how several live beside each other.

use application::ports::authenticator::{Authenticator, Rejection};
use biscuit::jwa::SignatureAlgorithm::{self, ES256, HS256, RS256};
use biscuit::jws::Secret;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::time::Timestamp;
use somabrain_jwt::{Config, InvalidKey, Jwt, Key};

const RSA_PEM: &str = include_str!("keys/rsa.pem");
const RSA_PKCS1_PEM: &str = include_str!("keys/rsa-pkcs1.pem");
const EC_PEM: &str = include_str!("keys/ec.pem");
const CLAIMS: &str = r#"{"sub":"ada","tenant":"acme","roles":[],"exp":1900000000}"#;

fn jwt(keys: &[Key]) -> Result<Jwt, InvalidKey> {
    Jwt::try_new(Config { keys: keys.to_vec(), ..Config::default() })
}

fn secret(text: &str) -> Secret {
    Secret::bytes_from_str(text)
}

fn rsa() -> Secret {
    Secret::rsa_keypair_from_file(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa.der")).expect("a key pair")
}

fn ec() -> Secret {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ec.p8");
    Secret::ecdsa_keypair_from_file(ES256, path).expect("a key pair")
}

/// A token whose header may hold more than `alg`.
fn token(algorithm: SignatureAlgorithm, more: &str, key: &Secret) -> String {
    let header = format!("{{\"alg\":\"{algorithm:?}\"{more}}}");
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(CLAIMS.as_bytes()));
    let signature = algorithm.sign(signed.as_bytes(), key).expect("the key fits the algorithm");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

async fn asked(jwt: &Jwt, token: &str) -> Result<(), Rejection> {
    let now = Timestamp::parse("2026-01-31T12:00:00Z").expect("a time");
    jwt.authenticate(token, now).await.map(drop)
}

/// The public numbers of a PEM key: JWK members need them in base64url. Offsets are those of the fixtures' DER.
fn jwk(pem: &str, more: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64.decode(body.as_bytes()).expect("base64");
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    match der.len() {
        91 => format!(r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"{more}}}"#, text(&der[27..59]), text(&der[59..])),
        _ => format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"{more}}}"#, text(&der[33..289])),
    }
}

#[tokio::test]
async fn several_secrets_are_valid_at_once() {
    let (old, new) = ("o".repeat(32), "n".repeat(32));
    let both = jwt(&[Key::Secret(new.clone()), Key::Secret(old.clone())]).unwrap();
    for key in [&old, &new] {
        assert_eq!(asked(&both, &token(HS256, "", &secret(key))).await, Ok(()));
    }
    let rotated = jwt(&[Key::Secret(new)]).unwrap();
    assert_eq!(asked(&rotated, &token(HS256, "", &secret(&old))).await, Err(Rejection::Signature));
}

#[tokio::test]
async fn a_public_key_is_never_a_secret() {
    for pem in [RSA_PEM, EC_PEM] {
        let public = jwt(&[Key::Pem(pem.into())]).unwrap();
        let forged = token(HS256, "", &secret(pem));
        assert_eq!(asked(&public, &forged).await, Err(Rejection::Algorithm));
        let beside = jwt(&[Key::Pem(pem.into()), Key::Secret("s".repeat(32))]).unwrap();
        assert_eq!(asked(&beside, &forged).await, Err(Rejection::Signature));
    }
}

#[tokio::test]
async fn an_algorithm_without_a_key_is_refused() {
    let by_secret = jwt(&[Key::Secret("s".repeat(32))]).unwrap();
    assert_eq!(asked(&by_secret, &token(RS256, "", &rsa())).await, Err(Rejection::Algorithm));
    assert_eq!(
        asked(&by_secret, &token(SignatureAlgorithm::HS512, "", &secret(&"s".repeat(32)))).await,
        Err(Rejection::Algorithm)
    );
    assert_eq!(asked(&jwt(&[]).unwrap(), &token(ES256, "", &ec())).await, Err(Rejection::Algorithm));
}

#[tokio::test]
async fn both_forms_of_an_rsa_pem_and_several_keys_in_one_file_are_read() {
    let file = format!("a comment\n{RSA_PKCS1_PEM}\n{EC_PEM}");
    let both = jwt(&[Key::Pem(file)]).unwrap();
    assert_eq!(asked(&both, &token(RS256, "", &rsa())).await, Ok(()));
    assert_eq!(asked(&both, &token(ES256, "", &ec())).await, Ok(()));
}

#[tokio::test]
async fn a_key_set_is_read_key_by_key() {
    let odd =
        r#"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"AAAA"},{"kty":"EC","crv":"secp256k1","alg":"ES256K"},7"#;
    let set =
        format!(r#"{{"keys":[{odd},{},{}]}}"#, jwk(RSA_PEM, r#","kid":"r""#), jwk(EC_PEM, r#","kid":"e","use":"sig""#));
    let jwt = jwt(&[Key::Jwks(set)]).unwrap();
    assert_eq!(asked(&jwt, &token(RS256, r#","kid":"r""#, &rsa())).await, Ok(()));
    assert_eq!(asked(&jwt, &token(ES256, r#","kid":"e""#, &ec())).await, Ok(()));
    assert_eq!(asked(&jwt, &token(RS256, "", &rsa())).await, Ok(()), "a token that names no key");
    assert_eq!(asked(&jwt, &token(RS256, r#","kid":"e""#, &rsa())).await, Err(Rejection::Signature));
}

#[tokio::test]
async fn an_extension_that_must_be_understood_is_refused() {
    let jwt = jwt(&[Key::Secret("s".repeat(32))]).unwrap();
    for crit in [r#","crit":["exp"]"#, r#","crit":["b64"],"b64":false"#, r#","crit":[]"#, r#","crit":null"#] {
        assert_eq!(
            asked(&jwt, &token(HS256, crit, &secret(&"s".repeat(32)))).await,
            Err(Rejection::Malformed),
            "{crit}"
        );
    }
}

#[test]
fn key_material_that_cannot_be_trusted_is_refused_and_not_shown() {
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let shared = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}"#;
    let encrypts = format!(r#"{{"keys":[{},{}]}}"#, jwk(RSA_PEM, r#","use":"enc""#), jwk(EC_PEM, r#","alg":"ES384""#));
    let short = r#"{"keys":[{"kty":"RSA","n":"3u3SBxtVPicmnGtEhntYZw","e":"AQAB"}]}"#;
    let refused = [
        (Key::Secret("s".repeat(31)), InvalidKey::ShortSecret(31)),
        (Key::Pem("no key".into()), InvalidKey::NoPem),
        (Key::Pem("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----".into()), InvalidKey::NoPem),
        (Key::Pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".into()), InvalidKey::Kind),
        (Key::Pem(private.into()), InvalidKey::OtherPem("private key".into())),
        (Key::Jwks("{}".into()), InvalidKey::NoKeySet),
        (Key::Jwks("{\"keys\":[]}".into()), InvalidKey::EmptyKeySet),
        (Key::Jwks(shared.into()), InvalidKey::EmptyKeySet),
        (Key::Jwks(encrypts), InvalidKey::EmptyKeySet),
        (Key::Jwks(short.into()), InvalidKey::EmptyKeySet),
    ];
    for (key, expected) in refused {
        assert_eq!(jwt(std::slice::from_ref(&key)).map(drop), Err(expected), "{key:?}");
    }
    assert!(
        !format!("{:?}", Config { keys: vec![Key::Secret("hidden".into())], ..Config::default() }).contains("hidden")
    );
}
