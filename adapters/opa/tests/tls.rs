//! An OPA that is reached by https only, certified for `localhost` and not for its address.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::error::Error;
use std::time::Duration;

use application::ports::error::PortErrorKind;
use somabrain_opa::{Config, Opa};
use somabrain_servers::authority::Authority;
use somabrain_servers::processes::Server;
use somabrain_tls::Roots;

/// Why OPA could not be asked, with all causes.
async fn refused(url: &str, roots: Roots) -> String {
    let opa = Opa::connect(Config { roots, timeout: Duration::from_secs(10), ..Config::new(url) }).await.unwrap();
    let error = opa.probe().await.unwrap_err();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    assert_eq!(error.kind, PortErrorKind::Unavailable, "{words}");
    words
}

#[tokio::test]
async fn opa_is_asked_by_https_once_its_authority_and_its_name_are_right() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let server = Server::opa_by_tls(&authority.certify(&["localhost"]).unwrap()).unwrap();
    let roots = Roots::read(&authority.file()).unwrap();
    let by_name = server.url().replace("127.0.0.1", "localhost");

    let config = Config { roots: roots.clone(), timeout: Duration::from_secs(10), ..Config::new(&by_name) };
    Opa::connect(config).await.unwrap().probe().await.unwrap();

    for roots in [Roots::mozilla(), Roots::read(&stranger.file()).unwrap()] {
        let said = refused(&by_name, roots).await;
        assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{said}");
    }
    let said = refused(server.url(), roots).await;
    assert!(said.contains("certificate not valid for name \"127.0.0.1\""), "{said}");
    let by_http = by_name.replace("https:", "http:");
    let opa = Opa::connect(Config::new(&by_http)).await.unwrap();
    opa.probe().await.unwrap_err();
}
