//! Whether a server is ready, asked in its own words.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// One question and its answer: the first bytes, at most 256. `None` from a server that cannot be reached or is silent.
fn ask(port: u16, question: &[u8]) -> Option<Vec<u8>> {
    let limit = Duration::from_millis(500);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), limit).ok()?;
    stream.set_read_timeout(Some(limit)).ok()?;
    stream.write_all(question).ok()?;
    let mut answer = vec![0; 256];
    let read = stream.read(&mut answer).ok()?;
    answer.truncate(read);
    Some(answer)
}

/// Redis answers a ping.
pub(crate) fn redis(port: u16) -> bool {
    ask(port, b"PING\r\n").is_some_and(|answer| answer.starts_with(b"+PONG"))
}

/// Postgres lets the superuser in: the answer to a start message of version 3.0 is an authentication, not an error.
pub(crate) fn postgres(port: u16) -> bool {
    let body = b"\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00";
    let length = u32::try_from(body.len() + 4).expect("a few bytes").to_be_bytes();
    ask(port, &[&length[..], body].concat()).is_some_and(|answer| answer.starts_with(b"R"))
}

/// OPA answers that it is healthy.
pub(crate) fn opa(port: u16) -> bool {
    let question = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    ask(port, question).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

/// Somebody takes connections: all that can be known of who speaks TLS.
pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(500)).is_ok()
}

/// It said so in its log.
pub(crate) fn has_said(log: &Path, words: &str) -> bool {
    fs::read_to_string(log).is_ok_and(|said| said.contains(words))
}

/// Asks every 20 ms until it holds; the error names what was waited for.
#[expect(clippy::disallowed_methods, reason = "a real server says only by its answers when it is ready")]
pub(crate) fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
    let started = Instant::now();
    while !holds()? {
        if started.elapsed() > limit {
            return Err(io::Error::other(format!("{what} within {limit:?}: it did not happen")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
