//! What an answer holds of much at most: pages of memories and of versions, exports, answers that are being sent.

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use domain::memory::Procedure;
use poem::Response;
use serde_json::{Value, json};
use somabrain_http::{Config, api, serve};
use somabrain_inprocess::InProcess;
use somabrain_tls::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::service::{Service, production};

/// Bytes at which a page ends.
const PAGE: usize = 4 << 20;

const NDJSON: (&str, &str) = ("accept", "application/x-ndjson");

/// Stores a memory of half a megabyte.
async fn remember_much(service: &Service, content: &str) -> String {
    let facts = vec!["\u{1f9e0}".repeat(Procedure::FACT); Procedure::FACTS];
    let body = json!({"content": content, "procedure": {"preconditions": facts, "effects": facts}}).to_string();
    let answer = service.post("/remember", &body).await;
    assert_eq!(answer.status, 201, "{:.200}", answer.text);
    answer.json()["id"].as_str().expect("an id").to_owned()
}

fn contents(memories: &Value) -> Vec<&str> {
    let memories = memories.as_array().expect("a list").iter();
    memories.map(|memory| memory["content"].as_str().expect("a text")).collect()
}

async fn export(service: &Service, token: &str) -> Response {
    let token = format!("Bearer {token}");
    service.open("/memories", &[NDJSON, ("authorization", &token)]).await
}

#[tokio::test]
async fn a_page_ends_where_its_memories_are_too_many_bytes() {
    let service = Service::new();
    for number in 0..10 {
        remember_much(&service, &format!("entry {number}")).await;
    }
    let answer = service.get("/memories?limit=1000").await;
    assert!(answer.text.len() < PAGE + (PAGE >> 2), "{}", answer.text.len());
    let first = answer.json();
    let entries = |numbers: std::ops::Range<u8>| numbers.map(|number| format!("entry {number}")).collect::<Vec<_>>();
    assert_eq!(contents(&first["memories"]), entries(0..8));
    let cursor = first["next_cursor"].as_str().expect("there are more");
    let second = service.get(&format!("/memories?limit=1000&cursor={cursor}")).await.json();
    assert_eq!(contents(&second["memories"]), entries(8..10));
    assert_eq!(second["next_cursor"], Value::Null);
    let exported = service.ask("GET", "/memories", &[NDJSON], "").await.text;
    assert_eq!(exported.lines().count(), 10);
}

