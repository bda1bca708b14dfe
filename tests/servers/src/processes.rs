//! Servers of a test's own, as processes of this machine: to be stopped, killed, paused and started again.
//!
//! ```no_run
//! # fn example() -> std::io::Result<()> {
//! use somabrain_servers::processes::Servers;
//!
//! let mut servers = Servers::start()?;
//! servers.redis.kill()?; // connections are refused
//! servers.redis.start()?; // on the same port and folder
//! servers.postgres.pause()?; // connections are accepted, and nothing is answered
//! servers.postgres.resume()?;
//! # Ok(())
//! # }
//! ```
//!
//! Their programs are those of the folder that `SOMABRAIN_TEST_PROGRAMS` names, which `.ci/servers` makes, or those that it
//! would install. Everything here blocks its thread.

mod kafka;
mod opa;
mod postgres;
mod programs;
mod redis;
mod server;

use std::io;
use std::net::TcpListener;
use std::thread;

pub use server::Server;

/// One of each that the networked profile stands on; all are ended when this is dropped.
#[derive(Debug)]
pub struct Servers {
    /// Keeps nothing on disk: empty after a restart.
    pub redis: Server,
    /// Syncs what it commits.
    pub postgres: Server,
    /// Kafka 4, one node, without topics.
    pub kafka: Server,
    /// Serves `adapters/opa/policy/authz.rego`.
    pub opa: Server,
}

impl Servers {
    /// Starts all four at once and waits until each is ready: about ten seconds, which are Kafka's.
    ///
    /// # Errors
    /// The first that did not start, with the end of what it said.
    pub fn start() -> io::Result<Self> {
        thread::scope(|scope| {
            let [redis, postgres, kafka, opa] =
                [Server::redis, Server::postgres, Server::kafka, Server::opa].map(|start| scope.spawn(start));
            Ok(Self { redis: joined(redis)?, postgres: joined(postgres)?, kafka: joined(kafka)?, opa: joined(opa)? })
        })
    }
}

fn joined(server: thread::ScopedJoinHandle<'_, io::Result<Server>>) -> io::Result<Server> {
    server.join().unwrap_or_else(|_| Err(io::Error::other("starting the server panicked")))
}

/// Free ports of the loopback interface, all different.
pub(crate) fn ports<const N: usize>() -> io::Result<[u16; N]> {
    let mut listeners = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}
