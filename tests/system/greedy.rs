//! Clients that send too much, too slowly, or nothing: they are refused or waited for, and the process does not grow with
//! what they send. How long others wait meanwhile is measured by `scripts/bench-slow-clients.py`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{Server, command, place, program};

/// Most MiB that the process may grow by while 200 MiB are sent to it.
const GROWTH: u64 = 64;

fn connected(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    stream.set_write_timeout(Some(Duration::from_secs(30))).expect("set");
    stream
}

/// Resident memory of the process in MiB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has memory");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib >> 10
}

/// Sends what `parts` gives until the other side has had enough; the status of the answer, if one came before the end.
fn refused(server: &Server, head: &str, parts: impl Iterator<Item = Vec<u8>>) -> (Option<u16>, usize) {
    let mut stream = connected(server);
    let mut sent = 0;
    stream.write_all(format!("POST /remember HTTP/1.1\r\nhost: localhost\r\n{head}\r\n").as_bytes()).expect("sent");
    for part in parts {
        if stream.write_all(&part).is_err() {
            break;
        }
        sent += part.len();
    }
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer).unwrap_or(0);
    let status = String::from_utf8_lossy(&answer[..read]);
    (status.split_whitespace().nth(1).and_then(|status| status.parse().ok()), sent)
}

#[test]
fn what_is_sent_without_measure_is_refused_and_not_kept() {
    let data = place();
    let mut quiet = command(&program(), data.path());
    quiet.env("SOMABRAIN_LOG", "error");
    let server = Server::of(quiet).expect("it starts");
    let stored = server.call("POST", "/remember", r#"{"content": "the spare key"}"#).expect("it answers");
    assert_eq!(stored.0, 201);
    let idle: Vec<TcpStream> = (0..200).map(|_| connected(&server)).collect();
    let slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = connected(&server);
            stream
                .write_all(b"POST /remember HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{")
                .expect("sent");
            stream
        })
        .collect();
    let before = memory(&server);
    for _ in 0..10 {
        let blank = || vec![b' '; 1 << 16];
        let (status, _) = refused(&server, "content-length: 10485760\r\n", (0..160).map(|_| blank()));
        assert_eq!(status, Some(413), "a body of 10 MiB");
        let headers: String = (0..1000).map(|number| format!("x-header-{number}: {}\r\n", "v".repeat(100))).collect();
        let (status, _) = refused(&server, &headers, std::iter::empty());
        assert_eq!(status, Some(431), "a thousand headers");
        let chunk = || [b"10000\r\n".to_vec(), blank(), b"\r\n".to_vec()].concat();
        let (status, sent) =
            refused(&server, "transfer-encoding: chunked\r\n", std::iter::repeat_with(chunk).take(1 << 14));
        assert!(matches!(status, Some(413) | None), "a body without end: {status:?}");
        assert!(sent < 64 << 20, "it was stopped, not read to the end: {sent}");
    }
    let after = memory(&server);
    assert!(after < before + GROWTH, "{before} MiB before, {after} MiB after");
    let (status, found) = server.call("POST", "/recall", r#"{"query": "spare key"}"#).expect("it answers");
    assert_eq!((status, found["memories"].as_array().map(Vec::len)), (200, Some(1)));
    assert_eq!((idle.len(), slow.len()), (200, 20), "all of them were there all the while");
}
