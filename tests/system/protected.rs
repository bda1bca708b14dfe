//! The networked profile with TLS on every wire: Postgres, Redis, Kafka, OPA, the memory service, and the replica itself.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::Result;
use serde_json::{Value, json};
use somabrain_servers::authority::{Authority, Certified};
use somabrain_servers::processes::{Server as Process, ports};
use tempfile::TempDir;

use crate::server::{Server, command, place, program};
use crate::stack::SECRET;

struct Protected {
    authority: Authority,
    certified: Certified,
    servers: [Process; 4],
    memory_port: u16,
    data: TempDir,
}

impl Protected {
    fn start() -> Result<Self> {
        let authority = Authority::new()?;
        let certified = authority.certify(&["localhost", "127.0.0.1"])?;
        let servers = [
            Process::postgres_by_tls(&certified)?,
            Process::redis_by_tls(&certified)?,
            Process::kafka_by_tls(&certified, "somabrain", SECRET)?,
            Process::opa_by_tls(&certified)?,
        ];
        let [memory_port] = ports()?;
        Ok(Self { authority, certified, servers, memory_port, data: place() })
    }

    /// The program that is spoken to by TLS.
    fn program(&self, folder: &str) -> Command {
        let mut command = command(&program(), &self.data.path().join(folder));
        command
            .env("SOMABRAIN_TLS_CA_PATH", self.authority.file())
            .env("SOMABRAIN_TLS_CERT_PATH", self.certified.chain())
            .env("SOMABRAIN_TLS_KEY_PATH", self.certified.key())
            .env("SOMABRAIN_MEMORY_HTTP_TOKEN", SECRET);
        command
    }

    fn memory(&self) -> Result<Server> {
        let mut command = self.program("memory");
        command.arg("memory-service").env("SOMABRAIN_PORT", self.memory_port.to_string());
        Server::of(command)
    }

