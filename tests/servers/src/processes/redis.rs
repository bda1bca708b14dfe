//! Redis, which keeps nothing on disk.

use std::io;
use std::process::Command;

use super::ports;
use super::programs::find;
use super::server::{Recipe, Server};
use crate::authority::Certified;
use crate::ready;

impl Server {
    /// Starts a Redis; empty again after a restart.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn redis() -> io::Result<Self> {
        let program = find("redis-server", &["/usr/bin/redis-server".into(), "/usr/local/bin/redis-server".into()])?;
        let [port] = ports()?;
        let recipe = Recipe {
            name: "redis",
            url: format!("redis://127.0.0.1:{port}"),
            command: Box::new(move |folder| {
                let mut command = Command::new(&program);
                command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(folder);
                command
            }),
            ready: Box::new(move |_| ready::redis(port)),
            stop: "TERM",
        };
        Self::of(recipe, tempfile::tempdir()?)
    }

    /// The same, reached by TLS only: `rediss://host:port`.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn redis_by_tls(certified: &Certified) -> io::Result<Self> {
        let program = find("redis-server", &["/usr/bin/redis-server".into(), "/usr/local/bin/redis-server".into()])?;
        let [port] = ports()?;
        let certified = certified.clone();
        let recipe = Recipe {
            name: "redis",
            url: format!("rediss://127.0.0.1:{port}"),
            command: Box::new(move |folder| {
                let mut command = Command::new(&program);
                command.args(["--port", "0", "--bind", "127.0.0.1", "--save", "", "--tls-auth-clients", "no"]);
                command.args(["--tls-port", &port.to_string(), "--tls-cert-file"]).arg(certified.chain());
                command.arg("--tls-key-file").arg(certified.key()).arg("--dir").arg(folder);
                command
            }),
            ready: Box::new(|log| ready::has_said(log, "Ready to accept connections")),
            stop: "TERM",
        };
        Self::of(recipe, tempfile::tempdir()?)
    }
}
