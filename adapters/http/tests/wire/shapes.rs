//! Shapes: what is sent comes back, under every form that the API takes.

use serde_json::{Value, json};

use crate::service::Service;

#[tokio::test]
async fn a_memory_comes_back_as_it_was_sent() {
    let service = Service::new();
    let sent = json!({
        "content": "  Ada 😀\n\tdrinks tea \u{202e}", "namespace": "kitchen", "user_id": "u", "agent_id": "a",
        "speaker": "Ada",
        "session_id": "s/1", "kind": "procedural", "importance": 0.25, "tags": ["tea", "morning"], "source": "tool",
        "metadata": {"big": 18446744073709551615u64, "least": i64::MIN, "tiny": 5e-324, "minus": -0.0, "third": 0.1,
                     "null": null, "list": [1, "a", null, true], "": {"deep": {}}},
        "occurred_at": "2025-12-31T23:59:59.123456Z", "invalid_at": "2027-01-01T00:00:00.000000Z",
        "procedure": {"preconditions": ["water is hot"], "effects": ["tea is ready"], "cost": 2.5}
    });
    let stored = service.post("/remember", &sent.to_string()).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let id = stored.json()["id"].as_str().expect("an id").to_owned();
    let read = service.get(&format!("/memories/{id}")).await;
    assert_eq!((read.status, read.header("etag")), (200, Some("\"1\"")));
    let read = read.json();
    for (field, value) in sent.as_object().expect("an object") {
        assert_eq!(&read[field], value, "{field}");
    }
    assert_eq!(read["metadata"]["minus"].to_string(), "-0.0");
    assert_eq!(read["valid_at"], read["occurred_at"]);
    assert_eq!(read["created_at"], "2026-01-01T00:00:00.000000Z");
}

