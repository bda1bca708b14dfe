//! The program as its users run it: a process with a data folder and a port of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

/// The program, made by cargo before these tests.
pub(crate) fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_somabrain").into()
}

/// A command of the program with only what is given in its environment.
pub(crate) fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("SOMABRAIN_DATA_DIR", data).env("SOMABRAIN_PORT", "0").env("SOMABRAIN_LOG", "warn");
    command
}

/// A running server; dropped, it is killed.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// Where it answers: `http://127.0.0.1:port`, or `https`.
    pub(crate) url: String,
    agent: ureq::Agent,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Server {
    /// Starts the program on a data folder and waits until it says where it listens.
    pub(crate) fn start(program: &Path, data: &Path) -> Result<Self> {
        Self::of(command(program, data))
    }

    /// The same from a command with more in its environment.
    pub(crate) fn of(command: Command) -> Result<Self> {
        Self::logging_to(Stdio::inherit(), command)
    }

    /// The same with its log elsewhere.
    pub(crate) fn logging_to(log: impl Into<Stdio>, mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("standard output is piped")?).lines();
        let Some(line) = lines.next().transpose()? else { bail!("the server ended: {}", child.wait()?) };
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://") || word.starts_with("https://"))
            .context("it names its address")?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        // The pipe stays open as long as somebody reads: drain it, so that the server never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, url: url.to_string(), agent: config.into() })
    }

    /// The same, asked by a client that trusts the authority of a file.
    pub(crate) fn trusting(mut self, authority: &Path) -> Self {
        let roots = somabrain_tls::Roots::read(authority).expect("an authority");
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .tls_config(roots.for_ureq())
            .build();
        self.agent = config.into();
        self
    }

    /// Sends a request; the error is a server that did not answer.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Result<(u16, Value)> {
        self.call_as("", method, path, body)
    }

    /// The same with an `Authorization` header, unless it is empty.
    pub(crate) fn call_as(&self, authorization: &str, method: &str, path: &str, body: &str) -> Result<(u16, Value)> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let mut answer = self.agent.run(request.body(body.to_string())?)?;
        let text = answer.body_mut().read_to_string()?;
        Ok((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Sends a request with any headers; all that is answered.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Sent> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.agent.run(request.body(body.to_string())?)?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        Ok(Sent { status, headers, body: answer.body_mut().read_to_string()? })
    }

    /// Ends the process at once, as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").args(["-s", name]).arg(self.child.id().to_string()).status()?;
        anyhow::ensure!(status.success(), "the signal was not sent");
        Ok(())
    }

    /// Asks the process to stop and waits for its exit code.
    pub(crate) fn terminate(&mut self) -> Result<Option<i32>> {
        self.signal("TERM")?;
        Ok(self.child.wait()?.code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A fresh place for data.
pub(crate) fn place() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}
