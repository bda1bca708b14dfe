//! Connections as they come in, by TLS or not.

use std::io;
use std::time::Duration;

use poem::Addr;
use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use somabrain_tls::{Listener, Stream};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A listener as the server knows it.
pub(super) struct Incoming(pub(super) Listener);

impl Acceptor for Incoming {
    type Io = Stream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0.local_addr().map(|here| LocalAddr(Addr::from(here))).into_iter().collect()
    }

    async fn accept(&mut self) -> io::Result<(Stream, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, from) = self.0.accept(HANDSHAKE).await?;
        let scheme = if self.0.is_tls() { Scheme::HTTPS } else { Scheme::HTTP };
        let here = LocalAddr(Addr::from(self.0.local_addr()?));
        Ok((stream, here, RemoteAddr(Addr::from(from)), scheme))
    }
}
