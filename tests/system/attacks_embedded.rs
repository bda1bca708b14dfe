//! The attacks on the embedded profile, and on a memory service.

use serde_json::{Value, json};

use crate::attacks::{all, guarded, operations};
use crate::commands::refused;
use crate::server::{Server, command, place, program};

#[test]
fn nobody_gets_in_where_they_do_not_belong() {
    let data = place();
    let server = Server::of(guarded(command(&program(), data.path()))).expect("it starts");
    all(&server).unwrap_or_else(|broken| panic!("{broken:#}"));
}

const TOKEN: &str = "a token of the memory service that is long enough";

/// Method, path as the document has it, path as it is sent, body.
const GUARDED: [(&str, &str, &str, &str); 5] = [
    ("POST", "/v1/tenants/{tenant}/memories", "/v1/tenants/acme/memories", r#"{"entries": []}"#),
    ("POST", "/v1/tenants/{tenant}/search", "/v1/tenants/acme/search", SEARCH),
    ("GET", "/v1/tenants/{tenant}/position", "/v1/tenants/acme/position", ""),
    ("GET", "/v1/service", "/v1/service", ""),
    ("DELETE", "/v1/memories", "/v1/memories", ""),
];
const OPEN: [&str; 4] = ["/health", "/livez", "/metrics", "/openapi.json"];
const SEARCH: &str =
    r#"{"namespace": "default", "text": "lighthouse", "limit": 10, "weights": {"lexical": 1}, "at": 0}"#;

fn memory_service(data: &std::path::Path) -> Server {
    let mut command = command(&program(), data);
    command.arg("memory-service").env("SOMABRAIN_MEMORY_HTTP_TOKEN", TOKEN);
    Server::of(command).expect("it starts")
}

/// Applies one memory of the tenant acme.
fn apply(service: &Server) {
    let memory = json!({"tenant": "acme", "id": "01990000-0000-7000-8000-000000000001", "namespace": "default",
        "content": "the lighthouse of acme", "kind": "episodic", "importance": 0.5, "source": "user", "created": 0,
        "valid": 0, "novelty": 0.0, "salience": 0.0, "version": 1});
    let entries = json!({"entries": [{"seq": 1, "first": 1, "memory": memory}]}).to_string();
    let applied = asked(service, "POST", "/v1/tenants/acme/memories", &entries);
    assert_eq!(applied["position"], json!(1), "{applied}");
}

fn asked(service: &Server, method: &str, path: &str, body: &str) -> Value {
    let bearer = format!("Bearer {TOKEN}");
    let answer = service.send(method, path, &[("authorization", &bearer)], body).expect("it answers");
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

#[test]
fn a_memory_service_opens_to_its_token_alone() {
    let data = place();
    let service = memory_service(data.path());
    let document = service.send("GET", "/openapi.json", &[], "").expect("it answers").body;
    let described = operations(&serde_json::from_str(&document).expect("JSON"));
    let described = described.iter().filter(|(_, path)| !OPEN.contains(&path.as_str()));
    let cases = GUARDED.iter().map(|(method, path, _, _)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(
        described.cloned().collect::<Vec<_>>(),
        cases.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    apply(&service);
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer ".into()),
        Some("Bearer another token of the memory service, longer".into()),
        Some(format!("Bearer {}", &TOKEN[..TOKEN.len() - 1])),
        Some(format!("Bearer {}", &TOKEN[..1])),
        Some(format!("Bearer {TOKEN}x")),
        Some(format!("Bearer {}", TOKEN.to_uppercase())),
        Some(format!("Basic {TOKEN}")),
        Some(format!("Bearer{TOKEN}")),
        Some(TOKEN.into()),
    ];
    for authorization in wrong {
        let headers: Vec<_> = authorization.as_deref().into_iter().map(|value| ("authorization", value)).collect();
        for (method, path, target, body) in GUARDED {
            let answer = service.send(method, target, &headers, body).expect("it answers");
            assert_eq!(answer.status, 401, "{authorization:?}: {method} {path}: {}", answer.body);
            assert!(!answer.body.contains("lighthouse") && !answer.body.contains("acme"), "{}", answer.body);
        }
    }
    for path in OPEN {
        let answer = service.send("GET", path, &[], "").expect("it answers");
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("acme") && !answer.body.contains("lighthouse"), "{path}: {}", answer.body);
    }
    let found = asked(&service, "POST", "/v1/tenants/acme/search", SEARCH);
    assert_eq!(found["candidates"][0]["memory"]["content"], "the lighthouse of acme", "all of it is still there");
}

#[test]
fn a_memory_service_keeps_tenants_apart() {
    let data = place();
    let service = memory_service(data.path());
    apply(&service);
    let tenants = |tenant: &str, what: &str| format!("/v1/tenants/{tenant}/{what}");
    for tenant in ["acme-2", "acm", "Acme", "globex"] {
        let found = asked(&service, "POST", &tenants(tenant, "search"), SEARCH);
        assert_eq!(found["candidates"], json!([]), "{tenant}");
        assert_eq!(asked(&service, "GET", &tenants(tenant, "position"), "")["position"], json!(0), "{tenant}");
        let erase = json!({"namespace": "default", "id": "01990000-0000-7000-8000-000000000001"});
        let entries = json!({"entries": [{"seq": 9, "erase": erase}]}).to_string();
        asked(&service, "POST", &tenants(tenant, "memories"), &entries);
    }
    let found = asked(&service, "POST", &tenants("acme", "search"), SEARCH);
    assert_eq!(found["candidates"][0]["memory"]["content"], "the lighthouse of acme");
    assert_eq!(asked(&service, "GET", &tenants("acme", "position"), "")["position"], json!(1));
}

#[test]
fn a_refused_request_whose_body_comes_later_leaves_its_connection_to_the_next() {
    use std::io::{Read, Write};
    let data = place();
    let server = Server::of(guarded(command(&program(), data.path()))).expect("it starts");
    let address = server.url.trim_start_matches("http://");
    let body = r#"{"query": "anything"}"#;
    let head = format!("POST /recall HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    let mut connection = std::net::TcpStream::connect(address).expect("it listens");
    write!(connection, "{head}\r\n").expect("sent");
    connection.set_read_timeout(Some(std::time::Duration::from_millis(200))).expect("set");
    let mut answer = [0; 4096];
    // Nothing may have come yet; then the answer comes when the body has.
    let early = connection.read(&mut answer).unwrap_or(0);
    write!(connection, "{body}{head}connection: close\r\n\r\n{body}").expect("sent");
    connection.set_read_timeout(None).expect("set");
    let mut answers = String::from_utf8_lossy(&answer[..early]).into_owned();
    connection.read_to_string(&mut answers).expect("answers, and then the end");
    assert_eq!(answers.matches("HTTP/1.1 401").count(), 2, "{answers}");
}

/// Settings as they stand in the environment.
type Given<'a> = &'a [(&'a str, &'a str)];

#[test]
fn what_would_let_anybody_in_does_not_start_and_says_what_to_do() {
    let short = "only-thirty-one-bytes-of-secret";
    let strong = "a secret of more than thirty-two bytes for trials";
    let production = ("SOMABRAIN_MODE", "production");
    let cases: [(Given<'_>, &[&str]); 9] = [
        (
            &[production],
            &[
                "production needs a key",
                "set SOMABRAIN_JWT_SECRET",
                "at least 32 bytes",
                "SOMABRAIN_JWT_PUBLIC_KEY_PATH",
            ],
        ),
        (&[production, ("SOMABRAIN_JWT_SECRET", "")], &["production needs a key", "set SOMABRAIN_JWT_SECRET"]),
        (
            &[production, ("SOMABRAIN_JWT_SECRET", short)],
            &["SOMABRAIN_JWT_SECRET has 31 bytes, at least 32", "openssl rand -base64 48"],
        ),
        (
            &[production, ("SOMABRAIN_JWT_SECRET", &format!("{strong},short"))],
            &["SOMABRAIN_JWT_SECRET has 5 bytes", "openssl rand"],
        ),
        (
            &[production, ("SOMABRAIN_JWT_PUBLIC_KEY_PATH", "/no/such/key.pem")],
            &["SOMABRAIN_JWT_PUBLIC_KEY_PATH", "/no/such/key.pem"],
        ),
        (&[production, ("SOMABRAIN_HOST", "0.0.0.0")], &["production needs a key", "set SOMABRAIN_JWT_SECRET"]),
        (
            &[("SOMABRAIN_HOST", "0.0.0.0")],
            &[
                "listens on loopback only, not on 0.0.0.0",
                "SOMABRAIN_MODE=production and a key",
                "SOMABRAIN_HOST=127.0.0.1",
            ],
        ),
        (&[("SOMABRAIN_HOST", "::")], &["listens on loopback only, not on ::", "SOMABRAIN_MODE=production and a key"]),
        (
            &[("SOMABRAIN_HOST", "0.0.0.0"), ("SOMABRAIN_JWT_SECRET", strong)],
            &["listens on loopback only", "SOMABRAIN_MODE=production"],
        ),
    ];
    for (settings, words) in cases {
        for arguments in [&[][..], &["serve"]] {
            let data = place();
            let mut command = command(&program(), data.path());
            let output = command.envs(settings.iter().copied()).args(arguments).output().expect("it runs");
            words.iter().for_each(|words| refused(&output, words));
            assert!(output.stdout.is_empty(), "it never says where it listens: {settings:?}");
            assert!(!String::from_utf8_lossy(&output.stderr).contains(short), "secrets are not shown");
        }
    }
    let data = place();
    let mut service = command(&program(), data.path());
    let output = service.arg("memory-service").output().expect("it runs");
    refused(&output, "set SOMABRAIN_MEMORY_HTTP_TOKEN");
}
