//! Any long-term memory as a memory service.
//!
//! ```no_run
//! # async fn example(engine: std::sync::Arc<somabrain_memory_service::MemoryService>) -> std::io::Result<()> {
//! use somabrain_memory_service::server::{Config, serve};
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:9797").await?;
//! let config = Config { token: "a token of its own".into(), version: "v1".into(), traces: Default::default() };
//! serve(listener, engine, config, std::future::pending()).await
//! # }
//! ```

mod api;
mod authentication;
mod counters;
mod front;
mod health;
mod incoming;
mod payload;
mod problem;
mod schema;

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use application::ports::long_term::LongTermMemory;
use application::trace::Sink;
use poem::{Endpoint, Response, Server};
use somabrain_tls::Listener;

pub use api::document;

use incoming::Incoming;

/// How long requests in flight may take when the service stops.
const DRAIN: Duration = Duration::from_secs(25);

/// How the service serves.
#[derive(Clone)]
pub struct Config {
    /// What every request has to bring, `/health`, `/livez`, `/metrics` and `/openapi.json` apart. An empty one is never
    /// accepted.
    pub token: String,
    /// The service's version, for `/health`.
    pub version: String,
    /// Who wants to see traces.
    pub traces: Sink,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("token", &"***")
            .field("version", &self.version)
            .field("traces", &self.traces)
            .finish()
    }
}

/// The whole service as one endpoint.
pub fn api<L: LongTermMemory + 'static>(engine: Arc<L>, config: Config) -> impl Endpoint<Output = Response> + 'static {
    api::endpoint(engine, config)
}

/// Serves until `shutdown` is done, then lets requests in flight end, for 25 s at most.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve<L: LongTermMemory + 'static>(
    listener: impl Into<Listener>,
    engine: Arc<L>,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let server = Server::new_with_acceptor(Incoming(listener.into()));
    server.run_with_graceful_shutdown(api(engine, config), shutdown, Some(DRAIN)).await
}
