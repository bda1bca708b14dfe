//! Connections with bounds: how many there are, how long the head of a request may take, how long they may be silent.

use std::future::{Future, pending};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use poem::Addr;
use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use somabrain_tls::{Listener, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::Limits;

/// How long to wait when the system has no room for another connection.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(50);

/// What has to be taken of an answer in the time of silence by those who keep it waiting: in bytes, 14 KiB a second.
const PACE: usize = 1 << 20;

/// How long nothing is written where it is the server that is waited for.
const PAUSE: Duration = Duration::from_secs(1);

/// How a connection of HTTP/2 begins (RFC 9113, section 3.4); no request of HTTP/1.1 begins so.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0";

/// Accepts at most as many connections as allowed; more are closed as they come. Once it is closed, all are refused.
pub(crate) struct Guarded {
    /// `None`: closed.
    inner: Option<Listener>,
    closing: oneshot::Receiver<()>,
    limits: Limits,
    places: Arc<Semaphore>,
}

impl Guarded {
    /// One that closes when the other end of `closing` is gone.
    pub(crate) fn new(inner: Listener, limits: Limits, closing: oneshot::Receiver<()>) -> Self {
        Self { inner: Some(inner), closing, limits, places: Arc::new(Semaphore::new(limits.connections)) }
    }

    /// The next connection. Those that wait already are let in before it closes; from then on there is none.
    async fn next(&mut self) -> io::Result<(Stream, LocalAddr, RemoteAddr, Scheme)> {
        if let Some(inner) = &self.inner {
            tokio::select! {
                biased;
                accepted = inner.accept(self.limits.header_time) => {
                    let (stream, from) = accepted?;
                    let scheme = if inner.is_tls() { Scheme::HTTPS } else { Scheme::HTTP };
                    let here = LocalAddr(Addr::from(inner.local_addr()?));
                    return Ok((stream, here, RemoteAddr(Addr::from(from)), scheme));
                }
                _ = &mut self.closing => {}
            }
        }
        self.inner = None;
        pending().await
    }
}

impl Acceptor for Guarded {
    type Io = Patient<Stream>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.iter().filter_map(|inner| inner.local_addr().ok()).map(|here| LocalAddr(Addr::from(here))).collect()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        loop {
            match self.next().await {
                Ok((io, local, remote, scheme)) => {
                    let Ok(place) = self.places.clone().try_acquire_owned() else { continue };
                    return Ok((Patient::new(io, self.limits, place), local, remote, scheme));
                }
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::timeout(OUT_OF_SOCKETS, pending::<()>()).await.unwrap_or_default();
                }
            }
        }
    }
}

/// Nothing has come of a head but the blank lines that may stand before it.
const BLANK: usize = 5;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The first bytes of a connection; so many of those that ask for HTTP/2 have come.
    New(usize),
    /// Between an answer and the next request.
    Between,
    /// The head of a request is coming; so many bytes of the blank line that ends it have come, or [`BLANK`].
    Head(usize),
    /// A request is coming or is worked on.
    Request,
}

