//! What is refused, how, and what is never said about it.

use application::ports::error::PortErrorKind;
use application::ports::long_term::LongTermMemory;
use somabrain_memory_service::client::{Config, InvalidConfig};
use somabrain_memory_service::{MemoryService, server};

use crate::builders::{Answer, TOKEN, cue, memory, put, service, tenant};

const MEMORIES: &str = "/v1/tenants/acme/memories";
const SEARCH: &str = "/v1/tenants/acme/search";

fn is_problem(answer: &Answer, status: u16, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.content_type, "application/problem+json");
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["title"].as_str()), (Some(status.into()), Some(title)));
}

#[tokio::test]
async fn without_the_token_nothing_is_told_or_asked() {
    let service = service().await;
    let body = r#"{"entries":[]}"#;
    for token in [None, Some(""), Some("another-token-of-it"), Some("a-token-of-its-owm"), Some("a-token-of-its-own-")]
    {
        for (path, body) in [(MEMORIES, Some(body)), (SEARCH, Some(body)), ("/v1/tenants/acme/position", None)] {
            let answer = service.ask(path, token, body).await;
            is_problem(&answer, 401, "Send the token of the service's settings");
        }
    }
    assert!(service.engine.applied.lock().unwrap().is_empty());
    assert_eq!(service.ask(MEMORIES, Some(TOKEN), Some(body)).await.status, 200);
}

#[tokio::test]
async fn a_wrong_token_is_a_mistake_of_ours_and_no_outage() {
    let service = service().await;
    let client = MemoryService::connect(Config::new(&service.endpoint, "another")).unwrap();
    for _ in 0..10 {
        let error = client.search(&cue()).await.unwrap_err();
        assert_eq!((error.port, error.kind), ("long_term", PortErrorKind::Internal));
    }
    assert_eq!(client.failures(), 0);
}

