//! What guards a server in production: secrets that nobody guesses, roles, an operator's own rules, quotas, no core dumps.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::commands::{refused, run};
use crate::server::{Server, command, place, program};

const SECRET: &str = "a secret of more than thirty-two bytes for trials";

fn production(data: &Path) -> Command {
    let mut command = command(&program(), data);
    command.env("SOMABRAIN_MODE", "production").env("SOMABRAIN_JWT_SECRET", SECRET);
    command
}

fn bearer(data: &Path, tenant: &str, role: &str) -> String {
    let minted = production(data).args(["token", "--tenant", tenant, "--role", role]).output().expect("it runs");
    format!("Bearer {}", String::from_utf8_lossy(&minted.stdout).trim())
}

fn remember(server: &Server, bearer: &str, memory: &Value) -> (u16, Value) {
    server.call_as(bearer, "POST", "/remember", &memory.to_string()).expect("it answers")
}

#[test]
fn production_refuses_secrets_that_anybody_could_guess_and_does_not_show_them() {
    let data = place();
    let with = |name: &str, value: &str| production(data.path()).env(name, value).output().expect("the program runs");
    for (secret, why) in [
        ("a-string-secret-at-least-256-bits-long", "is one that stands in examples"),
        ("CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME", "is one that stands in examples"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "hardly varies"),
        ("0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b", "repeats itself"),
    ] {
        for name in ["SOMABRAIN_JWT_SECRET", "SOMABRAIN_AUDIT_KEY"] {
            let output = with(name, secret);
            refused(&output, &format!("{name} {why}"));
            refused(&output, "openssl rand -base64 48");
            assert!(!String::from_utf8_lossy(&output.stderr).contains(secret), "{name}");
        }
    }
    let both = format!("{SECRET},a-string-secret-at-least-256-bits-long");
    refused(&with("SOMABRAIN_JWT_SECRET", &both), "is one that stands in examples");
    refused(&with("SOMABRAIN_JWT_SECRET", "short,of the two the first is short, and so on"), "a comma ends one secret");
}

#[test]
fn a_source_is_bound_to_the_role_and_stands_with_what_is_recalled() {
    let data = place();
    let server = Server::of(production(data.path())).expect("it starts");
    let (tool, reader) = (bearer(data.path(), "acme", "tool"), bearer(data.path(), "acme", "reader"));
    let (status, problem) = remember(&server, &tool, &json!({"content": "the user wants the red one"}));
    assert_eq!(status, 403, "{problem}");
    assert_eq!(problem["detail"], "the caller may not store as source user, only as: tool");
    let memory = json!({"content": "the page says the red one is sold out", "source": "tool"});
    assert_eq!(remember(&server, &tool, &memory).0, 201);
    let query = json!({"query": "red one"}).to_string();
    assert_eq!(server.call_as(&tool, "POST", "/recall", &query).expect("it answers").0, 403);
    let (_, recalled) = server.call_as(&reader, "POST", "/recall", &query).expect("it answers");
    assert_eq!(recalled["memories"][0]["source"], "tool", "{recalled}");
    let batch = json!({"memories": [{"content": "one", "source": "tool"}, {"content": "two"}]}).to_string();
    assert_eq!(server.call_as(&tool, "POST", "/remember/batch", &batch).expect("it answers").0, 403);
}

#[test]
fn an_operators_own_rules_refuse_secrets_and_the_reason_is_in_the_audit_row() {
    let (data, rules) = (place(), place());
    let rule = "package somabrain.authz\nforbidden contains \"no secrets here\" if count(input.resource.secrets) > 0\n";
    fs::write(rules.path().join("secrets.rego"), rule).expect("it can be written");
    fs::write(rules.path().join("secrets_test.rego"), "not rego {{").expect("it can be written");
    let mut command = production(data.path());
    command.env("SOMABRAIN_POLICY_DIR", rules.path());
    let mut server = Server::of(command).expect("it starts");
    let writer = bearer(data.path(), "acme", "writer");
    let card = json!({"content": "she pays with 4111 1111 1111 1111"});
    let (status, problem) = remember(&server, &writer, &card);
    assert_eq!((status, &problem["detail"]), (403, &json!("no secrets here")), "{problem}");
    assert_eq!(remember(&server, &writer, &json!({"content": "she pays in cash"})).0, 201);
    server.kill().expect("it is killed");

    let plain = Server::of(production(data.path())).expect("it starts without the rule");
    let (status, stored) = remember(&plain, &writer, &card);
    assert_eq!((status, &stored["secrets"]), (201, &json!(["card_number"])), "{stored}");
    let (_, metrics) = plain.call("GET", "/metrics", "").expect("it answers");
    let flagged = "somabrain_secrets_flagged_total{kind=\"card_number\"} 1";
    assert!(metrics.as_str().is_some_and(|text| text.contains(flagged)), "{metrics}");
    let log = fs::read(data.path().join("somabrain.db")).expect("the database");
    let wal = fs::read(data.path().join("somabrain.db-wal")).unwrap_or_default();
    let row = b"\"reason\":\"permitted to writer\"";
    let holds = |bytes: &[u8]| bytes.windows(row.len()).any(|window| window == row);
    assert!(holds(&log) || holds(&wal), "the audit row says why");

    fs::write(rules.path().join("broken.rego"), "package somabrain.authz\nallow if {").expect("it can be written");
    let mut broken = production(data.path());
    broken.env("SOMABRAIN_POLICY_DIR", rules.path()).arg("check-config");
    refused(&broken.output().expect("it runs"), "broken.rego");
    broken.env("SOMABRAIN_POLICY_DIR", data.path());
    refused(&broken.output().expect("it runs"), "has no .rego file");
}

