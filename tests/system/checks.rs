//! The operators' runbook as acceptance checks, one test a check, in the numbers and the words of its list; what operators
//! type is typed by a shell.

mod components;
mod density;
mod forms;
mod load;
mod replicas;
mod restart;
mod restore;
mod tokens;
mod watching;

use std::process::Command;

use anyhow::Result;

use crate::server::Server;
use crate::stack::Stack;

/// Signs tokens in production.
const SECRET: &str = "a secret of the checks that is longer than thirty-two bytes";

/// A replica's settings in production.
fn production(stack: &Stack) -> Command {
    let mut command = stack.command();
    command.env("SOMABRAIN_MODE", "production").env("SOMABRAIN_JWT_SECRET", SECRET);
    command.env("SOMABRAIN_SHUTDOWN_DELAY_MS", "500");
    command
}

/// A token that `somabrain token` mints in production.
fn token(stack: &Stack, arguments: &[&str]) -> Result<String> {
    let output = production(stack).arg("token").args(arguments).output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// What a shell command ended with, and what it printed.
#[derive(Debug)]
struct Typed {
    code: Option<i32>,
    printed: String,
}

/// Types a command in a shell, in which `$API` is the server's address and `$TOKEN` a token.
fn types(server: &Server, token: &str, command: &str) -> Typed {
    let mut shell = Command::new("bash");
    let output = shell.args(["-c", command]).env("API", &server.url).env("TOKEN", token).output().expect("a shell");
    Typed { code: output.status.code(), printed: String::from_utf8_lossy(&output.stdout).into_owned() }
}

/// The status that `curl` with such arguments is answered.
fn status(server: &Server, token: &str, arguments: &str) -> u16 {
    let typed = types(server, token, &format!("curl -s -o /dev/null -w '%{{http_code}}' {arguments}"));
    typed.printed.parse().unwrap_or_else(|_| panic!("curl {arguments}: {typed:?}"))
}
