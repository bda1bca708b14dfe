//! One connection to Redis: how it is made, and when it is no good any more.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bb8_redis::bb8::ManageConnection;
use redis::aio::{MultiplexedConnection, SendError};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, PushInfo,
    PushKind, TlsCertificates, Value,
};
use somabrain_guard::Outage;
use somabrain_tls::Roots;

use crate::error::Error;

/// After so long without traffic the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Where Redis is and by which password, read anew for each connection.
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) roots: Roots,
}

impl Address {
    /// What to connect to now.
    pub(crate) async fn read(&self) -> Result<ConnectionInfo, Error> {
        let secret = match self.secret_file.clone() {
            Some(file) => Some(read(file).await.map_err(|error| Error::Secret(Arc::new(error)))?),
            None => None,
        };
        let secret = secret.as_deref().map(str::trim);
        let url = secret.filter(|secret| secret.contains("://"));
        let info = url.unwrap_or(&self.url).into_connection_info().map_err(Error::Connect)?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(Error::Insecure);
        }
        // RESP3, because only there the client is told that a connection was closed.
        let mut settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        if let (Some(password), None) = (secret, url) {
            settings = settings.set_password(password);
        }
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE));
        Ok(info.set_redis_settings(settings).set_tcp_settings(tcp))
    }

    async fn client(&self) -> Result<Client, Error> {
        let info = self.read().await?;
        let client = match info.addr() {
            ConnectionAddr::TcpTls { .. } => {
                let root_cert = self.roots.pem().map(<[u8]>::to_vec);
                Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert })
            }
            _ => Client::open(info),
        };
        client.map_err(Error::Connect)
    }
}

async fn read(file: PathBuf) -> std::io::Result<String> {
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file)).await;
    read.map_err(std::io::Error::other)?
}

/// Makes connections. Of its own because bb8-redis's manager keeps the first password for ever and never sees that a
/// connection is broken.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) address: Arc<Address>,
    pub(crate) timeout: Duration,
}

impl ManageConnection for Connector {
    type Connection = Connection;
    type Error = Error;

    async fn connect(&self) -> Result<Connection, Error> {
        let client = self.address.client().await?;
        let closed = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&closed);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(None)
            .set_push_sender(move |push: PushInfo| {
                told.fetch_or(push.kind == PushKind::Disconnection, Ordering::Relaxed);
                Ok::<(), SendError>(())
            });
        let inner = client.get_multiplexed_async_connection_with_config(&config).await.map_err(Error::Connect)?;
        Ok(Connection { inner, closed, asked: false })
    }

    async fn is_valid(&self, connection: &mut Connection) -> Result<(), Error> {
        connection.ask(&redis::cmd("PING")).await.map(drop)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        !connection.is_good()
    }
}

/// A connection that one act has to itself at a time.
pub(crate) struct Connection {
    inner: MultiplexedConnection,
    closed: Arc<AtomicBool>,
    asked: bool,
}

impl Connection {
    /// Sends a command and waits for its answer. If nobody waits until it comes, the connection is good no more.
    pub(crate) async fn ask(&mut self, command: &Cmd) -> Result<Value, Error> {
        self.asked = true;
        let answer = command.query_async(&mut self.inner).await.map_err(Error::Answer);
        self.asked = answer.as_ref().is_err_and(Outage::is_outage);
        answer
    }

    /// Whether it can be asked: nobody closed it, and every answer came.
    pub(crate) fn is_good(&self) -> bool {
        !self.asked && !self.closed.load(Ordering::Relaxed)
    }
}