#[test]
fn a_tenant_over_its_quota_or_rate_is_told_and_others_go_on() {
    let data = place();
    let mut command = production(data.path());
    command.env("SOMABRAIN_QUOTA_MEMORIES", "2").env("SOMABRAIN_RATE_MEMORIES", "import=0.1");
    let server = Server::of(command).expect("it starts");
    let (acme, globex) = (bearer(data.path(), "acme", "writer"), bearer(data.path(), "globex", "writer"));
    for content in ["one", "two"] {
        assert_eq!(remember(&server, &acme, &json!({ "content": content })).0, 201);
    }
    let (status, problem) = remember(&server, &acme, &json!({"content": "three"}));
    assert_eq!((status, &problem["type"]), (403, &json!("urn:somabrain:problem:over-quota")), "{problem}");
    assert_eq!(remember(&server, &globex, &json!({"content": "one", "source": "import"})).0, 201);
    let (status, problem) = remember(&server, &globex, &json!({"content": "two", "source": "import"}));
    assert_eq!(status, 429, "{problem}");
    assert_eq!(server.call_as(&acme, "DELETE", "/namespaces/default", "").expect("it answers").0, 200);
    assert_eq!(remember(&server, &acme, &json!({"content": "three"})).0, 201);
    let wrong = |name: &str, value: &str| production(data.path()).env(name, value).output().expect("it runs");
    refused(&wrong("SOMABRAIN_RATE_MEMORIES", "tools=5"), "sources: user, agent, tool, import");
    refused(&wrong("SOMABRAIN_QUOTA_BYTES", "many"), "SOMABRAIN_QUOTA_BYTES is `many`");
}

#[test]
fn production_leaves_no_core_dump_and_no_secret_in_the_log() {
    let data = place();
    let log = data.path().join("log");
    let mut command = production(data.path());
    command.env("SOMABRAIN_LOG", "trace");
    let server = Server::logging_to(fs::File::create(&log).expect("a log"), command).expect("it starts");
    let writer = bearer(data.path(), "acme", "writer");
    assert_eq!(remember(&server, &writer, &json!({"content": "the vault opens with xyzzy"})).0, 201);
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.child.id())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    let (_, metrics) = server.call("GET", "/metrics", "").expect("it answers");
    assert!(metrics.as_str().is_some_and(|text| text.contains("process_open_fds")), "it still knows itself: {metrics}");
    drop(server);
    let log = fs::read_to_string(log).expect("a log");
    let token = writer.trim_start_matches("Bearer ");
    for secret in [SECRET, token, "xyzzy"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(!run(&program(), data.path(), &["check-config"]).stdout.is_empty());
}

#[test]
fn a_refused_request_with_a_body_leaves_the_connection_to_the_next() {
    let data = place();
    let server = Server::of(production(data.path())).expect("it starts");
    let address = server.url.trim_start_matches("http://").to_owned();
    for (request, status) in [("POST /health", 405), ("POST /nowhere", 404), ("POST /recall", 401)] {
        let mut stream = TcpStream::connect(&address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        let mut answers = BufReader::new(stream.try_clone().expect("the same"));
        for _ in 0..20 {
            // The body comes in a packet of its own, as many clients send it.
            write!(stream, "{request} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 2\r\n\r\n").expect("it takes it");
            stream.flush().expect("it takes it");
            stream.write_all(b"{}").expect("it takes it");
            let mut lines = answers.by_ref().lines().map_while(Result::ok);
            let first = lines.next().expect("an answer on the same connection");
            assert!(first.contains(&status.to_string()), "{request}: {first}");
            let length = lines.by_ref().take_while(|line| !line.is_empty());
            let length =
                length.filter_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).last();
            let mut body = vec![0; length.expect("a length")];
            answers.read_exact(&mut body).expect("the body");
        }
    }
}
