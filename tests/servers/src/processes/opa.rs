//! OPA with the policy of this repository.

use std::io;
use std::process::Command;

use super::ports;
use super::programs::{cache, find};
use super::server::{Recipe, Server};
use crate::authority::Certified;
use crate::ready;
use crate::setting::repository;

/// The policy, and what OPA answers beside it.
const POLICIES: [&str; 2] = ["adapters/opa/policy/authz.rego", "adapters/opa/policy/system.rego"];

impl Server {
    /// Starts an OPA that serves `adapters/opa/policy/authz.rego`.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn opa() -> io::Result<Self> {
        of(None)
    }

    /// The same, reached by TLS only: `https://host:port`.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn opa_by_tls(certified: &Certified) -> io::Result<Self> {
        of(Some(certified.clone()))
    }
}

fn of(certified: Option<Certified>) -> io::Result<Server> {
    let program = find("opa", &[cache().join("opa-1.22.2/opa"), "/usr/local/bin/opa".into()])?;
    let [port] = ports()?;
    let scheme = if certified.is_some() { "https" } else { "http" };
    let by_tls = certified.is_some();
    let recipe = Recipe {
        name: "opa",
        url: format!("{scheme}://127.0.0.1:{port}"),
        command: Box::new(move |_| {
            let mut command = Command::new(&program);
            command.args(["run", "--server", "--authorization=basic", "--log-level=error"]);
            command.arg(format!("--addr=127.0.0.1:{port}"));
            if let Some(certified) = &certified {
                command.arg("--tls-cert-file").arg(certified.chain());
                command.arg("--tls-private-key-file").arg(certified.key());
            }
            command.args(POLICIES.map(repository));
            command
        }),
        ready: Box::new(move |_| if by_tls { ready::listens(port) } else { ready::opa(port) }),
        stop: "TERM",
    };
    Server::of(recipe, tempfile::tempdir()?)
}
