//! The networked profile as it is deployed: servers of its own, a memory service, replicas; all as processes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use somabrain_servers::processes::{Servers, ports};
use tempfile::TempDir;

use crate::density::connected;
use crate::server::{Server, command, place, program};

pub(crate) const SECRET: &str = "a-secret-of-the-tests-longer-than-thirty-two-bytes";

/// What an operator runs once: replicas serve by one role, another owns the tables.
const ROLES: &str = include_str!("../../deploy/postgres/roles.sql");

/// Servers and the program's own processes. Dropped, all of them end.
pub(crate) struct Stack {
    /// Redis, Postgres, Kafka, OPA.
    pub(crate) servers: Servers,
    /// The memory service: `None` while it is away.
    pub(crate) memory: Option<Server>,
    /// The API, any number of times.
    pub(crate) replicas: Vec<Server>,
    memory_port: u16,
    folders: [TempDir; 2],
}

impl Stack {
    /// Starts the servers, makes the topics, starts a memory service and so many replicas.
    pub(crate) fn start(replicas: usize) -> Result<Self> {
        let mut stack = Self::start_servers()?;
        for topic in ["audit_events", "somabrain_events"] {
            stack.servers.kafka.create_topic(topic, 3)?;
        }
        stack.start_memory()?;
        for _ in 0..replicas {
            stack.add_replica()?;
        }
        Ok(stack)
    }

    /// Starts the servers, without topics or tables, and nothing of the program's own.
    pub(crate) fn start_servers() -> Result<Self> {
        let servers = Servers::start()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { connected(servers.postgres.url()).await.batch_execute(ROLES).await })?;
        let [memory_port] = ports()?;
        Ok(Self { servers, memory: None, replicas: Vec::new(), memory_port, folders: [place(), place()] })
    }

    /// Starts the memory service, always on the same port and folder.
    pub(crate) fn start_memory(&mut self) -> Result<()> {
        let mut command = command(&program(), self.folders[0].path());
        command.arg("memory-service").env("SOMABRAIN_PORT", self.memory_port.to_string());
        command.env("SOMABRAIN_MEMORY_HTTP_TOKEN", SECRET);
        self.memory = Some(Server::of(command).context("the memory service")?);
        Ok(())
    }

    /// Ends the memory service at once.
    pub(crate) fn kill_memory(&mut self) -> Result<()> {
        self.memory.take().map_or(Ok(()), |mut memory| memory.kill())
    }

    /// Sends a signal to the memory service.
    pub(crate) fn signal_memory(&self, signal: &str) -> Result<()> {
        let memory = self.memory.as_ref().context("the memory service runs")?;
        memory.signal(signal)
    }

    /// A server by its component's name.
    pub(crate) fn server(&mut self, component: &str) -> &mut somabrain_servers::processes::Server {
        match component {
            "redis" => &mut self.servers.redis,
            "postgres" => &mut self.servers.postgres,
            "kafka" => &mut self.servers.kafka,
            "opa" => &mut self.servers.opa,
            other => panic!("no server {other}"),
        }
    }

    /// What an operator does: `redis-cli FLUSHDB`.
    pub(crate) fn flush_redis(&self) -> Result<()> {
        self.redis("FLUSHDB", "+OK")
    }

    /// Types a command at Redis, which is to answer in such words.
    pub(crate) fn redis(&self, command: &str, expected: &str) -> Result<()> {
        let address = self.servers.redis.url().trim_start_matches("redis://").to_owned();
        let mut redis = std::net::TcpStream::connect(address)?;
        std::io::Write::write_all(&mut redis, format!("{command}\r\n").as_bytes())?;
        let mut answer = vec![0; expected.len()];
        std::io::Read::read_exact(&mut redis, &mut answer)?;
        anyhow::ensure!(answer == expected.as_bytes(), "redis: {command}: {}", String::from_utf8_lossy(&answer));
        Ok(())
    }

    /// Starts one more replica.
    pub(crate) fn add_replica(&mut self) -> Result<()> {
        self.replicas.push(Server::of(self.command()).context("a replica")?);
        Ok(())
    }

    /// The program with the settings of a replica.
    pub(crate) fn command(&self) -> Command {
        let mut command = command(&program(), self.folders[1].path());
        command
            .env("SOMABRAIN_PROFILE", "networked")
            .env("SOMABRAIN_POSTGRES_DSN", self.postgres("somabrain"))
            .env("SOMABRAIN_POSTGRES_MIGRATION_DSN", self.postgres("somabrain_owner"))
            .env("SOMABRAIN_REDIS_URL", self.servers.redis.url())
            .env("SOMABRAIN_KAFKA_BOOTSTRAP", self.servers.kafka.url())
            .env("SOMABRAIN_OPA_URL", self.servers.opa.url())
            .env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", format!("http://127.0.0.1:{}", self.memory_port))
            .env("SOMABRAIN_MEMORY_HTTP_TOKEN", SECRET)
            .env("SOMABRAIN_AUDIT_KEY", SECRET);
        command
    }

    /// Postgres for a role.
    fn postgres(&self, role: &str) -> String {
        self.servers.postgres.url().replacen("postgres@", &format!("{role}@"), 1)
    }

    /// Runs a command of the program against these servers and answers what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command().args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "{arguments:?}: {said}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Asks Postgres for one number.
    pub(crate) fn number(&self, query: &str) -> Result<i64> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let postgres = connected(self.servers.postgres.url()).await;
            Ok(postgres.query_one(query, &[]).await?.get(0))
        })
    }

    /// Does something to rows of Postgres; how many those were.
    pub(crate) fn change(&self, statement: &str) -> Result<u64> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { Ok(connected(self.servers.postgres.url()).await.execute(statement, &[]).await?) })
    }

    /// Waits until no more than so many rows of the outbox have not been told.
    pub(crate) fn wait_until_told_but(&self, left: i64) -> Result<()> {
        let begin = Instant::now();
        while self.number("SELECT count(*) FROM outbox_events WHERE processed_at IS NULL")? != left {
            anyhow::ensure!(begin.elapsed() < Duration::from_secs(60), "not all but {left} rows were told");
            std::thread::park_timeout(Duration::from_millis(100));
        }
        Ok(())
    }

    /// The memory service's data.
    pub(crate) fn memory_folder(&self) -> &Path {
        self.folders[0].path()
    }

    /// The urls of all replicas.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.replicas.iter().map(|replica| replica.url.clone()).collect()
    }
}
