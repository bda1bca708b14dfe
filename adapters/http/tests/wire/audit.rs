//! `/admin/audit`: who did what, page by page, each tenant its own.

use serde_json::{Value, json};

use crate::service::Service;

async fn numbers(service: &Service, query: &str) -> Vec<u64> {
    let answer = service.get(&format!("/admin/audit{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let events = answer.json()["events"].as_array().expect("a list").clone();
    events.iter().map(|event| event["number"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn an_act_is_there_with_who_why_and_its_seal_and_without_content() {
    let service = Service::new();
    assert_eq!(service.get("/admin/audit").await.json(), json!({"events": []}));
    let id = service.remember("the ladder stands in the cellar").await;
    let answer = service.get("/admin/audit").await;
    let event = &answer.json()["events"][0];
    assert_eq!(
        (&event["number"], &event["subject"], &event["action"]),
        (&json!(1), &json!("ada"), &json!("memory:remember"))
    );
    assert_eq!((&event["ids"], &event["reason"]), (&json!([id]), &json!("it is the caller's own tenant")));
    assert!(event["seal"].as_str().is_some_and(|seal| seal.len() == 64), "{event}");
    assert!(!answer.text.contains("ladder"), "{}", answer.text);
    let theirs = service.ask("GET", "/admin/audit", &[("authorization", "Bearer beta-token")], "").await;
    assert_eq!(theirs.json(), json!({"events": []}));
}

#[tokio::test]
async fn pages_follow_each_other_and_filters_hold() {
    let service = Service::new();
    for n in 1..=5 {
        service.remember(&format!("fact {n}")).await;
    }
    service.ask("DELETE", "/namespaces/default", &[], "").await;
    let first = service.get("/admin/audit?limit=2").await.json();
    let cursor = first["next_cursor"].as_str().expect("there are more");
    assert_eq!(first["events"].as_array().map(Vec::len), Some(2));
    assert_eq!(numbers(&service, &format!("?limit=3&cursor={cursor}")).await, [3, 4, 5]);
    assert_eq!(numbers(&service, "?action=memory:erase").await, [6]);
    assert!(numbers(&service, "?subject=eve").await.is_empty());
    assert_eq!(numbers(&service, "?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:01Z").await, [1, 2, 3, 4, 5, 6]);
    assert!(numbers(&service, "?since=2026-01-01T00:00:01Z").await.is_empty());
    for wrong in
        ["?limit=0", "?limit=1001", "?cursor=0", "?since=yesterday", "?number=1", &format!("?action=x&cursor={cursor}")]
    {
        let refused = service.get(&format!("/admin/audit{wrong}")).await;
        assert_eq!(refused.status, 422, "{wrong}: {}", refused.text);
        assert_ne!(refused.json()["errors"], Value::Null, "{wrong}");
    }
}
