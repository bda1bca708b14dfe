//! The OpenAPI document: served, checked in, and true of what travels.

use std::path::Path;
use std::sync::Arc;

use application::ports::long_term::LongTermMemory;
use domain::index::{Candidate, Found, Reading};
use domain::memory::Seq;
use domain::recall::term::{Signals, Term};
use serde_json::{Map, Value};
use somabrain_memory_service::server::document;

use crate::builders::{TOKEN, cue, put, service, tenant, whole};

fn described() -> Value {
    serde_json::from_str(&document()).unwrap()
}

/// The names that a schema has, and those that it asks for.
fn names(document: &Value, schema: &str) -> (Vec<String>, Vec<String>) {
    let schema = &document["components"]["schemas"][schema];
    let all = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let required = schema["required"].as_array().into_iter().flatten();
    (all, required.map(|name| name.as_str().unwrap().to_owned()).collect())
}

fn fits(document: &Value, schema: &str, found: &Map<String, Value>) {
    let (all, required) = names(document, schema);
    let mut found: Vec<String> = found.keys().cloned().collect();
    found.sort();
    assert!(required.iter().all(|name| found.contains(name)), "{schema}: {required:?}, {found:?}");
    assert!(found.iter().all(|name| all.contains(name)), "{schema}: {found:?}, {all:?}");
}

#[tokio::test]
async fn the_document_is_served_and_checked_in() {
    let service = service().await;
    assert_eq!(service.ask("/openapi.json", None, None).await.text, document());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/memory-service.json");
    let checked_in = std::fs::read_to_string(file).unwrap_or_default();
    let advice = "write it anew: somabrain openapi --memory-service > openapi/memory-service.json";
    assert!(document().trim() == checked_in.trim(), "{advice}");
}

#[test]
fn every_operation_is_described_with_its_errors_and_its_token() {
    let document = described();
    let paths = document["paths"].as_object().unwrap();
    let expected = [
        "/health",
        "/livez",
        "/metrics",
        "/v1/memories",
        "/v1/service",
        "/v1/tenants/{tenant}/memories",
        "/v1/tenants/{tenant}/position",
        "/v1/tenants/{tenant}/search",
    ];
    let mut found: Vec<&String> = paths.keys().collect();
    found.sort();
    assert_eq!(found, expected);
    for (path, item) in paths {
        for operation in item.as_object().unwrap().values() {
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
            let guarded = path.starts_with("/v1/");
            assert_eq!(operation["security"].is_array(), guarded, "{path}");
            assert_eq!(operation["responses"]["default"].is_object(), guarded, "{path}");
        }
    }
}

#[tokio::test]
async fn what_travels_is_what_is_described() {
    let service = service().await;
    let signals = Term::ALL.into_iter().fold(Signals::default(), |all, term| all.with(term, 0.5));
    let candidate = Candidate { memory: Arc::new(whole()), seq: Seq(1), signals, named: true };
    let reading = Reading { words: 1, named: 1 };
    *service.engine.found.lock().unwrap() = Found { candidates: vec![candidate], reading };
    let body = r#"{"namespace":"default","text":"hello","limit":1,"weights":{"lexical":1},"at":0}"#;
    let answer = service.ask("/v1/tenants/acme/search", Some(TOKEN), Some(body)).await.json();
    let document = described();
    fits(&document, "Reading", answer["reading"].as_object().unwrap());
    let candidate = answer["candidates"][0].as_object().unwrap();
    fits(&document, "Candidate", candidate);
    let memory = candidate["memory"].as_object().unwrap();
    fits(&document, "Memory", memory);
    assert_eq!(memory.len(), names(&document, "Memory").0.len(), "a memory with something in every field");
    fits(&document, "Procedure", memory["procedure"].as_object().unwrap());
    fits(&document, "Encoding", memory["encoding"].as_object().unwrap());
    service.client.apply(&tenant(), &[put(1, whole())]).await.unwrap();
    service.client.search(&cue()).await.unwrap();
}
