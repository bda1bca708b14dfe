//! The key set that an issuer publishes: fetched, kept, changed, away.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::ports::authenticator::{Authenticator, Rejection};
use biscuit::jwa::SignatureAlgorithm::{self, ES256, HS256, RS256};
use biscuit::jws::Secret;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::time::Timestamp;
use somabrain_jwt::{Config, InvalidKey, Jwt, Key};

/// An issuer that answers every request with what a test wants, and counts them.
struct Issuer {
    url: String,
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
    /// Whether it lets whoever asks wait.
    silent: Arc<AtomicBool>,
}

impl Issuer {
    fn publishing(keys: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
        let (answer, asked) = (Arc::new(Mutex::new((200, set(keys)))), Arc::new(AtomicUsize::new(0)));
        let (said, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let silent = Arc::new(AtomicBool::new(false));
        let waits = Arc::clone(&silent);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let lines = BufReader::new(stream.try_clone().expect("the same")).lines();
                let head: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                count.fetch_add(usize::from(!head.is_empty()), Ordering::SeqCst);
                while waits.load(Ordering::SeqCst) {
                    std::thread::park_timeout(Duration::from_millis(5));
                }
                let (status, body) = said.lock().expect("nobody panics").clone();
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { url, answer, asked, silent }
    }

    fn says(&self, status: u16, body: String) {
        *self.answer.lock().expect("nobody panics") = (status, body);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn jwt(&self) -> Jwt {
        Jwt::try_new(Config { key_set_url: Some(self.url.clone()), ..Config::default() }).expect("an address")
    }
}

fn set(keys: &[String]) -> String {
    format!("{{\"keys\":[{}]}}", keys.join(","))
}

/// The fixtures' public keys as members of a set; offsets are those of their DER.
fn jwk(pem: &str, id: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64.decode(body.as_bytes()).expect("base64");
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    match der.len() {
        91 => format!(
            r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}","kid":"{id}"}}"#,
            text(&der[27..59]),
            text(&der[59..])
        ),
        _ => format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB","kid":"{id}"}}"#, text(&der[33..289])),
    }
}

fn rsa_key(id: &str) -> String {
    jwk(include_str!("keys/rsa.pem"), id)
}

fn ec_key(id: &str) -> String {
    jwk(include_str!("keys/ec.pem"), id)
}

fn token(algorithm: SignatureAlgorithm, id: &str) -> String {
    let key = match algorithm {
        RS256 => Secret::rsa_keypair_from_file(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa.der")),
        ES256 => Secret::ecdsa_keypair_from_file(ES256, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ec.p8")),
        _ => Ok(Secret::bytes_from_str(&"s".repeat(32))),
    };
    let header = format!("{{\"alg\":\"{algorithm:?}\",\"kid\":\"{id}\"}}");
    let claims = r#"{"sub":"ada","tenant":"acme","roles":[],"exp":1900000000}"#;
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(claims.as_bytes()));
    let signature = algorithm.sign(signed.as_bytes(), &key.expect("a key")).expect("the key fits the algorithm");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

async fn asked(jwt: &Jwt, algorithm: SignatureAlgorithm, id: &str) -> Result<(), Rejection> {
    let now = Timestamp::parse("2026-01-31T12:00:00Z").expect("a time");
    jwt.authenticate(&token(algorithm, id), now).await.map(drop)
}

async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_set_is_fetched_for_the_first_token_and_kept() {
    let issuer = Issuer::publishing(&[rsa_key("r"), ec_key("e")]);
    let jwt = issuer.jwt();
    assert_eq!(issuer.asked(), 0, "the service starts without the issuer");
    for _ in 0..3 {
        assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
        assert_eq!(asked(&jwt, ES256, "e").await, Ok(()));
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_soon_and_an_old_one_forgotten_when_the_set_ages() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
    issuer.says(200, set(&[ec_key("e")]));
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()), "the set is fresh");
    pass(11).await;
    assert_eq!(asked(&jwt, ES256, "e").await, Ok(()));
    assert_eq!(asked(&jwt, RS256, "r").await, Err(Rejection::Algorithm), "it is published no more");
    issuer.says(200, set(&[rsa_key("r")]));
    pass(301).await;
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
}

#[tokio::test]
async fn key_ids_that_nobody_published_do_not_make_the_issuer_work() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    for id in 0..50 {
        assert_eq!(asked(&jwt, RS256, &format!("forged-{id}")).await, Err(Rejection::Signature));
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn an_issuer_that_is_away_shuts_nobody_out_for_a_day() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
    for (status, body) in [(500, String::new()), (200, "no set".into()), (200, set(&[])), (302, String::new())] {
        issuer.says(status, body);
        pass(3_600).await;
        assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
    }
    assert_eq!(issuer.asked(), 5);
    pass(24 * 3_600).await;
    assert_eq!(asked(&jwt, RS256, "r").await, Err(Rejection::Keys));
}

#[tokio::test]
async fn without_any_set_nobody_can_say_and_nobody_comes_in() {
    let issuer = Issuer::publishing(&[]);
    let jwt = issuer.jwt();
    assert_eq!(asked(&jwt, RS256, "r").await, Err(Rejection::Keys));
    assert_eq!(asked(&jwt, HS256, "r").await, Err(Rejection::Algorithm), "a secret is never published");
    issuer.says(200, set(&[rsa_key("r")]));
    assert_eq!(asked(&jwt, RS256, "r").await, Err(Rejection::Keys), "asked again within seconds");
    pass(11).await;
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
}

#[tokio::test]
async fn many_tokens_at_once_make_one_request() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    let all = futures_util::future::join_all((0..20).map(|_| asked(&jwt, RS256, "r"))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn callers_who_hang_up_neither_lose_what_is_fetched_nor_make_the_issuer_work() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    issuer.silent.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        let hung_up = tokio::time::timeout(Duration::from_millis(20), asked(&jwt, RS256, "r")).await;
        assert!(hung_up.is_err(), "the issuer does not answer: {hung_up:?}");
    }
    assert_eq!(issuer.asked(), 1);
    issuer.silent.store(false, Ordering::SeqCst);
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()), "by the set that was asked for first");
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn an_issuer_that_is_away_is_not_asked_again_at_once_because_callers_hang_up() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let jwt = issuer.jwt();
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
    pass(11).await;
    issuer.says(500, String::new());
    for id in 0..30 {
        let forged = token(RS256, &format!("forged-{id}"));
        let now = Timestamp::parse("2026-01-31T12:00:00Z").expect("a time");
        let mut asking = Box::pin(jwt.authenticate(&forged, now));
        tokio::select! {
            biased;
            _ = &mut asking => {}
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(asked(&jwt, RS256, "forged").await, Err(Rejection::Signature));
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn keys_of_the_settings_and_published_ones_count_together() {
    let issuer = Issuer::publishing(&[rsa_key("r")]);
    let secret = Key::Secret("s".repeat(32));
    let config = Config { keys: vec![secret], key_set_url: Some(issuer.url.clone()), ..Config::default() };
    let jwt = Jwt::try_new(config).expect("both are good");
    assert_eq!(asked(&jwt, HS256, "any").await, Ok(()));
    assert_eq!(issuer.asked(), 0);
    assert_eq!(asked(&jwt, RS256, "r").await, Ok(()));
    assert_eq!(asked(&jwt, ES256, "e").await, Err(Rejection::Algorithm));
}

#[test]
fn a_set_over_an_open_line_is_refused() {
    for url in ["http://issuer.example/jwks", "ftp://issuer.example", "issuer.example", "", "http://"] {
        let config = Config { key_set_url: Some(url.into()), ..Config::default() };
        assert_eq!(Jwt::try_new(config).map(drop), Err(InvalidKey::Address), "{url}");
    }
    for url in ["https://issuer.example/jwks", "http://127.0.0.1:1/jwks", "http://[::1]/jwks", "http://localhost/jwks"]
    {
        let config = Config { key_set_url: Some(url.into()), ..Config::default() };
        assert!(Jwt::try_new(config).is_ok(), "{url}");
    }
}
