//! A service that is away, hangs or is not one: `Unavailable` within the timeout, and well again by itself.

use std::time::{Duration, Instant};

use application::ports::error::PortErrorKind;
use application::ports::long_term::LongTermMemory;
use application::ports::metrics::BreakerState;
use somabrain_memory_service::server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::builders::{Scripted, TOKEN, client, cue, memory, put, service, tenant};

#[tokio::test]
async fn a_closed_port_is_unavailable_and_opens_the_breaker() {
    let endpoint = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = client(&endpoint);
    for _ in 0..2 {
        assert_eq!(client.search(&cue()).await.unwrap_err().kind, PortErrorKind::Unavailable);
    }
    assert_eq!(client.breaker(), BreakerState::Open);
    assert!(client.failures() >= 5, "{}", client.failures());
    let error = client.apply(&tenant(), &[put(1, memory(1, "hello"))]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable);
    assert_eq!(client.position(&tenant()).await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert_eq!(client.probe().await.unwrap_err().kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn a_silent_server_is_unavailable_within_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));

    let began = Instant::now();
    let error = client.search(&cue()).await.unwrap_err();

    assert_eq!(error.kind, PortErrorKind::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle_of_its_answer_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let half = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"cand").await;
        }
    };
    let acme = tenant();
    let error = tokio::select! {
        answered = client.position(&acme) => answered.unwrap_err(),
        () = half => unreachable!("it answers for ever"),
    };
    assert_eq!(error.kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn a_server_of_something_else_is_a_mistake_of_ours() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let other = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello").await;
        }
    };
    let acme = tenant();
    let error = tokio::select! {
        answered = client.position(&acme) => answered.unwrap_err(),
        () = other => unreachable!("it answers for ever"),
    };
    assert_eq!(error.kind, PortErrorKind::Internal);
}

#[tokio::test]
async fn a_service_that_comes_back_is_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&format!("http://{address}"));
    for _ in 0..2 {
        client.search(&cue()).await.unwrap_err();
    }
    assert_eq!(client.breaker(), BreakerState::Open);

    let listener = TcpListener::bind(address).await.unwrap();
    let config = server::Config { token: TOKEN.into(), version: "v1".into(), traces: Default::default() };
    let mut running = JoinSet::new();
    running.spawn(server::serve(listener, std::sync::Arc::new(Scripted::default()), config, std::future::pending()));

    // A probe asks in any state, and an answer closes the breaker.
    client.probe().await.unwrap();
    assert_eq!(client.breaker(), BreakerState::Closed);
    client.search(&cue()).await.unwrap();
}

#[tokio::test]
async fn an_outage_of_the_engine_is_tried_again() {
    let service = service().await;
    *service.engine.failing.lock().unwrap() = Some(PortErrorKind::Unavailable);
    service.client.search(&cue()).await.unwrap_err();
    assert_eq!(service.client.failures(), 3);
    *service.engine.failing.lock().unwrap() = None;
    service.client.search(&cue()).await.unwrap();
}
