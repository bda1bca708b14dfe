//! `/admin/maintenance`, and what callers meet meanwhile.

use serde_json::json;

use crate::service::Service;

const ON: &str = r#"{"enabled": true, "reason": "moving to a larger disk"}"#;

#[tokio::test]
async fn maintenance_is_begun_shown_and_ended() {
    let service = Service::new();
    assert_eq!(service.get("/admin/maintenance").await.json(), json!({"enabled": false}));
    let on = service.post("/admin/maintenance", ON).await;
    let body = on.json();
    assert_eq!((on.status, &body["enabled"], &body["reason"]), (200, &json!(true), &json!("moving to a larger disk")));
    assert!(body["since"].is_string() && body["by"].is_string(), "{body}");
    assert_eq!(service.get("/admin/maintenance").await.json(), body);
    let off = service.post("/admin/maintenance", r#"{"enabled": false}"#).await;
    assert_eq!((off.status, off.json()), (200, json!({"enabled": false})));
}

#[tokio::test]
async fn who_began_maintenance_is_told_to_callers_of_the_same_tenant_only() {
    let service = Service::new();
    service.post("/admin/maintenance", ON).await;
    let own = service.get("/admin/maintenance").await.json();
    let headers = [("authorization", "Bearer beta-token")];
    let other = service.ask("GET", "/admin/maintenance", &headers, "").await.json();
    assert_eq!((&own["by"], other.get("by")), (&json!("ada"), None));
    assert_eq!(
        (&other["enabled"], &other["since"], &other["reason"]),
        (&own["enabled"], &own["since"], &own["reason"])
    );
}

#[tokio::test]
async fn a_write_meanwhile_is_told_why_and_when_to_try_again_and_reads_go_on() {
    let service = Service::new();
    service.remember("the ladder stands in the cellar").await;
    service.post("/admin/maintenance", ON).await;
    let refused = service.post("/remember", r#"{"content": "more"}"#).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("30")));
    assert_eq!(refused.json()["type"], json!("urn:somabrain:problem:maintenance"));
    assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.contains("larger disk")));
    let recalled = service.post("/recall", r#"{"query": "ladder"}"#).await;
    assert_eq!((recalled.status, &recalled.json()["degraded"]), (200, &json!(false)));
    for path in ["/livez", "/readyz", "/health"] {
        assert_eq!(service.get(path).await.status, 200, "{path}");
    }
    service.post("/admin/maintenance", r#"{"enabled": false}"#).await;
    service.remember("the bin goes out on Tuesday").await;
}

#[tokio::test]
async fn what_is_no_switch_is_refused_with_the_field() {
    let service = Service::new();
    let long = json!({"enabled": true, "reason": "x".repeat(501)}).to_string();
    let long = (&long[..], "reason");
    for (body, field) in
        [("{}", "enabled"), (r#"{"enabled": "yes"}"#, "enabled"), (r#"{"enable": true}"#, "enable"), long]
    {
        let answer = service.post("/admin/maintenance", body).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["field"]), (422, &json!(field)), "{body}");
    }
    assert_eq!(service.get("/admin/maintenance").await.json(), json!({"enabled": false}));
}

#[tokio::test]
async fn without_a_token_it_is_neither_shown_nor_changed() {
    let service = Service::new();
    for (method, body) in [("GET", ""), ("POST", ON)] {
        let answer = service.ask(method, "/admin/maintenance", &[("authorization", "")], body).await;
        assert_eq!(answer.status, 401, "{method}");
    }
    assert_eq!(service.get("/admin/maintenance").await.json(), json!({"enabled": false}));
}
