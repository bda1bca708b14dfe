//! A setting is changed, and the replica restarted.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{production, token, types};
use crate::server::Server;
use crate::stack::Stack;

fn limited(stack: &Stack, rps: &str) -> Command {
    let mut command = production(stack);
    command.env("SOMABRAIN_RATE_RPS", rps).env("SOMABRAIN_RATE_BURST", "40");
    command
}

/// After a burst: the seconds in which the whole budget is back, which only the rate can tell.
fn reset_after_a_burst(server: &Server, token: &str) -> u64 {
    let recall =
        "curl -s -D - -o /dev/null -X POST $API/recall -H \"Authorization: Bearer $TOKEN\" -d '{\"query\": \"test\"}'";
    let burst = format!("for i in $(seq 30); do {recall}; done");
    let headers = types(server, token, &burst).printed.to_lowercase();
    let last = headers.lines().filter_map(|line| line.strip_prefix("ratelimit-reset: ")).next_back();
    last.expect("a budget is told").trim().parse().expect("a number of seconds")
}

/// A request whose head has come and whose body is still on its way.
fn half_a_request(server: &Server, token: &str, body: &str) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!("POST /remember HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n");
    let (first, _) = body.split_at(body.len() / 2);
    write!(stream, "{head}content-length: {}\r\n\r\n{first}", body.len()).expect("sent");
    stream
}

fn until_it_refuses(server: &Server) {
    let (address, begin) = (server.url.trim_start_matches("http://"), Instant::now());
    while TcpStream::connect(address).is_ok() {
        assert!(begin.elapsed() < Duration::from_secs(20), "it takes no new connections");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn check_07_a_rate_of_150_is_in_force_after_a_restart_and_sigterm_drains() {
    let stack = Stack::start(0).expect("the stack starts");
    let writer = token(&stack, &["--tenant", "acme", "--role", "writer"]).expect("a token");
    let mut server = Server::of(limited(&stack, "1")).expect("a replica");
    let slow = reset_after_a_burst(&server, &writer);
    assert!(slow > 1, "at one a second thirty are not back at once: {slow} s");

    let body = r#"{"content": "what was on its way when SIGTERM came"}"#;
    let mut on_its_way = half_a_request(&server, &writer, body);
    server.signal("TERM").expect("sent");
    until_it_refuses(&server);
    on_its_way.write_all(&body.as_bytes()[body.len() / 2..]).expect("sent");
    let mut answer = String::new();
    on_its_way.read_to_string(&mut answer).expect("an answer, and then the end");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(server.terminate().expect("it ends"), Some(0));

    let server = Server::of(limited(&stack, "150")).expect("a replica");
    assert!(reset_after_a_burst(&server, &writer) <= 1, "at 150 a second thirty are back within one");
    let recall =
        "curl -s -X POST $API/recall -H \"Authorization: Bearer $TOKEN\" -d '{\"query\": \"what was on its way\"}'";
    let recalled = types(&server, &writer, recall).printed;
    assert!(recalled.contains("when SIGTERM came"), "{recalled}");
}
