//! OPA away, silent, and back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::question::{PERMITTED, ask, call};
use crate::server::Stub;
use application::ports::error::PortErrorKind;
use application::ports::metrics::BreakerState;
use somabrain_opa::{Config, Opa};

const TIMEOUT: Duration = Duration::from_millis(300);

async fn opa(url: String) -> Opa {
    Opa::connect(Config { timeout: TIMEOUT, ..Config::new(url) }).await.unwrap()
}

/// Asks both ways and checks that each ends as unavailable in time.
async fn is_unavailable(opa: &Opa) {
    let start = Instant::now();
    let failed = ask(opa, &call("admin", "r-1")).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Unavailable);
    assert_eq!(opa.probe().await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert!(start.elapsed() < TIMEOUT * 5, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_silent_opa_is_unavailable_within_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    is_unavailable(&opa(format!("http://{}", silent.local_addr().unwrap())).await).await;
}

#[tokio::test]
async fn an_opa_that_is_away_is_unavailable_and_back_when_it_is() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let opa = opa(format!("http://{address}")).await;
    is_unavailable(&opa).await;
    assert_eq!(opa.failures(), 4);
    let _back = Stub::at(address, "200 OK", PERMITTED);
    assert!(ask(&opa, &call("admin", "r-1")).await.unwrap().is_allow());
}

#[tokio::test]
async fn an_opa_that_stays_away_is_left_in_peace_until_a_probe_finds_it() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let opa = opa(format!("http://{address}")).await;
    while opa.breaker() == BreakerState::Closed {
        is_unavailable(&opa).await;
    }
    let back = Stub::at(address, "200 OK", PERMITTED);
    opa.probe().await.unwrap();
    assert_eq!(back.asked.recv().unwrap().line, "GET /health HTTP/1.1");
    assert_eq!(opa.breaker(), BreakerState::Closed);
    assert!(ask(&opa, &call("admin", "r-1")).await.unwrap().is_allow());
}

/// An OPA that is well and decides nothing: it answers `GET` after a while, and nothing else.
fn deciding_nothing(after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                std::thread::park_timeout(after);
                if head.first().is_some_and(|line| line.starts_with("GET ")) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
                } else {
                    let _ = stream.read_to_end(&mut Vec::new());
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_probe_waits_for_no_decision() {
    let url = deciding_nothing(Duration::ZERO);
    let config = Config { timeout: Duration::from_secs(3), connections: 1, ..Config::new(url) };
    let opa = Opa::connect(config).await.unwrap();
    let question = call("admin", "r-1");
    let probes = async {
        for _ in 0..20 {
            opa.probe().await.unwrap();
        }
    };
    tokio::select! {
        biased;
        _ = ask(&opa, &question) => panic!("it has the one thread and gets no answer"),
        () = probes => {}
    }
    assert_eq!(opa.failures(), 0);
}

#[tokio::test]
async fn probes_that_wait_for_each_other_longer_than_the_timeout_are_no_outages() {
    let opa = opa(deciding_nothing(TIMEOUT / 2)).await;
    let probes = tokio::join!(opa.probe(), opa.probe(), opa.probe(), opa.probe());
    assert!(matches!(probes, (Ok(()), Ok(()), Ok(()), Ok(()))), "{probes:?}");
    assert_eq!((opa.failures(), opa.breaker()), (0, BreakerState::Closed));
}