#[tokio::test]
async fn versions_are_told_page_by_page() {
    let service = Service::new();
    let id = service.remember("Ada drinks tea").await;
    let path = format!("/memories/{id}");
    for number in 0..6 {
        let body = json!({"tags": [format!("tag {number}")]}).to_string();
        assert_eq!(service.ask("PATCH", &path, &[], &body).await.status, 200);
    }
    let all = service.get(&format!("{path}/versions")).await.json();
    let all = all["versions"].as_array().expect("a list").clone();
    assert_eq!(all.len(), 7);
    let (mut found, mut query) = (Vec::new(), "limit=3".to_owned());
    loop {
        let page = service.get(&format!("{path}/versions?{query}")).await.json();
        let versions = page["versions"].as_array().expect("a list");
        assert!(versions.len() <= 3);
        found.extend(versions.clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("limit=3&cursor={cursor}");
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn a_page_of_versions_ends_where_they_are_too_many_bytes() {
    let service = Service::new();
    let path = format!("/memories/{}", remember_much(&service, "how").await);
    for number in 0..9 {
        let body = json!({"tags": [format!("tag {number}")]}).to_string();
        assert_eq!(service.ask("PATCH", &path, &[], &body).await.status, 200);
    }
    let answer = service.get(&format!("{path}/versions")).await;
    assert!(answer.text.len() < PAGE + (PAGE >> 2), "{}", answer.text.len());
    let numbers = |page: &Value| -> Vec<u64> {
        page["versions"].as_array().expect("a list").iter().filter_map(|one| one["version"].as_u64()).collect()
    };
    let first = answer.json();
    assert_eq!(numbers(&first), [1, 2, 3, 4, 5, 6, 7, 8]);
    let cursor = first["next_cursor"].as_str().expect("there are more");
    let second = service.get(&format!("{path}/versions?cursor={cursor}")).await.json();
    assert_eq!(numbers(&second), [9, 10]);
}

#[tokio::test]
async fn a_cursor_of_another_memorys_versions_is_refused() {
    let service = Service::new();
    let (one, other) = (service.remember("Ada drinks tea").await, service.remember("Bob drinks tea").await);
    let amended = service.ask("PATCH", &format!("/memories/{one}"), &[], r#"{"tags":["tea"]}"#).await;
    assert_eq!(amended.status, 200);
    let first = service.get(&format!("/memories/{one}/versions?limit=1")).await.json();
    let cursor = first["next_cursor"].as_str().expect("there is more");
    for path in [
        format!("/memories/{other}/versions?cursor={cursor}"),
        format!("/memories?cursor={cursor}"),
        format!("/memories/{one}/versions?limit=0"),
        format!("/memories/{one}/versions?limit=1001"),
        format!("/memories/{one}/versions?colour=red"),
    ] {
        assert_eq!(service.get(&path).await.status, 422, "{path}");
    }
}

#[tokio::test]
async fn a_tenant_has_eight_exports_at_once() {
    let service = Service::new();
    service.remember("Ada drinks tea").await;
    let mut under_way = Vec::new();
    for _ in 0..8 {
        under_way.push(export(&service, "alpha-token").await);
    }
    assert!(under_way.iter().all(|one| one.status() == 200));
    let ninth = service.ask("GET", "/memories", &[NDJSON], "").await;
    assert_eq!((ninth.status, ninth.header("retry-after")), (429, Some("5")), "{}", ninth.text);
    assert_eq!(ninth.header("content-type"), Some("application/problem+json"));
    assert_eq!(service.get("/memories").await.status, 200, "a page is no export");
    assert_eq!(export(&service, "beta-token").await.status(), 200, "another tenant has its own");
    under_way.pop();
    let next = export(&service, "alpha-token").await;
    assert_eq!(next.status(), 200, "one was given up");
    assert!(next.into_body().into_string().await.expect("a text").contains("Ada drinks tea"));
    assert_eq!(export(&service, "alpha-token").await.status(), 200, "one was sent to its end");
}

#[tokio::test]
async fn a_place_at_work_is_kept_until_the_answer_has_been_sent() {
    let mut limits = production().limits;
    limits.concurrency = 1;
    let service = Service::over(InProcess::new(), Config { limits, ..production() });
    service.remember("Ada drinks tea").await;
    let whole = service.get("/memories").await;
    for headers in [&[][..], &[NDJSON]] {
        let answer = service.open("/memories", headers).await;
        assert_eq!(service.get("/memories").await.status, 503, "the place is taken");
        answer.into_body().into_string().await.expect("a text");
        assert_eq!(service.get("/memories").await.status, 200, "it was sent");
        drop(service.open("/memories", headers).await);
        assert_eq!(service.get("/memories").await.text, whole.text, "it was given up");
    }
}

#[tokio::test]
async fn a_tenant_leaves_places_to_the_others() {
    let mut limits = production().limits;
    limits.concurrency = 4;
    let service = Service::over(InProcess::new(), Config { limits, ..production() });
    service.remember("Ada drinks tea").await;
    let held = [
        service.open("/memories", &[]).await,
        service.open("/memories", &[]).await,
        service.open("/memories", &[]).await,
    ];
    let fourth = service.get("/memories").await;
    assert_eq!((fourth.status, fourth.header("retry-after")), (429, Some("1")), "{}", fourth.text);
    assert_eq!(export(&service, "beta-token").await.status(), 200);
    drop(held);
    assert_eq!(service.get("/memories").await.status, 200);
}

/// The status of the answer to a request by a connection of its own.
async fn status(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(asking("/memories?limit=1", "connection: close\r\n").as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("read");
    String::from_utf8_lossy(&answer[9..12]).into_owned()
}

fn asking(path: &str, header: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer alpha-token\r\n{header}\r\n")
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_hung_up_on_and_its_place_is_free_again() {
    hung_up_on(0).await;
}

#[tokio::test]
async fn who_takes_an_answer_bit_by_bit_is_hung_up_on_too() {
    hung_up_on(4_096).await;
}

/// One who takes so many bytes ten times a second.
async fn hung_up_on(bytes: usize) {
    let mut limits = production().limits;
    (limits.concurrency, limits.idle_time) = (1, Duration::from_secs(2));
    let service = Service::new();
    for number in 0..24 {
        remember_much(&service, &format!("entry {number}")).await;
    }
    let (endpoint, stopping) = api(service.brain.clone(), Config { limits, ..production() });
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = socket.local_addr().expect("an address");
    let asked = async {
        let mut idle = TcpStream::connect(address).await.expect("connected");
        idle.write_all(asking("/memories", "accept: application/x-ndjson\r\n").as_bytes()).await.expect("sent");
        let mut begin = [0; 12];
        idle.read_exact(&mut begin).await.expect("an answer begins");
        assert_eq!(&begin, b"HTTP/1.1 200");
        assert_eq!(status(address).await, "503", "the place is taken");
        let mut bit = vec![0; bytes];
        while status(address).await != "200" {
            // Whether it was hung up on, others see.
            let _ = idle.read(&mut bit).await;
            let _ = tokio::time::timeout(Duration::from_millis(100), pending::<()>()).await;
        }
    };
    let served = serve(Listener::new(socket, None), endpoint, stopping, limits, pending());
    tokio::select! {
        ended = served => panic!("it ended: {ended:?}"),
        within = tokio::time::timeout(Duration::from_secs(60), asked) => within.expect("its place is free again"),
    }
}
