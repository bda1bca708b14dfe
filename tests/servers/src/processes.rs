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
use std::sync::atomic::{AtomicU32, Ordering};
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

/// Free ports of the loopback interface, all different, and below those that the system gives to whoever asks for any: until
/// the server has it, a port is nobody else's.
pub fn ports<const N: usize>() -> io::Result<[u16; N]> {
    const FIRST: u32 = 10_240;
    const COUNT: u32 = 20_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let mut ports = [0; N];
    for port in &mut ports {
        *port = (0..COUNT)
            .map(|_| NEXT.fetch_add(1, Ordering::Relaxed))
            .map(|nth| (FIRST + std::process::id().wrapping_mul(97).wrapping_add(nth) % COUNT) as u16)
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .ok_or_else(|| io::Error::other("no port is free"))?;
    }
    Ok(ports)
}
