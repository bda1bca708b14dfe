//! A Kafka that is reached by TLS and as a user only, certified for its address and not for `localhost`.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::error::Error;
use std::time::Duration;

use application::ports::error::PortErrorKind;
use somabrain_kafka::{Config, Kafka, Mechanism, Sasl};
use somabrain_servers::authority::Authority;
use somabrain_servers::processes::Server;
use somabrain_tls::Roots;

fn user(mechanism: Mechanism, password: &str) -> Option<Sasl> {
    Some(Sasl { mechanism, username: "somabrain".into(), password: password.into() })
}

fn config(bootstrap: &str, roots: &Roots, sasl: Option<Sasl>) -> Config {
    // A machine that runs everything at once is slow.
    Config { timeout: Duration::from_secs(20), tls: Some(roots.clone()), sasl, ..Config::new(bootstrap) }
}

/// Why Kafka could not be used, with all causes.
async fn refused(config: Config) -> String {
    let error = Kafka::connect(config).await.unwrap().probe().await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable);
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    words
}

#[tokio::test]
async fn brokers_are_spoken_to_by_tls_as_a_user_in_every_way() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let certified = authority.certify(&["127.0.0.1"]).unwrap();
    let server = Server::kafka_by_tls(&certified, "somabrain", "a secret of tests").unwrap();
    let roots = Roots::read(&authority.file()).unwrap();

    let plain = user(Mechanism::Plain, "a secret of tests");
    let kafka = Kafka::connect(config(server.url(), &roots, plain.clone())).await.unwrap();
    assert_eq!(kafka.create_topics().await.unwrap(), ["audit_events", "somabrain_events"]);
    for mechanism in [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512] {
        let sasl = user(mechanism, "a secret of tests");
        let kafka = Kafka::connect(config(server.url(), &roots, sasl)).await.unwrap();
        kafka.probe().await.unwrap_or_else(|error| panic!("{mechanism:?}: {error}: {:?}", error.source));
    }

    for mechanism in [Mechanism::Plain, Mechanism::ScramSha512] {
        let said = refused(config(server.url(), &roots, user(mechanism, "another"))).await;
        assert!(said.to_lowercase().contains("authentication"), "{mechanism:?}: {said}");
        assert!(!said.contains("another"), "{said}");
    }
    let strangers = Roots::read(&stranger.file()).unwrap();
    let said = refused(config(server.url(), &strangers, plain.clone())).await;
    assert!(said.contains("UnknownIssuer"), "{said}");
    let by_name = server.url().replace("127.0.0.1", "localhost");
    let said = refused(config(&by_name, &roots, plain.clone())).await;
    assert!(said.contains("not valid for name \"localhost\""), "{said}");
    refused(Config { tls: None, ..config(server.url(), &roots, plain) }).await;
}
