//! OPA with the policy of this repository.

use std::io;
use std::process::Command;

use super::ports;
use super::programs::{cache, find};
use super::server::{Recipe, Server};
use crate::ready;
use crate::setting::repository;

impl Server {
    /// Starts an OPA that serves `adapters/opa/policy/authz.rego`.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn opa() -> io::Result<Self> {
        let program = find("opa", &[cache().join("opa-1.22.2/opa"), "/usr/local/bin/opa".into()])?;
        let [port] = ports()?;
        let recipe = Recipe {
            name: "opa",
            url: format!("http://127.0.0.1:{port}"),
            command: Box::new(move |_| {
                let mut command = Command::new(&program);
                command.args(["run", "--server", "--log-level=error", &format!("--addr=127.0.0.1:{port}")]);
                command.arg(repository("adapters/opa/policy/authz.rego"));
                command
            }),
            ready: Box::new(move |_| ready::opa(port)),
            stop: "TERM",
        };
        Self::of(recipe, tempfile::tempdir()?)
    }
}
