//! Postgres, which syncs what it commits.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ports;
use super::programs::{find, privileged};
use super::server::{Recipe, Server, run};
use crate::ready;

impl Server {
    /// Starts a Postgres with a fresh cluster; its superuser `postgres` needs no password.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn postgres() -> io::Result<Self> {
        // Resolved: initdb is beside it, and the user postgres need not reach the folder of links.
        let program = find("postgres", &(13..=18).rev().map(usual).collect::<Vec<_>>())?.canonicalize()?;
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir()?;
        let privileged = privileged()?;
        if privileged {
            run(Command::new("chown").arg("postgres:").arg(folder.path()))?;
        }
        let mut initdb = unprivileged(&program.with_file_name("initdb"), privileged);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        run(initdb.arg("--pgdata").arg(folder.path().join("data")))?;
        let [port] = ports()?;
        let recipe = Recipe {
            name: "postgres",
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            command: Box::new(move |folder| serve(&program, privileged, port, folder)),
            ready: Box::new(move |_| ready::postgres(port)),
            // SIGTERM waits until the last client has left.
            stop: "INT",
        };
        Self::of(recipe, folder)
    }
}

fn usual(version: u32) -> PathBuf {
    format!("/usr/lib/postgresql/{version}/bin/postgres").into()
}

fn serve(program: &Path, privileged: bool, port: u16, folder: &Path) -> Command {
    let mut command = unprivileged(program, privileged);
    command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["-c", "max_connections=300", "-c", "shared_buffers=32MB"]);
    command
}

/// The program as the user `postgres` if this process is root, which Postgres refuses to be; same process, same pid.
fn unprivileged(program: &Path, privileged: bool) -> Command {
    if !privileged {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program).current_dir("/");
    command
}
