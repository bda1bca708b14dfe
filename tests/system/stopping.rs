//! How the service stops while callers are on their way.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::server::{Server, place, program};

#[test]
fn who_was_let_in_before_the_service_stops_is_still_answered() {
    let (program, data) = (program(), place());
    let mut server = Server::start(&program, data.path()).expect("it starts");
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut early = TcpStream::connect(&address).expect("it lets callers in");
    server.signal("TERM").expect("it is asked to stop");
    let begin = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(begin.elapsed() < Duration::from_secs(10), "it lets callers in for ever");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    early.write_all(b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").expect("the connection is open");
    let mut answer = String::new();
    early.read_to_string(&mut answer).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("connection: close\r\n"), "{answer:?}");
    assert_eq!(server.terminate().expect("it ends"), Some(0));
}
