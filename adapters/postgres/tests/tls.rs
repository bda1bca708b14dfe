//! A Postgres that is reached by TLS only, certified for `localhost` and not for its address.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::path::Path;
use std::sync::LazyLock;

use domain::audit::AuditKey;
use somabrain_postgres::{Config, Postgres, Schema, examine};
use somabrain_servers::authority::Authority;
use somabrain_servers::processes::Server;
use somabrain_tls::Roots;

struct Stage {
    authority: Authority,
    stranger: Authority,
    postgres: Server,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let postgres = Server::postgres_by_tls(&authority.certify(&["localhost"]).unwrap()).unwrap();
    Stage { authority, stranger, postgres }
});

/// Everything by name.
fn dsn(words: &str) -> String {
    format!("{}?{words}", STAGE.postgres.url().replace("127.0.0.1", "localhost"))
}

fn by_address(words: &str) -> String {
    format!("{}?{words}", STAGE.postgres.url())
}

fn config(dsn: &str) -> Config {
    Config::new(dsn, AuditKey::try_new(b"sixteen bytes or more").unwrap())
}

fn file(path: &Path) -> String {
    format!("sslrootcert={}", path.display())
}

/// Why the database could not be examined, with all causes.
async fn refused(config: Config) -> String {
    let error = examine(&config).await.map(|examined| examined.version).unwrap_err();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    words
}

#[tokio::test]
async fn everything_goes_by_tls_whose_server_was_verified() {
    let roots = Roots::read(&STAGE.authority.file()).unwrap();
    let config = Config { roots, ..config(&dsn("sslmode=verify-full")) };
    let postgres = Postgres::connect(config.clone()).await.unwrap();
    postgres.probe().await.unwrap();
    assert_eq!(postgres.count_memories().await.unwrap(), 0);
    assert!(matches!(examine(&config).await.unwrap().schema, Schema::Present { .. }));
    let rows = postgres.dump(|_, _| Ok(())).await.unwrap().rows;
    assert_eq!(rows["memories"], 0);
}

#[tokio::test]
async fn the_dsn_may_name_the_authority_itself() {
    let own = file(&STAGE.authority.file());
    for words in
        [format!("sslmode=verify-full&{own}"), format!("sslmode=verify-ca&{own}"), format!("sslmode=require&{own}")]
    {
        examine(&config(&dsn(&words))).await.unwrap_or_else(|error| panic!("{words}: {error}: {:?}", error.source));
    }
}

#[tokio::test]
async fn without_verification_it_is_encrypted_all_the_same() {
    for words in ["sslmode=require", "sslmode=prefer", "connect_timeout=5"] {
        examine(&config(&by_address(words)))
            .await
            .unwrap_or_else(|error| panic!("{words}: {error}: {:?}", error.source));
    }
}

#[tokio::test]
async fn a_server_that_nobody_known_vouches_for_is_refused() {
    let stranger = file(&STAGE.stranger.file());
    for words in ["sslmode=verify-full", "sslmode=verify-ca", &format!("sslmode=require&{stranger}")] {
        let said = refused(config(&dsn(words))).await;
        assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{words}: {said}");
    }
}

#[tokio::test]
async fn a_server_in_another_name_is_refused_by_verify_full_only() {
    let own = file(&STAGE.authority.file());
    let said = refused(config(&by_address(&format!("sslmode=verify-full&{own}")))).await;
    assert!(said.contains("certificate not valid for name \"127.0.0.1\""), "{said}");
    examine(&config(&by_address(&format!("sslmode=verify-ca&{own}")))).await.unwrap();
}

#[tokio::test]
async fn a_client_without_tls_is_refused_by_the_server() {
    let said = refused(config(&dsn("sslmode=disable"))).await;
    assert!(said.contains("no encryption"), "{said}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_required_and_taken_where_it_is_preferred() {
    let plain = Server::postgres().unwrap();
    let at = |words: &str| config(&format!("{}?{words}", plain.url()));
    for words in ["sslmode=require", "sslmode=verify-full"] {
        let said = refused(at(words)).await;
        assert!(said.contains("server does not support TLS"), "{words}: {said}");
    }
    examine(&at("sslmode=prefer")).await.unwrap();
}

#[tokio::test]
async fn a_dsn_that_says_nonsense_of_tls_is_refused_before_anybody_is_asked() {
    let said = refused(config(&dsn("sslmode=always"))).await;
    assert!(said.contains("must be disable, prefer, require, verify-ca or verify-full"), "{said}");
    let said = refused(config(&dsn("sslmode=verify-full&sslrootcert=/nowhere/ca.pem"))).await;
    assert!(said.contains("sslrootcert cannot be used: could not read the file /nowhere/ca.pem"), "{said}");
}
