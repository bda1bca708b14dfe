//! Two memory services: the operators' runbook turns the address to the backup and back, and nothing else has to be done.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::selector::Selector;
use crate::server::{Server, command, place, program};
use crate::stack::{SECRET, Stack};

/// A memory service with a folder of its own.
struct Memory {
    folder: TempDir,
    server: Option<Server>,
}

impl Memory {
    fn start() -> Self {
        let mut memory = Self { folder: place(), server: None };
        memory.start_again();
        memory
    }

    fn start_again(&mut self) {
        let mut command = command(&program(), self.folder.path());
        command.arg("memory-service").env("SOMABRAIN_MEMORY_HTTP_TOKEN", SECRET);
        self.server = Some(Server::of(command).expect("a memory service starts"));
    }

    fn kill(&mut self) {
        self.server.take().expect("it runs").kill().expect("it can be killed");
    }

    fn url(&self) -> &str {
        &self.server.as_ref().expect("it runs").url
    }

    /// What it holds itself, whatever waits for it.
    fn holds(&self) -> Vec<String> {
        let body =
            json!({"namespace": "default", "text": "entry", "limit": 1000, "weights": {"lexical": 1.0}, "at": 0});
        let server = self.server.as_ref().expect("it runs");
        let bearer = format!("Bearer {SECRET}");
        let (status, found) =
            server.call_as(&bearer, "POST", "/v1/tenants/local/search", &body.to_string()).expect("it answers");
        assert_eq!(status, 200, "{found}");
        let all = found["candidates"].as_array().expect("a list").iter();
        let mut held: Vec<String> =
            all.map(|one| one["memory"]["content"].as_str().expect("a text").to_owned()).collect();
        held.sort();
        held
    }