#[tokio::test]
async fn any_content_type_is_taken_and_so_is_the_operators_form() {
    let service = Service::new();
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"] {
        let answer = service.ask("POST", "/recall", &[("content-type", kind)], r#"{"query":"x","k":1}"#).await;
        assert_eq!(answer.status, 200, "{kind}");
    }
    assert_eq!(service.post("/remember", r#"{"payload": {"content": "test recovery"}}"#).await.status, 201);
}

#[tokio::test]
async fn a_duplicate_answers_200_with_the_first_id() {
    let service = Service::new();
    let first = service.remember("Ada drinks tea").await;
    let again = service.post("/remember", r#"{"content":"Ada drinks tea"}"#).await;
    assert_eq!((again.status, &again.json()["duplicate"]), (200, &json!(true)));
    assert_eq!(again.json()["id"], json!(first));
}

#[tokio::test]
async fn an_idempotency_key_replays_its_answer_and_refuses_another_body() {
    let service = Service::new();
    let key = [("idempotency-key", "order-1")];
    let first = service.ask("POST", "/remember", &key, r#"{"content":"a"}"#).await;
    let again = service.ask("POST", "/remember", &key, r#"{"content":"a"}"#).await;
    let other = service.ask("POST", "/remember", &key, r#"{"content":"b"}"#).await;
    assert_eq!((first.status, &first.json()["id"]), (201, &again.json()["id"]));
    assert_eq!((other.status, other.field().as_str()), (422, "Idempotency-Key"));
}

#[tokio::test]
async fn a_recall_answers_scores_that_its_explanation_adds_up_to() {
    let service = Service::new();
    service.remember("Ada drinks tea in the morning").await;
    service.remember("the harbour is closed").await;
    for name in ["k", "top_k", "limit"] {
        let query = json!({"query": "who drinks tea?", name: 1, "explain": true});
        let recalled = service.post("/recall", &query.to_string()).await.json();
        let memories = recalled["memories"].as_array().expect("a list");
        assert_eq!((memories.len(), &memories[0]["content"]), (1, &json!("Ada drinks tea in the morning")));
        let explanation = &memories[0]["explanation"];
        let terms = explanation["terms"].as_array().expect("a list");
        let points: f64 = terms.iter().filter_map(|term| term["points"].as_f64()).sum();
        assert!((points - explanation["raw"].as_f64().expect("a number")).abs() < 1e-5);
        for field in ["recall_id", "abstained", "confidence", "degraded", "sources", "latency_ms"] {
            assert!(!recalled[field].is_null(), "{field}");
        }
    }
}

#[tokio::test]
async fn a_plan_follows_the_links() {
    let service = Service::new();
    let goal = service.remember("release the new version").await;
    let tests = service.remember("run all tests").await;
    let link = json!({"to": tests, "relation": "requires"}).to_string();
    let linked = service.post(&format!("/memories/{goal}/links"), &link).await;
    assert_eq!((linked.status, &linked.json()["links"][0]["to"]), (201, &json!(tests)));
    let planned = service.post("/plan", r#"{"goal":"release the new version"}"#).await;
    assert_eq!(planned.status, 200, "{}", planned.text);
    let planned = planned.json();
    assert_eq!(planned["status"], "complete");
    assert_eq!(planned["steps"][0]["memory_id"], json!(tests));
    assert_eq!(planned["steps"][1]["depends_on"], json!([1]));
}

#[tokio::test]
async fn a_change_needs_the_version_that_the_caller_names_and_keeps_the_old_one() {
    let service = Service::new();
    let path = format!("/memories/{}", service.remember("Ada drinks tea").await);
    let change = r#"{"importance":0.9,"invalid_at":"2030-01-01T00:00:00Z"}"#;
    let changed = service.ask("PATCH", &path, &[("if-match", "\"1\"")], change).await;
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")));
    for stale in ["\"1\"", "\"stale\"", "W/\"2\""] {
        assert_eq!(service.ask("PATCH", &path, &[("if-match", stale)], change).await.status, 412, "{stale}");
    }
    let again = service.ask("PATCH", &path, &[], r#"{"invalid_at":null}"#).await.json();
    assert!(again["invalid_at"].is_null());
    let versions = service.get(&format!("{path}/versions")).await.json();
    assert_eq!(versions["versions"].as_array().map(Vec::len), Some(3));
    assert_eq!(versions["versions"][0]["memory"]["importance"], json!(0.5));
}

#[tokio::test]
async fn what_is_erased_is_gone_and_has_a_receipt() {
    let service = Service::new();
    let path = format!("/memories/{}", service.remember("Ada drinks tea").await);
    let receipt = service.ask("DELETE", &path, &[], "").await;
    assert_eq!((receipt.status, &receipt.json()["erased"]), (200, &json!(1)));
    assert_eq!(service.get(&path).await.status, 404);
    assert_eq!(service.ask("DELETE", &path, &[], "").await.status, 404);
    let body = r#"{"content":"about her","user_id":"ada","namespace":"n"}"#;
    assert_eq!(service.post("/remember", body).await.status, 201);
    let receipt = service.ask("DELETE", "/memories?user_id=ada", &[], "").await.json();
    assert_eq!(receipt["erased"], json!(1));
}

#[tokio::test]
async fn another_tenants_memory_is_exactly_as_unknown_as_any() {
    let service = Service::new();
    let id = service.remember("Ada drinks tea").await;
    let beta = [("authorization", "Bearer beta-token"), ("x-request-id", "r")];
    let foreign = service.ask("GET", &format!("/memories/{id}"), &beta, "").await;
    let unknown = id.replace(&id[..4], "ffff");
    let nobody = service.ask("GET", &format!("/memories/{unknown}"), &beta, "").await;
    assert_eq!((foreign.status, nobody.status), (404, 404));
    assert_eq!(foreign.text, nobody.text.replace(&unknown, &id));
}

#[tokio::test]
async fn an_export_streams_every_memory_as_a_line() {
    let service = Service::new();
    let memories: Vec<Value> = (0..600).map(|n| json!({"content": format!("memory number {n}")})).collect();
    let body = json!({ "memories": memories }).to_string();
    assert_eq!(service.post("/remember/batch", &body).await.status, 201);
    let export = service.ask("GET", "/memories", &[("accept", "application/x-ndjson")], "").await;
    assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = export.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((lines.len(), &lines[599]["content"]), (600, &json!("memory number 599")));
}

#[tokio::test]
async fn a_session_shows_what_it_holds_and_ends_without_erasing() {
    let service = Service::new();
    let body = r#"{"content":"Ada drinks tea","session_id":"s 1"}"#;
    assert_eq!(service.post("/remember", body).await.status, 201);
    let held = service.get("/sessions/s%201").await.json();
    assert_eq!(held["memories"][0]["memory"]["content"], "Ada drinks tea");
    let ended = service.ask("DELETE", "/sessions/s%201", &[], "").await.json();
    assert_eq!(ended["released"], json!(1));
    assert_eq!(service.get("/namespaces").await.json(), json!({"namespaces": [{"name": "default", "memories": 1}]}));
}
