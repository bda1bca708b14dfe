//! Serving: connections in, a graceful end.

use std::future::Future;
use std::io;

use poem::listener::TcpAcceptor;
use poem::{Endpoint, Response, Server};
use tokio::net::TcpListener;

use crate::config::Limits;
use crate::connection::Guarded;
use crate::front::Stopping;

/// Serves an endpoint until `shutdown` is done, then lets requests in flight end.
///
/// When `shutdown` is done readiness fails at once, nothing is accepted any more, and whatever is still at work after
/// `limits.drain_time` is cut.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve<E>(
    listener: TcpListener,
    endpoint: E,
    stopping: Stopping,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    E: Endpoint<Output = Response> + 'static,
{
    let acceptor = Guarded::new(TcpAcceptor::from_tokio(listener)?, limits);
    let stop = async {
        shutdown.await;
        stopping.begin();
    };
    Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(endpoint, stop, Some(limits.drain_time)).await
}