    fn comes_to_hold(&self, expected: &[String]) {
        let begin = Instant::now();
        while self.holds() != expected {
            assert!(begin.elapsed() < Duration::from_secs(60), "{:?}\nis not\n{expected:?}", self.holds());
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }
}

fn remember(replica: &Server, content: &str) -> (String, Value, Duration) {
    let begin = Instant::now();
    let (status, answer) =
        replica.call("POST", "/remember", &json!({"content": content}).to_string()).expect("it answers");
    assert_eq!(status, 201, "{answer}");
    (answer["id"].as_str().expect("an id").to_owned(), answer["stored"].clone(), begin.elapsed())
}

fn erase(replica: &Server, id: &str) {
    let (status, answer) = replica.call("DELETE", &format!("/memories/{id}"), "").expect("it answers");
    assert!((200..300).contains(&status), "{status} {answer}");
}

/// All that are recalled, and whether the recall was whole.
fn recalled(replica: &Server) -> (Vec<String>, bool) {
    let body = json!({"query": "entry", "k": 100}).to_string();
    let (status, answer) = replica.call("POST", "/recall", &body).expect("it answers");
    assert_eq!(status, 200, "{answer}");
    let all = answer["memories"].as_array().expect("a list").iter();
    let mut found: Vec<String> = all.map(|one| one["content"].as_str().expect("a text").to_owned()).collect();
    found.sort();
    (found, answer["degraded"] == Value::Bool(false))
}

fn recalls(replicas: &[Server], expected: &[String]) {
    for replica in replicas {
        assert_eq!(recalled(replica), (expected.to_vec(), true));
    }
}

fn component(replica: &Server, name: &str) -> Value {
    replica.call("GET", "/health", "").expect("it answers").1["components"][name]["status"].clone()
}

fn entries(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut all: Vec<String> = numbers.into_iter().map(|number| format!("entry {number}")).collect();
    all.sort();
    all
}

#[test]
fn the_address_is_turned_to_the_backup_and_back_and_nothing_else_has_to_be_done() {
    let mut stack = Stack::start(0).expect("the stack starts");
    let (mut first, backup) = (Memory::start(), Memory::start());
    let service = Selector::to(first.url()).expect("an address");

    // A deployment with one memory service, and memories.
    let mut alone = stack.command();
    alone.env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", &service.url);
    let replica = Server::of(alone).expect("a replica");
    assert_eq!(component(&replica, "memory_service_backup"), Value::Null);
    let mut ids: Vec<String> = (0..20).map(|number| remember(&replica, &format!("entry {number}")).0).collect();
    erase(&replica, &ids[0]);
    drop(replica);

    // The settings name a backup: it is told everything.
    for _ in 0..2 {
        let mut both = stack.command();
        both.env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", &service.url).env("SOMABRAIN_MEMORY_BACKUP_ENDPOINT", backup.url());
        stack.replicas.push(Server::of(both).expect("a replica"));
    }
    backup.comes_to_hold(&entries(1..20));
    assert_eq!(component(&stack.replicas[0], "memory_service_backup"), "healthy");

    // The first dies; what is written until the address is turned waits.
    first.kill();
    let (id, stored, _) = remember(&stack.replicas[0], "entry 20");
    assert_eq!(stored, "queued");
    ids.push(id);
    service.turn_to(backup.url());
    let begin = Instant::now();
    // Breakers let a first request through after their rest.
    while stack.replicas.iter().any(|replica| recalled(replica) != (entries(1..21), true)) {
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", recalled(&stack.replicas[0]));
        std::thread::park_timeout(Duration::from_millis(100));
    }
    for number in 21..25 {
        ids.push(remember(&stack.replicas[number % 2], &format!("entry {number}")).0);
    }
    erase(&stack.replicas[1], &ids[5]);
    let now = entries((1..25).filter(|number| *number != 5));
    recalls(&stack.replicas, &now);
    backup.comes_to_hold(&now);

    // Back: the first knows nothing of it, recall does, and it is told.
    first.start_again();
    assert_eq!(first.holds(), entries(1..20), "as it was when it died");
    service.turn_to(first.url());
    recalls(&stack.replicas, &now);
    first.comes_to_hold(&now);
    recalls(&stack.replicas, &now);

    // One address leads to the other server while connections to the one before stay open.
    for turn in 0..6 {
        service.turn_to(if turn % 2 == 0 { backup.url() } else { first.url() });
        let id = remember(&stack.replicas[turn % 2], "entry of a turn").0;
        erase(&stack.replicas[(turn + 1) % 2], &id);
        recalls(&stack.replicas, &now);
    }
}

#[test]
fn a_backup_that_is_away_is_seen_in_health_and_holds_nothing_up() {
    let stack = Stack::start(0).expect("the stack starts");
    let (first, mut backup) = (Memory::start(), Memory::start());
    let address = Selector::to(backup.url()).expect("an address");
    let mut both = stack.command();
    both.env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", first.url()).env("SOMABRAIN_MEMORY_BACKUP_ENDPOINT", &address.url);
    let replica = Server::of(both).expect("a replica");
    remember(&replica, "entry 0");
    backup.comes_to_hold(&entries(0..1));
    backup.server.as_ref().expect("it runs").signal("STOP").expect("it hangs");
    for number in 1..10 {
        let (_, stored, took) = remember(&replica, &format!("entry {number}"));
        assert_eq!(stored, "durable");
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    assert_eq!(recalled(&replica), (entries(0..10), true));
    let (status, health) = replica.call("GET", "/health", "").expect("it answers");
    assert_eq!((status, &health["components"]["memory_service_backup"]["status"]), (503, &json!("unhealthy")));
    assert_eq!(replica.call("GET", "/readyz", "").expect("it answers").0, 200);
    let (_, metrics) = replica.call("GET", "/metrics", "").expect("it answers");
    assert!(metrics.as_str().is_some_and(|text| text.contains("memory_service_backup")), "its breaker is shown");
    backup.server.as_ref().expect("it hangs").signal("CONT").expect("it goes on");
    backup.comes_to_hold(&entries(0..10));
    // One that has lost everything has another name: it is told everything.
    backup.kill();
    std::fs::remove_dir_all(backup.folder.path()).expect("its data can be lost");
    backup.start_again();
    address.turn_to(backup.url());
    backup.comes_to_hold(&entries(0..10));
}
