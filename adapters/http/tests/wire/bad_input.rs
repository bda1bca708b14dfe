//! Bad input: refused with a status that fits and the name of the field.

use serde_json::{Value, json};

use crate::service::Service;

#[tokio::test]
async fn what_is_not_json_is_400() {
    let service = Service::new();
    let nested = "[".repeat(100_000);
    let bodies = [
        "",
        "   ",
        "{",
        "{\"content\":\"x\",}",
        "{\"content\":\"x\"}{}",
        "{\"content\":\"x\"} x",
        "hello",
        "<a/>",
        &nested,
    ];
    for body in bodies {
        let answer = service.post("/remember", body).await;
        assert_eq!(answer.status, 400, "{:.40}: {}", body, answer.text);
    }
}

#[tokio::test]
async fn a_bad_field_of_a_memory_is_422_and_named() {
    let service = Service::new();
    let long_fact = json!({"content": "x", "procedure": {"effects": ["a".repeat(1_025)]}}).to_string();
    let cases = [
        (r#"{}"#, "content"),
        (r#"{"content":null}"#, "content"),
        (r#"{"content":5}"#, "content"),
        (r#"{"content":" \t"}"#, "content"),
        (r#"{"content":"a","content":"b"}"#, "content"),
        (r#"{"content":"x","colour":"red"}"#, "colour"),
        (r#"{"content":"x","tenant":"beta"}"#, "tenant"),
        (r#"{"content":"x","importance":"0.5"}"#, "importance"),
        (r#"{"content":"x","importance":1.1}"#, "importance"),
        (r#"{"content":"x","kind":5}"#, "kind"),
        (r#"{"content":"x","kind":"Episodic"}"#, "kind"),
        (r#"{"content":"x","tags":[5]}"#, "tags[0]"),
        (r#"{"content":"x","metadata":[]}"#, "metadata"),
        (r#"{"content":"x","metadata":{"a":1,"a":2}}"#, "metadata"),
        (r#"{"content":"x","occurred_at":"2026-02-30T00:00:00Z"}"#, "occurred_at"),
        (r#"{"content":"x","occurred_at":1767225600}"#, "occurred_at"),
        (r#"{"content":"x","ttl_seconds":-1}"#, "ttl_seconds"),
        (r#"{"content":"x","ttl_seconds":"60"}"#, "ttl_seconds"),
        (r#"{"content":"x","id":"1"}"#, "id"),
        (r#"{"content":"x","namespace":"../x"}"#, "namespace"),
        (r#"{"content":"x","session_id":"a\u0000b"}"#, "session_id"),
        (r#"{"content":"x","session_id":"a","run_id":"b"}"#, "run_id"),
        (r#"{"content":"x","links":[["a","related"]]}"#, "links[0]"),
        (r#"{"content":"x","links":[{"to":"x","relation":"related"}]}"#, "links[0].to"),
        (r#"{"content":"x","procedure":[]}"#, "procedure"),
        (r#"{"content":"x","procedure":{"colour":1}}"#, "procedure.colour"),
        (r#"{"content":"x","procedure":{"cost":-1}}"#, "procedure.cost"),
        (&long_fact, "procedure.effects[0]"),
        (r#"{"content":"x","valid_at":"2026-01-02T00:00:00Z","invalid_at":"2026-01-01T00:00:00Z"}"#, "invalid_at"),
        (r#"{"payload":{"content":5}}"#, "payload.content"),
        (r#"{"payload":{"content":"x"},"content":"y"}"#, "content"),
    ];
    for (body, field) in cases {
        let answer = service.post("/remember", body).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{body}: {}", answer.text);
    }
}

/// Each with one item more than it may have; one fewer is taken.
#[tokio::test]
async fn a_list_that_is_too_long_is_422_and_named_with_its_limit() {
    let service = Service::new();
    let own = service.remember("Ada drinks tea").await;
    let patch = format!("/memories/{own}");
    let names = |count: usize| (0..count).map(|number| json!(format!("name {number}"))).collect::<Vec<_>>();
    let ids = |count: usize| vec![json!(own); count];
    let links = |count: usize| vec![json!({"to": own, "relation": "related"}); count];
    let memory = |field: &str, list: Vec<Value>| json!({"content": format!("{field} {}", list.len()), field: list});
    let how = |field: &str, count| json!({"content": format!("{field} {count}"), "procedure": {field: names(count)}});
    let filter = |field: &str, count| json!({"query": "tea", "filters": {field: names(count)}});
    let batch = |count| json!({"memories": [{"content": "good"}, {"content": "tags", "tags": names(count)}]});
    type Body<'a> = Box<dyn Fn(usize) -> Value + 'a>;
    let cases: Vec<(&str, &str, &str, usize, Body<'_>)> = vec![
        ("POST", "/remember", "tags", 64, Box::new(|count| memory("tags", names(count)))),
        ("POST", "/remember", "supersedes", 256, Box::new(|count| memory("supersedes", ids(count)))),
        ("POST", "/remember", "links", 256, Box::new(|count| memory("links", links(count)))),
        ("POST", "/remember", "procedure.preconditions", 64, Box::new(|count| how("preconditions", count))),
        ("POST", "/remember", "procedure.effects", 64, Box::new(|count| how("effects", count))),
        ("POST", "/remember/batch", "memories[1].tags", 64, Box::new(batch)),
        ("PATCH", &patch, "tags", 64, Box::new(|count| json!({"tags": names(count)}))),
        ("POST", "/recall", "filters.tags_all", 64, Box::new(|count| filter("tags_all", count))),
        ("POST", "/recall", "filters.tags_any", 64, Box::new(|count| filter("tags_any", count))),
        ("POST", "/plan", "context", 256, Box::new(|count| json!({"goal": "tea", "context": names(count)}))),
    ];
    for (method, path, field, limit, body) in cases {
        let answer = service.ask(method, path, &[], &body(limit + 1).to_string()).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let message = answer.json()["errors"][0]["message"].clone();
        assert_eq!(message, json!(format!("has more than {limit} items")), "{field}");
        let answer = service.ask(method, path, &[], &body(limit).to_string()).await;
        assert!(answer.status < 300, "{field}: {}", answer.text);
    }
}

#[tokio::test]
async fn feedback_names_a_hundred_memories_at_most() {
    let service = Service::new();
    let id = service.remember("Ada drinks tea").await;
    for field in ["useful", "useless"] {
        let body = json!({"recall_id": id, field: vec![&id; 101]}).to_string();
        let answer = service.post("/recall/feedback", &body).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{}", answer.text);
        let body = json!({"recall_id": id, field: vec![&id; 100]}).to_string();
        assert_eq!(service.post("/recall/feedback", &body).await.status, 404);
    }
}

#[tokio::test]
async fn a_list_is_asked_for_sixty_four_tags_at_most() {
    let service = Service::new();
    let path = |count| format!("/memories?{}", vec!["tag=tea"; count].join("&"));
    let answer = service.get(&path(65)).await;
    assert_eq!((answer.status, answer.field().as_str()), (422, "tag"), "{}", answer.text);
    assert!(answer.text.contains("has more than 64 items"), "{}", answer.text);
    assert_eq!(service.get(&path(64)).await.status, 200);
}

#[tokio::test]
async fn a_tag_given_twice_is_kept_once_where_it_stood_first() {
    let service = Service::new();
    let answer = service.post("/remember", r#"{"content":"x","tags":["b","a","b","c","a"]}"#).await;
    let path = format!("/memories/{}", answer.json()["id"].as_str().expect("an id"));
    assert_eq!(service.get(&path).await.json()["tags"], json!(["b", "a", "c"]));
    let changed = service.ask("PATCH", &path, &[], r#"{"tags":["z","y","z"]}"#).await;
    assert_eq!(changed.json()["tags"], json!(["z", "y"]));
}

#[tokio::test]
async fn a_batch_of_too_many_namespaces_is_422_and_stores_nothing() {
    let service = Service::new();
    let batch = |count: usize| {
        let memory = |number| json!({"content": "x", "namespace": format!("room-{number}")});
        json!({"memories": (0..count).map(memory).collect::<Vec<_>>()}).to_string()
    };
    let answer = service.post("/remember/batch", &batch(65)).await;
    assert_eq!((answer.status, answer.field().as_str()), (422, "memories"), "{}", answer.text);
    assert!(answer.text.contains("belong to 65 namespaces, at most 64 are allowed"), "{}", answer.text);
    assert_eq!(service.get("/memories").await.json()["memories"], json!([]));
    assert_eq!(service.post("/remember/batch", &batch(64)).await.status, 201);
}

#[tokio::test]
async fn a_link_beyond_what_a_memory_may_hold_is_409() {
    let service = Service::new();
    let mut ids = Vec::new();
    for number in 0..130 {
        ids.push(service.remember(&format!("memory {number}")).await);
    }
    let path = format!("/memories/{}/links", ids[0]);
    let relations = ["requires", "enables", "precedes", "causes", "part_of", "supports", "contradicts", "related"];
    for id in &ids[1..129] {
        for relation in relations {
            let answer = service.post(&path, &json!({"to": id, "relation": relation}).to_string()).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
    }
    let answer = service.post(&path, &json!({"to": ids[129], "relation": "related"}).to_string()).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(answer.text.contains("1024 links already"), "{}", answer.text);
}

#[tokio::test]
async fn a_list_is_never_taken_for_an_object() {
    let service = Service::new();
    for body in ["[]", r#"["x"]"#, "null", "5", r#""x""#] {
        assert_eq!(service.post("/remember", body).await.status, 422, "{body}");
    }
    let answer = service.post("/recall", r#"{"query":"x","filters":[]}"#).await;
    assert_eq!((answer.status, answer.field().as_str()), (422, "filters"));
}

#[tokio::test]
async fn a_batch_with_one_bad_memory_names_it_and_stores_nothing() {
    let service = Service::new();
    let cases = [
        (r#"{"memories":[{"content":"good"},{"content":5}]}"#, "memories[1].content"),
        (r#"{"memories":[{"content":"good"},{}]}"#, "memories[1].content"),
        (r#"{"memories":[{"content":"good"},null]}"#, "memories[1]"),
        (r#"{"memories":[]}"#, "memories"),
        (r#"{"memories":"x"}"#, "memories"),
    ];
    for (body, field) in cases {
        let answer = service.post("/remember/batch", body).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{body}: {}", answer.text);
    }
    assert_eq!(service.get("/memories").await.json()["memories"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_bad_field_of_a_recall_is_422_and_named() {
    let service = Service::new();
    let cases = [
        (r#"{"k":1}"#, "query"),
        (r#"{"query":"x","k":0}"#, "k"),
        (r#"{"query":"x","k":101}"#, "k"),
        (r#"{"query":"x","k":"5"}"#, "k"),
        (r#"{"query":"x","k":1.5}"#, "k"),
        (r#"{"query":"x","k":5,"top_k":6}"#, "top_k"),
        (r#"{"query":"x","min_score":2}"#, "min_score"),
        (r#"{"query":"x","min_score":0.1,"threshold":0.2}"#, "threshold"),
        (r#"{"query":"x","explain":"yes"}"#, "explain"),
        (r#"{"query":"x","as_of":"not a time"}"#, "as_of"),
        (r#"{"query":"x","filters":{"$where":"1"}}"#, "filters.$where"),
        (r#"{"query":"x","filters":{"source":{"$ne":null}}}"#, "filters.source"),
    ];
    for (body, field) in cases {
        let answer = service.post("/recall", body).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_parameter_that_is_bad_or_unknown_is_422_and_named() {
    let service = Service::new();
    for (path, field) in [
        ("/memories?limit=0", "limit"),
        ("/memories?limit=1.5", "limit"),
        ("/memories?limit=1001", "limit"),
        ("/memories?cursor=garbage", "cursor"),
        ("/memories?colour=red", "colour"),
        ("/memories?user_id=a&user_id=b", "user_id"),
        ("/memories?kind=fact", "kind"),
        ("/memories/x", "id"),
    ] {
        let answer = service.get(path).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_erasure_without_a_selector_is_refused() {
    let service = Service::new();
    service.remember("Ada drinks tea").await;
    assert_eq!(service.ask("DELETE", "/memories", &[], "").await.status, 422);
    assert_eq!(service.ask("DELETE", "/memories?namespace=default", &[], "").await.status, 422);
    assert_eq!(service.ask("DELETE", "/memories?user=ada", &[], "").await.status, 422);
    assert_eq!(service.get("/memories").await.json()["memories"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_whether_it_says_so_or_not() {
    let service = Service::new();
    let body = format!(r#"{{"content":"{}"}}"#, "x".repeat(3 << 20));
    assert_eq!(service.post("/remember", &body).await.status, 413);
    let length = body.len().to_string();
    assert_eq!(service.ask("POST", "/remember", &[("content-length", &length)], &body).await.status, 413);
}

#[tokio::test]
async fn an_idempotency_key_that_is_too_long_or_invisible_is_422() {
    let service = Service::new();
    let long = "k".repeat(256);
    for key in ["", "a b", &long] {
        let answer = service.ask("POST", "/remember", &[("idempotency-key", key)], r#"{"content":"x"}"#).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, "Idempotency-Key"), "{key:.10}");
    }
}

#[tokio::test]
async fn the_content_of_a_memory_cannot_be_changed() {
    let service = Service::new();
    let id = service.remember("Ada drinks tea").await;
    let answer = service.ask("PATCH", &format!("/memories/{id}"), &[], r#"{"content":"Ada drinks coffee"}"#).await;
    assert_eq!((answer.status, answer.field().as_str()), (422, "content"));
}
