//! Serving: connections in, a graceful end.

use std::future::{Future, pending};
use std::io;
use std::time::Duration;

use poem::{Endpoint, Response, Server};
use somabrain_tls::Listener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::Limits;
use crate::connection::Guarded;
use crate::front::Stopping;

/// How long those who were let in last may take to send a request, once nobody else is let in.
const LAST_CALL: Duration = Duration::from_millis(250);

/// Serves an endpoint until `shutdown` is done, then lets requests in flight end.
///
/// When `shutdown` is done readiness fails at once and new connections are refused. Whoever was let in before and has not
/// said anything yet has a moment to do so; what is still at work `limits.drain_time` after that is cut. By TLS the same limits
/// hold, and a handshake may take as long as the head of a request.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve<E>(
    listener: impl Into<Listener>,
    endpoint: E,
    stopping: Stopping,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    E: Endpoint<Output = Response> + 'static,
{
    let (close, closing) = oneshot::channel();
    let acceptor = Guarded::new(listener.into(), limits, closing);
    let stop = async {
        shutdown.await;
        stopping.begin();
        // The server would hang up on connections that are silent so far, requests on their way to it included.
        drop(close);
        timeout(LAST_CALL, pending::<()>()).await.unwrap_or_default();
    };
    Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(endpoint, stop, Some(limits.drain_time)).await
}
