//! A client's connection, by TLS or not.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_rustls::Accept;
use tokio_rustls::server::TlsStream;

/// A client's connection. The handshake is a matter of whoever reads or writes first, so that accepting the next
/// connection never waits for it.
pub struct Stream(State);

enum State {
    Plain(TcpStream),
    Opening(Box<Opening>),
    Open(Box<TlsStream<TcpStream>>),
    /// The handshake failed.
    Failed,
}

struct Opening {
    handshake: Accept<TcpStream>,
    patience: Duration,
    alarm: Pin<Box<Sleep>>,
}

impl Stream {
    pub(crate) fn plain(connection: TcpStream) -> Self {
        Self(State::Plain(connection))
    }

    pub(crate) fn opening(handshake: Accept<TcpStream>, patience: Duration) -> Self {
        let alarm = Box::pin(sleep_until(Instant::now() + patience));
        Self(State::Opening(Box::new(Opening { handshake, patience, alarm })))
    }

    /// Ready when bytes can be read and written.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let State::Opening(opening) = &mut self.0 else { return Poll::Ready(Ok(())) };
        let opened = match Pin::new(&mut opening.handshake).poll(cx) {
            Poll::Ready(opened) => opened,
            Poll::Pending => {
                ready!(opening.alarm.as_mut().poll(cx));
                let what = format!("no TLS handshake within {:?}", opening.patience);
                Err(io::Error::new(io::ErrorKind::TimedOut, what))
            }
        };
        match opened {
            Ok(open) => {
                self.0 = State::Open(Box::new(open));
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                self.0 = State::Failed;
                Poll::Ready(Err(error))
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_open(cx))?;
        match &mut this.0 {
            State::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            State::Open(stream) => Pin::new(stream).poll_read(cx, buf),
            State::Opening(_) | State::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_open(cx))?;
        match &mut this.0 {
            State::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            State::Open(stream) => Pin::new(stream).poll_write(cx, buf),
            State::Opening(_) | State::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_open(cx))?;
        match &mut this.0 {
            State::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            State::Open(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            State::Opening(_) | State::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            State::Plain(stream) => Pin::new(stream).poll_flush(cx),
            State::Open(stream) => Pin::new(stream).poll_flush(cx),
            // Nothing was written yet.
            State::Opening(_) | State::Failed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            State::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            State::Open(stream) => Pin::new(stream).poll_shutdown(cx),
            State::Opening(opening) => match opening.handshake.get_mut() {
                Some(stream) => Pin::new(stream).poll_shutdown(cx),
                None => Poll::Ready(Ok(())),
            },
            State::Failed => Poll::Ready(Ok(())),
        }
    }
}
