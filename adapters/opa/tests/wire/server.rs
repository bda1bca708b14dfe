//! An HTTP server that says what a test wants and tells what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// One request: its first line, its headers in lower case, its body.
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// A server that answers all requests the same, until the test ends.
pub(crate) struct Stub {
    pub(crate) url: String,
    pub(crate) asked: Receiver<Asked>,
}

impl Stub {
    /// Answers `status` (as `200 OK`) with `body` on any free port.
    pub(crate) fn answering(status: &str, body: &str) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), status, body)
    }

    /// Answers on this address.
    pub(crate) fn at(address: SocketAddr, status: &str, body: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let (tell, asked) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, tell) = (answer.clone(), tell.clone());
                thread::spawn(move || serve(stream.unwrap(), &answer, &tell));
            }
        });
        Self { url, asked }
    }
}

/// Answers requests of one connection until it ends.
fn serve(stream: TcpStream, answer: &str, tell: &Sender<Asked>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let line = lines.remove(0);
        let headers: Vec<String> = lines;
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).ok()?;
        let _ = tell.send(Asked { line, headers, body: String::from_utf8(body).unwrap() });
        writer.write_all(answer.as_bytes()).ok()?;
    }
}
