//! The attacks on the embedded profile, and on a memory service.

use serde_json::{Value, json};

use crate::attacks::{all, guarded, operations};
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
