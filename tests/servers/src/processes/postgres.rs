//! Postgres, which syncs what it commits.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ports;
use super::programs::{find, privileged};
use super::server::{Recipe, Server, run};
use crate::authority::Certified;
use crate::ready;

impl Server {
    /// Starts a Postgres with a fresh cluster; its superuser `postgres` needs no password.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn postgres() -> io::Result<Self> {
        of(None)
    }

    /// The same, reached by TLS only.
    ///
    /// # Errors
    /// It is not on this machine or did not start.
    pub fn postgres_by_tls(certified: &Certified) -> io::Result<Self> {
        of(Some(certified))
    }
}

fn of(certified: Option<&Certified>) -> io::Result<Server> {
    // Resolved: initdb is beside it, and the user postgres need not reach the folder of links.
    let program = find("postgres", &(13..=18).rev().map(usual).collect::<Vec<_>>())?.canonicalize()?;
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir()?;
    let privileged = privileged()?;
    if privileged {
        run(Command::new("chown").arg("postgres:").arg(folder.path()))?;
    }
    let mut initdb = unprivileged(&program.with_file_name("initdb"), privileged);
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    let data = folder.path().join("data");
    run(initdb.arg("--pgdata").arg(&data))?;
    if let Some(certified) = certified {
        only_by_tls(&data, certified, privileged)?;
    }
    let tls = certified.is_some();
    let [port] = ports()?;
    let recipe = Recipe {
        name: "postgres",
        url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        command: Box::new(move |folder| serve(&program, privileged, port, folder, tls)),
        ready: Box::new(
            move |log| if tls { ready::has_said(log, "ready to accept connections") } else { ready::postgres(port) },
        ),
        // SIGTERM waits until the last client has left.
        stop: "INT",
    };
    Server::of(recipe, folder)
}

fn only_by_tls(data: &Path, certified: &Certified, privileged: bool) -> io::Result<()> {
    fs::copy(certified.chain(), data.join("server.crt"))?;
    fs::copy(certified.key(), data.join("server.key"))?;
    fs::set_permissions(data.join("server.key"), Permissions::from_mode(0o600))?;
    if privileged {
        run(Command::new("chown").arg("postgres:").arg(data.join("server.crt")).arg(data.join("server.key")))?;
    }
    fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n")
}

fn usual(version: u32) -> PathBuf {
    format!("/usr/lib/postgresql/{version}/bin/postgres").into()
}

fn serve(program: &Path, privileged: bool, port: u16, folder: &Path, tls: bool) -> Command {
    let mut command = unprivileged(program, privileged);
    command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["-c", "max_connections=300", "-c", "shared_buffers=32MB"]);
    command.args(["-c", if tls { "ssl=on" } else { "ssl=off" }]);
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
