//! Where clients come in.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::identity::Identity;
use crate::stream::Stream;

/// A socket that takes connections, by TLS where this service has shown who it is.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    identity: Option<Arc<Identity>>,
}

impl Listener {
    /// By TLS, or in the clear without an identity.
    pub fn new(socket: TcpListener, identity: Option<Arc<Identity>>) -> Self {
        Self { socket, identity }
    }

    /// Whether connections are by TLS.
    pub fn is_tls(&self) -> bool {
        self.identity.is_some()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not know the socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The next connection, as soon as there is one: its handshake, where there is to be one, must be over within
    /// `patience`, and is waited for by whoever reads from it.
    ///
    /// # Errors
    /// The system has no room for another connection.
    pub async fn accept(&self, patience: Duration) -> io::Result<(Stream, SocketAddr)> {
        let (connection, from) = self.socket.accept().await?;
        // A connection that is gone already shows that when it is read.
        drop(connection.set_nodelay(true));
        let stream = match &self.identity {
            Some(identity) => identity.accept(connection, patience),
            None => Stream::plain(connection),
        };
        Ok((stream, from))
    }
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self::new(socket, None)
    }
}
