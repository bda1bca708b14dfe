//! Client and server may be a version apart: what the one before sent is accepted, what a later one adds is passed over,
//! and every answer tells who gave it.

use std::sync::{Arc, Mutex};

use application::ports::long_term::{LongTermMemory, ServiceId};
use domain::memory::Seq;
use poem::endpoint::make_sync;
use poem::listener::TcpAcceptor;
use poem::{Response, Route, Server};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::builders::{NAME, Service, TOKEN, client, cue, memory, patient, put, service, tenant};

const MEMORIES: &str = "/v1/tenants/acme/memories";
const SEARCH: &str = "/v1/tenants/acme/search";

/// A memory as the version before has sent it, with more fields after it.
fn sent(more: &str) -> String {
    format!(
        r#"{{"tenant":"acme","id":"00000000-0000-0000-0000-000000000001","namespace":"default","content":"the key",
        "kind":"episodic","importance":0.5,"source":"user","created":0,"valid":0,"novelty":0.0,"salience":0.0,
        "version":1{more}}}"#
    )
}

#[tokio::test]
async fn requests_of_the_version_before_are_accepted() {
    let service = service().await;
    let erase = r#"{"seq":2,"erase":{"namespace":"default","id":"00000000-0000-0000-0000-000000000002"}}"#;
    let body = format!(r#"{{"entries":[{{"seq":1,"first":1,"memory":{}}},{erase}]}}"#, sent(""));
    let applied = service.ask(MEMORIES, Some(TOKEN), Some(&body)).await;
    assert_eq!((applied.status, applied.json()["position"].as_i64()), (200, Some(2)), "{}", applied.text);
    let body = r#"{"namespace":"default","text":"key","filter":{},"limit":1,"weights":{"lexical":1},"at":0}"#;
    assert_eq!(service.ask(SEARCH, Some(TOKEN), Some(body)).await.status, 200);
}

#[tokio::test]
async fn what_a_later_version_adds_to_a_request_is_passed_over() {
    let service = service().await;
    let later = r#","later":{"more":[1]}"#;
    let id = r#""id":"00000000-0000-0000-0000-000000000002""#;
    let erase = format!(r#"{{"seq":2,"erase":{{"namespace":"default",{id}{later}}}{later}}}"#);
    let body = format!(r#"{{"entries":[{{"seq":1,"first":1,"memory":{}{later}}},{erase}]{later}}}"#, sent(later));
    let applied = service.ask(MEMORIES, Some(TOKEN), Some(&body)).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    assert_eq!(service.engine.applied.lock().unwrap()[0].len(), 2);
    let body = format!(r#"{{"namespace":"default","text":"key","limit":1,"weights":{{"later":1.0}},"at":0{later}}}"#);
    assert_eq!(service.ask(SEARCH, Some(TOKEN), Some(&body)).await.status, 200);
    let body = r#"{"namespace":"default","text":"key","limit":1,"weights":{},"at":0,"filter":{"later":"x"}}"#;
    assert_eq!(service.ask(SEARCH, Some(TOKEN), Some(body)).await.status, 422, "a condition is never passed over");
}

/// A server that answers the same to everything, each path its own.
async fn canned(answers: &[(&'static str, &'static str)]) -> (String, JoinSet<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let json = |body: &'static str| make_sync(move |_| Response::builder().content_type("application/json").body(body));
    let routes = answers.iter().fold(Route::new(), |routes, (path, body)| routes.at(*path, json(body)));
    let mut running = JoinSet::new();
    running.spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap()).run(routes));
    (endpoint, running)
}

#[tokio::test]
async fn answers_of_the_version_before_are_read_and_are_nameless() {
    let found = r#"{"candidates":[],"reading":{"words":1,"named":0}}"#;
    let position = r#"{"position":7}"#;
    let paths = [(MEMORIES, position), ("/v1/tenants/acme/position", position), (SEARCH, found)];
    let (endpoint, _running) = canned(&paths).await;
    let client = client(&endpoint);
    assert_eq!(client.apply(&tenant(), &[put(1, memory(1, "one"))]).await.unwrap(), ServiceId::NAMELESS);
    assert_eq!(client.position(&tenant()).await.unwrap(), Seq(7));
    assert_eq!(client.search(&cue()).await.unwrap().by, ServiceId::NAMELESS);
    assert_eq!(client.service().await.unwrap(), ServiceId::NAMELESS);
    assert_eq!(client.failures(), 0, "no outage");
}

#[tokio::test]
async fn what_a_later_version_adds_to_an_answer_is_passed_over() {
    let found = r#"{"candidates":[],"reading":{"words":1,"named":0,"later":1},"later":[{}]}"#;
    let name = r#"{"service":"00000000-0000-0000-0000-0000000a11ce","later":true}"#;
    let position = r#"{"position":7,"service":"00000000-0000-0000-0000-0000000a11ce","later":null}"#;
    let paths = [(MEMORIES, position), (SEARCH, found), ("/v1/service", name)];
    let (endpoint, _running) = canned(&paths).await;
    let client = client(&endpoint);
    assert_eq!(client.apply(&tenant(), &[put(1, memory(1, "one"))]).await.unwrap(), NAME);
    assert_eq!(client.search(&cue()).await.unwrap().found.reading.words, 1);
    assert_eq!(client.service().await.unwrap(), NAME);
}

#[tokio::test]
async fn every_answer_tells_the_name_of_who_gave_it() {
    let service = service().await;
    assert_eq!(service.client.service().await.unwrap(), NAME);
    assert_eq!(service.client.apply(&tenant(), &[put(1, memory(1, "one"))]).await.unwrap(), NAME);
    assert_eq!(service.client.search(&cue()).await.unwrap().by, NAME);
    service.engine.names.lock().unwrap().push_back(ServiceId::NAMELESS);
    assert_eq!(service.client.service().await.unwrap(), ServiceId::NAMELESS);
}

#[tokio::test]
async fn a_request_in_parts_is_begun_anew_where_another_answers_in_the_middle() {
    let service = service().await;
    let other = |number| ServiceId(Uuid::from_u128(number));
    service.engine.names.lock().unwrap().extend([other(1), other(2)]);
    let entries: Vec<_> = (1..=2_001).map(|n| put(n, memory(n as u128, &format!("entry {n}")))).collect();
    assert_eq!(patient(&service.endpoint).apply(&tenant(), &entries).await.unwrap(), NAME);
    assert_eq!(service.engine.applied.lock().unwrap().len(), 6, "three parts, twice");
    service.engine.names.lock().unwrap().extend((0..9).map(other));
    patient(&service.endpoint).apply(&tenant(), &entries).await.unwrap_err();
}

/// Both servers live on, and connections to the one before are open.
#[tokio::test]
async fn connections_to_the_server_before_are_let_go_when_the_address_leads_to_another() {
    let (before, after) = (service().await, service().await);
    after.engine.names.lock().unwrap().extend(std::iter::repeat_n(ServiceId(Uuid::from_u128(2)), 9));
    let (listener, target) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::new(Mutex::new(String::new())));
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let turn_to = |service: &Service| {
        *target.lock().unwrap() = service.endpoint.trim_start_matches("http://").to_owned();
    };
    let leads_to = target.clone();
    let mut passing = JoinSet::new();
    passing.spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((mut from, _)) = listener.accept().await {
            let to = leads_to.lock().unwrap().clone();
            open.spawn(async move {
                let mut to = tokio::net::TcpStream::connect(to).await.unwrap();
                tokio::io::copy_bidirectional(&mut from, &mut to).await
            });
        }
    });
    turn_to(&before);
    assert_eq!(client.service().await.unwrap(), NAME);
    assert_eq!(client.search(&cue()).await.unwrap().by, NAME);
    turn_to(&after);
    assert_eq!(client.search(&cue()).await.unwrap().by, NAME, "by a connection that was kept");
    assert_eq!(client.service().await.unwrap(), ServiceId(Uuid::from_u128(2)));
    assert_eq!(client.search(&cue()).await.unwrap().by, ServiceId(Uuid::from_u128(2)));
}
