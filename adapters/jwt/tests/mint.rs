//! Tokens made for trials are accepted by the settings that made them, and by no others.

use std::time::Duration;

use application::call::Caller;
use application::ports::authenticator::{Authenticator, Rejection};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_jwt::{CannotMint, Config, Jwt, Key};

const HOUR: Duration = Duration::from_secs(3600);

fn caller() -> Caller {
    let tenant = Tenant::try_new("acme").expect("a tenant");
    Caller { tenant, subject: "ada".into(), roles: vec!["reader".into(), "planner".into()] }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-01-31T12:00:00.5Z").expect("a time")
}

fn config() -> Config {
    Config {
        keys: vec![Key::Secret("s".repeat(32))],
        issuer: Some("us".into()),
        audience: Some("somabrain".into()),
        tenant_claim: "app.tenant".into(),
        roles_claim: "app.access.roles".into(),
        ..Config::default()
    }
}

#[tokio::test]
async fn a_minted_token_makes_the_caller_it_was_minted_for() {
    let jwt = Jwt::try_new(config()).unwrap();
    let token = jwt.mint(&caller(), now(), HOUR).unwrap();
    assert_eq!(jwt.authenticate(&token, now()).await, Ok(caller()));
    assert_eq!(jwt.authenticate(&token, now().plus_seconds(3_661)).await, Err(Rejection::Expired));
}

#[tokio::test]
async fn settings_that_expect_another_issuer_refuse_it() {
    let token = Jwt::try_new(config()).unwrap().mint(&caller(), now(), HOUR).unwrap();
    let other = Jwt::try_new(Config { issuer: Some("them".into()), ..config() }).unwrap();
    assert_eq!(other.authenticate(&token, now()).await, Err(Rejection::Issuer));
}

#[test]
fn a_lifetime_beyond_the_calendar_ends_with_it() {
    let jwt = Jwt::try_new(config()).unwrap();
    assert!(jwt.mint(&caller(), now(), Duration::MAX).is_ok());
}

#[test]
fn public_keys_mint_nothing() {
    let keys = vec![Key::Pem(include_str!("keys/ec.pem").into())];
    let jwt = Jwt::try_new(Config { keys, ..config() }).unwrap();
    assert_eq!(jwt.mint(&caller(), now(), HOUR), Err(CannotMint::NoSecret));
}

#[test]
fn claims_in_each_others_way_mint_nothing() {
    for (tenant, roles) in [("a", "a.b"), ("a.b", "a"), ("a", "a"), ("sub", "roles")] {
        let claims = Config { tenant_claim: tenant.into(), roles_claim: roles.into(), ..config() };
        let jwt = Jwt::try_new(claims).unwrap();
        assert_eq!(jwt.mint(&caller(), now(), HOUR), Err(CannotMint::Claims), "{tenant} and {roles}");
    }
}