    /// The program with the settings of a replica.
    fn replica(&self) -> Command {
        let [postgres, redis, kafka, opa] = &self.servers;
        let mut command = self.program("replica");
        command
            .env("SOMABRAIN_PROFILE", "networked")
            .env("SOMABRAIN_POSTGRES_DSN", format!("{}?sslmode=verify-full", postgres.url()))
            .env("SOMABRAIN_REDIS_URL", redis.url())
            .env("SOMABRAIN_KAFKA_BOOTSTRAP", kafka.url())
            .env("SOMABRAIN_KAFKA_TLS", "on")
            .env("SOMABRAIN_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
            .env("SOMABRAIN_KAFKA_SASL_USERNAME", "somabrain")
            .env("SOMABRAIN_KAFKA_SASL_PASSWORD", SECRET)
            .env("SOMABRAIN_OPA_URL", opa.url())
            .env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", format!("https://127.0.0.1:{}", self.memory_port))
            .env("SOMABRAIN_AUDIT_KEY", SECRET);
        command
    }

    fn doctor(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> (Output, Vec<Value>) {
        let mut command = self.replica();
        command.args(["doctor", "--json"]).args(arguments);
        change(&mut command);
        let output = command.output().expect("it runs");
        let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output, printed["findings"].as_array().expect("a list").clone())
    }
}

fn said(findings: &[Value], component: &str, status: &str, words: &str) {
    let found = findings
        .iter()
        .any(|one| one["component"] == component && one["status"] == status && one["what"].to_string().contains(words));
    assert!(found, "{component} {status} {words}: {findings:#?}");
}

#[test]
fn everything_works_by_tls_and_the_doctor_says_so() {
    let stack = Protected::start().expect("the servers start");
    let _memory = stack.memory().expect("the memory service starts");
    let (_, findings) = stack.doctor(&["--create-topics"], |_| {});
    said(&findings, "kafka", "ok", "created audit_events and somabrain_events");

    let replica = Server::of(stack.replica()).expect("a replica starts").trusting(&stack.authority.file());
    assert!(replica.url.starts_with("https://"), "{}", replica.url);
    let (status, _) =
        replica.call("POST", "/remember", r#"{"content": "the ladder is in the cellar"}"#).expect("it answers");
    assert_eq!(status, 201);
    let (_, found) = replica.call("POST", "/recall", r#"{"query": "ladder", "k": 1}"#).expect("it answers");
    assert_eq!(found["memories"][0]["content"], "the ladder is in the cellar", "{found}");
    assert_eq!(found["degraded"].as_array().map_or(0, Vec::len), 0, "{found}");
    let (status, health) = replica.call("GET", "/health", "").expect("it answers");
    assert_eq!((status, &health["ok"]), (200, &json!(true)), "{health}");

    let (output, findings) = stack.doctor(&[], |_| {});
    assert!(output.status.success(), "{findings:#?}");
    said(&findings, "tls", "ok", "until 4096-01-01");
    said(&findings, "postgres", "ok", "sslmode=verify-full");
    the_doctor_finds(&stack);
    backups_go_by_tls_too(&stack);
}

fn the_doctor_finds(stack: &Protected) {
    let stranger = Authority::new().expect("an authority");
    let (output, findings) = stack.doctor(&[], |command| {
        command.env("SOMABRAIN_TLS_CA_PATH", stranger.file());
    });
    assert!(!output.status.success());
    for component in ["postgres", "redis", "opa", "memory_service", "kafka"] {
        said(&findings, component, "wrong", "UnknownIssuer");
    }
    let [postgres, ..] = &stack.servers;
    let (_, findings) = stack.doctor(&[], |command| {
        command.env("SOMABRAIN_POSTGRES_DSN", postgres.url());
    });
    said(&findings, "postgres", "note", "sslmode=prefer");
    let nonsense = format!("{}?sslmode=always", postgres.url());
    let checked =
        stack.replica().arg("check-config").env("SOMABRAIN_POSTGRES_DSN", nonsense).output().expect("it runs");
    refused(&checked, "SOMABRAIN_POSTGRES_DSN cannot be used: sslmode is `always`");
}

fn backups_go_by_tls_too(stack: &Protected) {
    let backups = stack.data.path().join("backups");
    let run = |arguments: &[&str]| {
        let output = stack.replica().args(arguments).env("SOMABRAIN_BACKUP_DIR", &backups).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["backup", "create"]);
    run(&["backup", "verify"]);
}

fn refused(output: &Output, words: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains(words), "`{words}` is said: {error}");
}

#[test]
fn passwords_are_not_shown_to_whoever_listens() {
    let folder = place();
    let with = |variables: &[(&str, &str)], words: &str| {
        let mut command = command(&program(), Path::new(folder.path()));
        command.arg("check-config").env("SOMABRAIN_KAFKA_BOOTSTRAP", "kafka:9092").envs(variables.iter().copied());
        refused(&command.output().expect("it runs"), words);
    };
    let (mechanism, username) = ("SOMABRAIN_KAFKA_SASL_MECHANISM", ("SOMABRAIN_KAFKA_SASL_USERNAME", "somabrain"));
    let password = ("SOMABRAIN_KAFKA_SASL_PASSWORD", "a secret of tests");
    let production = [("SOMABRAIN_MODE", "production"), ("SOMABRAIN_JWT_SECRET", SECRET)];
    with(&[production[0], production[1], (mechanism, "PLAIN"), username, password], "set SOMABRAIN_KAFKA_TLS=on");
    with(&[(mechanism, "GSSAPI"), username, password], "must be PLAIN or SCRAM-SHA-256 or SCRAM-SHA-512");
    with(&[(mechanism, "PLAIN"), username], "needs SOMABRAIN_KAFKA_SASL_PASSWORD");
    with(&[username, password], "set SOMABRAIN_KAFKA_SASL_MECHANISM");
    with(&[("SOMABRAIN_KAFKA_TLS", "yes")], "must be on or off");
}