#[tokio::test]
async fn what_is_not_of_the_wire_is_422_and_names_the_field_but_no_word() {
    let memory = |memory: &str| format!(r#"{{"entries":[{{"seq":1,"first":1,"memory":{memory}}}]}}"#);
    let whole = r#"{"tenant":"acme","id":"00000000-0000-0000-0000-000000000001","namespace":"default",
        "content":"a secret","kind":"episodic","importance":0.5,"source":"user","created":0,"valid":0,"novelty":0.0,
        "salience":0.0,"version":1}"#;
    let erase = r#"{"namespace":"default","id":"00000000-0000-0000-0000-000000000001"}"#;
    let search = |rest: &str| format!(r#"{{"namespace":"default","text":"a secret","weights":{{}},"at":0{rest}}}"#);
    let bodies = [
        (MEMORIES, String::new(), "body"),
        (MEMORIES, "a secret".into(), "body"),
        (MEMORIES, r#"{"entries":"a secret"}"#.into(), "body"),
        (MEMORIES, r#"{"entries":[{"seq":1}]}"#.into(), "entries[0]: field entry"),
        (MEMORIES, format!(r#"{{"entries":[{{"seq":0,"erase":{erase}}}]}}"#), "entries[0]: field seq"),
        (MEMORIES, memory(&whole.replace("0.5", "1.5")), "field importance"),
        (MEMORIES, memory(&whole.replace("a secret", " ")), "field content"),
        (MEMORIES, memory(&whole.replace("acme", "other")), "entries[0]: field memory.tenant"),
        (MEMORIES, memory(&whole.replace("episodic", "a secret")), "field kind"),
        (SEARCH, search(""), "body"),
        (SEARCH, search(r#","limit":0"#), "field limit"),
        (SEARCH, search(r#","limit":10001"#), "field limit"),
        (SEARCH, search(r#","limit":1,"filter":{"kind":"a secret"}"#), "filter: field kind"),
        (SEARCH, search(r#","limit":1,"filter":{"later":"a secret"}"#), "body"),
        (SEARCH, search(r#","limit":1,"filter":{"holds_at":9223372036854775807}"#), "filter: field holds_at"),
    ];
    let service = service().await;
    for (path, body, field) in bodies {
        let answer = service.ask(path, Some(TOKEN), Some(&body)).await;
        is_problem(&answer, 422, "Correct the document");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(field) && !detail.contains("secret"), "{body}: {detail}");
    }
    let answer = service.ask("/v1/tenants/..%2Fx/position", Some(TOKEN), None).await;
    is_problem(&answer, 422, "Correct the document");
    assert!(service.engine.applied.lock().unwrap().is_empty());
}

#[tokio::test]
async fn more_than_a_thousand_entries_are_422() {
    let service = service().await;
    let erase = r#"{"seq":1,"erase":{"namespace":"default","id":"00000000-0000-0000-0000-000000000001"}}"#;
    let of = |count| format!(r#"{{"entries":[{}]}}"#, vec![erase; count].join(","));
    is_problem(&service.ask(MEMORIES, Some(TOKEN), Some(&of(1_001))).await, 422, "Correct the document");
    assert_eq!(service.ask(MEMORIES, Some(TOKEN), Some(&of(1_000))).await.status, 200);
}

#[tokio::test]
async fn a_body_over_64_mib_is_413_however_it_is_framed() {
    let service = service().await;
    let large = " ".repeat((64 << 20) + 1);
    for framing in ["declared", "chunked"] {
        let (url, large) = (format!("{}{MEMORIES}", service.endpoint), large.clone());
        let asking = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
            let request = agent.post(&url).header("authorization", format!("Bearer {TOKEN}"));
            match framing {
                "declared" => request.header("expect", "100-continue").send(&large),
                _ => request.send(ureq::SendBody::from_reader(&mut large.as_bytes())),
            }
        });
        // The service may close the connection before it has read what it refuses.
        if let Ok(response) = asking.await.unwrap() {
            assert_eq!(response.status().as_u16(), 413, "{framing}");
        }
    }
    assert!(service.engine.applied.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_engine_cannot_do_is_told_by_its_kind_without_its_cause() {
    let service = service().await;
    let kinds = [
        (PortErrorKind::Full, 507, "Make room where memories are kept"),
        (PortErrorKind::Conflict, 409, "Read again, then decide"),
        (PortErrorKind::Internal, 500, "See the log of the memory service"),
        // The last one, since it opens the breaker.
        (PortErrorKind::Unavailable, 503, "Try again later"),
    ];
    for (kind, status, title) in kinds {
        *service.engine.failing.lock().unwrap() = Some(kind);
        let answer = service.ask("/v1/tenants/acme/position", Some(TOKEN), None).await;
        is_problem(&answer, status, title);
        assert!(!answer.text.contains("secret"), "{}", answer.text);
        assert_eq!(service.client.search(&cue()).await.unwrap_err().kind, kind);
        let entry = put(1, memory(1, "hello"));
        assert_eq!(service.client.apply(&tenant(), &[entry]).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn an_unknown_path_or_method_is_a_problem_too() {
    let service = service().await;
    is_problem(&service.ask("/v1/elsewhere", Some(TOKEN), None).await, 404, "Ask for a path of /openapi.json");
    is_problem(&service.ask(MEMORIES, Some(TOKEN), None).await, 405, "Use a method of /openapi.json");
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let refused = |endpoint, token| MemoryService::connect(Config::new(endpoint, token)).err();
    for endpoint in ["", "memory-service:9797", "ftp://memory-service", "http://", "http://x/?q=1"] {
        assert_eq!(refused(endpoint, TOKEN), Some(InvalidConfig::Endpoint), "{endpoint}");
    }
    for token in ["", "with space", "with\nline"] {
        assert_eq!(refused("http://memory-service:9797/", token), Some(InvalidConfig::Token));
    }
    assert_eq!(refused("https://memory-service", TOKEN), None);
}

#[test]
fn no_token_is_ever_printed() {
    let server = server::Config { token: TOKEN.into(), version: "v1".into(), traces: Default::default() };
    let printed = format!("{:?} {server:?}", Config::new("http://memory-service:9797", TOKEN));
    assert!(!printed.contains(TOKEN), "{printed}");
}

#[tokio::test]
async fn another_method_is_405_and_the_answer_says_which_there_are() {
    let service = service().await;
    let paths = document_paths();
    assert!(paths.len() >= 8, "{paths:?}");
    for (path, methods) in paths {
        let url = format!("{}{}", service.endpoint, path.replace("{tenant}", "acme"));
        let answer = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
            agent.run(ureq::http::Request::builder().method("TRACE").uri(url).body("").unwrap()).unwrap()
        });
        let answer = answer.await.unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{path}");
        assert_eq!(answer.headers()["allow"].to_str().unwrap(), methods, "{path}");
    }
}

/// Each path of the document with its methods.
fn document_paths() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&server::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = |item: &serde_json::Value| {
        let methods: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        methods.join(", ")
    };
    paths.map(|(path, item)| (path.clone(), methods(item))).collect()
}
