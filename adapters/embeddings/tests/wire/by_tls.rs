//! The endpoint behind TLS, as providers have it.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use application::ports::encoder::Encoder;
use domain::time::Timestamp;
use somabrain_embeddings::{Config, Embeddings};
use somabrain_servers::authority::Authority;
use somabrain_tls::{Identity, Listener, Roots};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::server::{DIMENSIONS, Endpoint};

/// Takes connections by TLS and hands on what is in them, as long as it is waited for.
async fn hand_on(listener: Listener, to: SocketAddr) {
    let mut connections = JoinSet::new();
    loop {
        let (mut from, _) = listener.accept(Duration::from_secs(10)).await.unwrap();
        connections.spawn(async move {
            let mut to = TcpStream::connect(to).await.unwrap();
            // Whoever does not trust this ends it in the handshake.
            tokio::io::copy_bidirectional(&mut from, &mut to).await.ok();
        });
    }
}

#[tokio::test]
async fn an_endpoint_is_asked_by_https_once_its_authority_and_its_name_are_right() {
    let (authority, endpoint) = (Authority::new().unwrap(), Endpoint::start());
    let certified = authority.certify(&["localhost"]).unwrap();
    let identity = Identity::read(certified.chain(), certified.key(), Timestamp::MIN).unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let listener = Listener::new(socket, Some(Arc::new(identity)));
    let to = endpoint.url.trim_start_matches("http://").parse().unwrap();

    let asked = async {
        let roots = Roots::read(&authority.file()).unwrap();
        let guard = somabrain_guard::Config { timeout: Duration::from_secs(10), retries: 0, ..Default::default() };
        let at = |host: &str, roots: &Roots| {
            let (roots, guard) = (roots.clone(), guard.clone());
            Config { roots, guard, ..Config::new(&format!("https://{host}:{port}"), "words") }
        };
        let encoder = Embeddings::connect(at("localhost", &roots)).await.unwrap();
        assert_eq!(encoder.dimensions(), DIMENSIONS);
        for (host, roots, words) in
            [("localhost", Roots::mozilla(), "UnknownIssuer"), ("127.0.0.1", roots, "not valid for name \"127.0.0.1\"")]
        {
            let error = Embeddings::connect(at(host, &roots)).await.map(drop).unwrap_err();
            let causes = std::iter::successors(error.source(), |cause| (*cause).source());
            let said: Vec<String> = causes.map(ToString::to_string).collect();
            assert!(said.iter().any(|cause| cause.contains(words)), "{words}: {said:?}");
        }
        assert_eq!(endpoint.asked().len(), 1, "nobody else was heard");
    };
    tokio::select! {
        () = hand_on(listener, to) => unreachable!("it goes on for ever"),
        () = asked => {}
    }
}