/// A connection that waits only so long. Nothing is changed or held back; the bytes are looked at to see where the head
/// of a request ends.
pub(crate) struct Patient<Io> {
    io: Io,
    limits: Limits,
    phase: Phase,
    /// What was taken of an answer since it had to wait last; `None`: it has not.
    taken: Option<usize>,
    /// Whether the last write had to wait.
    waited: bool,
    /// When something was written last.
    written: Instant,
    deadline: Instant,
    alarm: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl<Io> Patient<Io> {
    fn new(io: Io, limits: Limits, place: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        let deadline = now + limits.idle_time;
        let alarm = Box::pin(sleep_until(deadline));
        Self {
            io,
            limits,
            phase: Phase::New(0),
            taken: None,
            waited: false,
            written: now,
            deadline,
            alarm,
            _place: place,
        }
    }

    /// Moves the deadline; the alarm follows when it rings, and at once only where it would ring too late.
    fn wait(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
        if self.deadline < self.alarm.deadline() {
            self.alarm.as_mut().reset(self.deadline);
        }
    }

    /// An error where it asks for what is not spoken here.
    fn came(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.phase {
            Phase::New(seen) => self.first(seen, bytes)?,
            Phase::Between => {
                self.wait(self.limits.header_time);
                self.head(BLANK, bytes);
            }
            Phase::Head(seen) => self.head(seen, bytes),
            Phase::Request => self.wait(self.limits.idle_time),
        }
        Ok(())
    }

    /// The first bytes of a connection, in however many pieces they come. The server would speak HTTP/2 to who begins with
    /// it, many requests at once on one connection, of which none has the bounds of a head.
    fn first(&mut self, seen: usize, bytes: &[u8]) -> io::Result<()> {
        if seen == 0 {
            self.wait(self.limits.header_time);
        }
        let rest = &HTTP_2[seen..];
        let alike = rest.iter().zip(bytes).take_while(|(expected, byte)| expected == byte).count();
        if alike == rest.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "HTTP/2 is not spoken here"));
        }
        if alike == bytes.len() {
            self.phase = Phase::New(seen + alike);
        } else {
            // None of the bytes before ends a line.
            self.head(BLANK, bytes);
        }
        Ok(())
    }

    fn head(&mut self, seen: usize, bytes: &[u8]) {
        let seen = bytes.iter().fold(seen, |seen, byte| match (seen, byte) {
            (4, _) => 4,
            (BLANK, b'\r' | b'\n') => BLANK,
            (0 | 2, b'\r') | (1 | 3, b'\n') => seen + 1,
            // a line may end without a carriage return
            (2, b'\n') => 4,
            (0, b'\n') => 2,
            (_, b'\r') => 1,
            _ => 0,
        });
        if seen == 4 {
            self.phase = Phase::Request;
            self.taken = None;
            self.wait(self.limits.idle_time);
        } else {
            self.phase = Phase::Head(seen);
        }
    }

    fn went(&mut self, bytes: &[u8], count: usize) {
        // `100 Continue` asks for the rest of the request; any other answer ends it.
        if !bytes.starts_with(b"HTTP/1.1 100") {
            self.phase = Phase::Between;
        }
        // Who has taken all that there was is not who was waited for.
        if !self.waited && self.written.elapsed() > PAUSE {
            self.taken = None;
        }
        (self.waited, self.written) = (false, Instant::now());
        self.taken = self.taken.map(|taken| taken + count).filter(|taken| *taken < PACE);
        if self.taken.is_none() {
            self.wait(self.limits.idle_time);
        }
    }

    /// An answer waits for whom it is for.
    fn stalls(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.waited = true;
        self.taken.get_or_insert(0);
        self.poll_over(cx)
    }

    /// Ready when the patience is over.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            if Instant::now() >= self.deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(self.deadline);
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Patient<Io> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.io).poll_read(cx, buf) {
            Poll::Pending => this.poll_over(cx).map(Err),
            Poll::Ready(Ok(())) => {
                let came = &buf.filled()[before..];
                Poll::Ready(if came.is_empty() { Ok(()) } else { this.came(came) })
            }
            failed => failed,
        }
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Patient<Io> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.io).poll_write(cx, buf) {
            Poll::Pending => this.stalls(cx).map(Err),
            Poll::Ready(written) => Poll::Ready(written.inspect(|count| this.went(buf, *count))),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.io).poll_write_vectored(cx, bufs) {
            Poll::Pending => this.stalls(cx).map(Err),
            Poll::Ready(written) => {
                Poll::Ready(written.inspect(|count| this.went(bufs.first().map_or(&[], |buf| buf), *count)))
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    // By TLS an answer can have been written and not be sent.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.io).poll_flush(cx) {
            Poll::Pending => this.poll_over(cx).map(Err),
            flushed => flushed,
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.io).poll_shutdown(cx) {
            Poll::Pending => this.poll_over(cx).map(Err),
            ended => ended,
        }
    }
}
