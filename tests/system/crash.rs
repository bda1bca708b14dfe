//! Kill -9 in the middle of a load of single remembers at 32 connections, twenty times: every memory whose 201 was
//! received is there and recallable, none is there twice.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::server::{Server, place, program};
use serde_json::{Value, json};

const ROUNDS: usize = 20;
const CONNECTIONS: usize = 32;

/// Content by id of everything that was acknowledged.
type Acknowledged = Mutex<HashMap<String, String>>;

#[test]
fn killing_it_twenty_times_under_load_loses_nothing_acknowledged_and_doubles_nothing() {
    let (program, data) = (program(), place());
    let acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        let mut server = Server::start(&program, data.path()).expect("it starts");
        load_until_killed(&mut server, round, &acknowledged);
        verify(&program, data.path(), &acknowledged, round);
    }
    let total = acknowledged.lock().expect("no writer panicked").len();
    println!("{ROUNDS} kills, {total} memories acknowledged, all there once");
    assert!(total > ROUNDS * CONNECTIONS, "the load was real: {total} acknowledged");
}

/// Writes on all connections; the kill comes after a different number of answers in each round.
fn load_until_killed(server: &mut Server, round: usize, acknowledged: &Acknowledged) {
    let killed = AtomicBool::new(false);
    let before = acknowledged.lock().expect("no writer panicked").len();
    let wanted = before + CONNECTIONS * (2 + round * 3 % 17);
    let url = server.url.clone();
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let (killed, url) = (&killed, &url);
            scope.spawn(move || write_until(url, round, connection, killed, acknowledged));
        }
        let begin = Instant::now();
        while acknowledged.lock().expect("no writer panicked").len() < wanted {
            assert!(begin.elapsed() < Duration::from_secs(60), "the load gets on");
            std::thread::yield_now();
        }
        killed.store(true, Ordering::SeqCst);
        server.kill().expect("it can be killed");
    });
}

fn write_until(url: &str, round: usize, connection: usize, killed: &AtomicBool, acknowledged: &Acknowledged) {
    let agent = ureq::Agent::new_with_defaults();
    for number in 0.. {
        let content = format!("note round{round}writer{connection}number{number} of the load");
        let body = json!({"content": content, "namespace": "crash"}).to_string();
        let Ok(mut answer) = agent.post(format!("{url}/remember")).send(body) else {
            assert!(killed.load(Ordering::SeqCst), "a write is answered as long as the server lives");
            return;
        };
        let Ok(text) = answer.body_mut().read_to_string() else { return };
        if answer.status() == 201 {
            let answer: Value = serde_json::from_str(&text).expect("a 201 has a JSON body");
            let id = answer["id"].as_str().expect("and an id").to_string();
            acknowledged.lock().expect("no writer panicked").insert(id, content);
        }
    }
}

/// Everything acknowledged so far is in the list once with its content; what is new is first in recall.
fn verify(program: &Path, data: &Path, acknowledged: &Acknowledged, round: usize) {
    let server = Server::start(program, data).expect("it starts again");
    let mut stored: HashMap<String, String> = HashMap::new();
    let mut contents: HashMap<String, usize> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let (status, page) =
            server.call("GET", &format!("/memories?namespace=crash&limit=1000{cursor}"), "").expect("it answers");
        assert_eq!(status, 200, "{page}");
        for memory in page["memories"].as_array().expect("a list") {
            let content = memory["content"].as_str().expect("a text").to_string();
            *contents.entry(content.clone()).or_default() += 1;
            stored.insert(memory["id"].as_str().expect("an id").to_string(), content);
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let acknowledged = acknowledged.lock().expect("no writer panicked");
    let lost: Vec<&String> =
        acknowledged.iter().filter(|(id, text)| stored.get(*id) != Some(text)).map(|(_, text)| text).collect();
    assert!(
        lost.is_empty(),
        "round {round}: {} acknowledged memories are lost, such as {:?}",
        lost.len(),
        lost.first()
    );
    let twice: Vec<_> = contents.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "round {round}: stored more than once: {twice:?}");
    let mark = format!("round{round}writer");
    for (id, content) in acknowledged.iter().filter(|(_, content)| content.contains(&mark)).take(20) {
        let body = json!({"query": content, "k": 1, "namespace": "crash"}).to_string();
        let (status, answer) = server.call("POST", "/recall", &body).expect("it answers");
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["memories"][0]["id"].as_str(), Some(id.as_str()), "{content} is first in recall: {answer}");
    }
}
