//! One kept-alive HTTP/1.1 connection, as thin as it gets: the load must not be the bottleneck.

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where the server is.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// `host:port`.
    pub authority: String,
}

impl Address {
    /// Takes `http://host:port`.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let Some(authority) = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/')) else {
            bail!("bench load speaks plain http only: give a url such as http://127.0.0.1:9696, not {url}");
        };
        let authority = if authority.contains(':') { authority.to_string() } else { format!("{authority}:80") };
        Ok(Self { authority })
    }
}

/// A connection with its read buffer.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: &Address) -> Result<Self> {
        let stream = TcpStream::connect(&address.authority)
            .await
            .with_context(|| format!("could not connect to {}: is the server running?", address.authority))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a whole request and reads a whole answer. After an error the connection is of no more use.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).context("the answer's head is no text")?;
        let status = text.get(9..12).and_then(|code| code.parse().ok()).context("the answer has no status code")?;
        let length = content_length(text)?;
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        let body = self.buffer[head..head + length].to_vec();
        self.buffer.drain(..head + length);
        Ok(Answer { status, body })
    }

    async fn fill(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

fn content_length(head: &str) -> Result<usize> {
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return value.trim().parse().context("the answer's content-length is no number");
        }
    }
    bail!("the answer has no content-length")
}

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, address: &Address, token: Option<&str>, body: &str) -> Vec<u8> {
    let bearer = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\n{bearer}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        address.authority,
        body.len()
    )
    .into_bytes()
}
