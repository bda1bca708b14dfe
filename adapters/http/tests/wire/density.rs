//! `/admin/density`: what operators see of a matrix, and what they do about it.

use serde_json::{Value, json};

use crate::service::Service;

/// Memories that were merged.
async fn observed(texts: &[&str]) -> Service {
    let service = Service::new();
    for text in texts {
        service.remember(text).await;
    }
    service.brain.merge_observations().await.expect("merged");
    service
}

fn number(body: &Value, name: &str) -> f64 {
    body[name].as_f64().unwrap_or_else(|| panic!("{name} is a number: {body}"))
}

#[tokio::test]
async fn a_matrix_is_shown_with_its_laws_its_spread_and_the_memories_along_it() {
    let long = format!("kettle {}", "boils ".repeat(100));
    let service = observed(&[&long, "waves on a beach"]).await;
    let answer = service.get("/admin/density").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(
        (&body["namespace"], &body["dimensions"], &body["observations"]),
        (&json!("default"), &json!(64), &json!(2))
    );
    assert!((number(&body, "trace") - 1.0).abs() < 1e-9);
    let (least, largest) = (number(&body, "least_eigenvalue"), number(&body, "largest_eigenvalue"));
    assert!(0.0 < least && least < largest && largest < 1.0);
    assert!((number(&body, "condition_number") - largest / least).abs() < 1e-6);
    let entropy = number(&body, "entropy_nats");
    assert!(0.0 < entropy && entropy < 64f64.ln());
    assert!((number(&body, "effective_rank") - entropy.exp()).abs() < 1e-9);
    assert_eq!(body["directions"].as_array().map(Vec::len), Some(2));
    assert!((number(&body["directions"][0], "eigenvalue") - largest).abs() < 1e-9);
    let named: Vec<&str> = (0..2).filter_map(|at| body["directions"][at]["memories"][0]["begins"].as_str()).collect();
    assert!(named.contains(&"waves on a beach") && named.iter().any(|text| text.starts_with("kettle")), "{named:?}");
    assert!(named.iter().all(|text| text.chars().count() <= 120));
    assert_eq!(body["snapshots"][0]["observations"], json!(2));
    assert_eq!(body["snapshots"][0]["taken_at"], json!("2026-01-01T00:00:00.000000Z"));
}

#[tokio::test]
async fn a_matrix_is_restored_or_begun_anew_and_says_what_is_folded_again() {
    let service = observed(&["one", "two"]).await;
    let restored = service.post("/admin/density/restore", "").await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    let snapshot = json!({"taken_at": "2026-01-01T00:00:00.000000Z", "observations": 2});
    let expected = json!({"namespace": "default", "snapshot": snapshot, "observations": 2, "refolding": 0});
    assert_eq!(restored.json(), expected);
    let reset = service.post("/admin/density/reset?namespace=default", "").await;
    assert_eq!(reset.json(), json!({"namespace": "default", "observations": 0, "refolding": 2}));
    assert_eq!(service.get("/admin/density").await.json()["observations"], json!(0));
    assert_eq!(service.get("/admin/density?namespace=elsewhere").await.json()["observations"], json!(0));
}

#[tokio::test]
async fn where_nothing_can_be_restored_the_answer_says_what_to_do() {
    let service = observed(&["one"]).await;
    for path in ["/admin/density/restore?at=2025-12-31T23:59:59Z", "/admin/density/restore?namespace=elsewhere"] {
        let answer = service.post(path, "").await;
        assert_eq!(answer.status, 404, "{}", answer.text);
        assert!(answer.json()["detail"].as_str().is_some_and(|text| text.contains("POST /admin/density/reset")));
    }
    assert_eq!(service.get("/admin/density").await.json()["observations"], json!(1));
}

#[tokio::test]
async fn what_is_no_parameter_is_named() {
    let service = Service::new();
    for (path, field) in [
        ("/admin/density/reset?namspace=notes", "namspace"),
        ("/admin/density/reset?at=2026-01-01T00:00:00Z", "at"),
        ("/admin/density/restore?at=yesterday", "at"),
        ("/admin/density/restore?namespace=a&namespace=b", "namespace"),
    ] {
        let answer = service.post(path, "").await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_shown_or_done() {
    let service = observed(&["one"]).await;
    let without = [("authorization", "")];
    for (method, path) in
        [("GET", "/admin/density"), ("POST", "/admin/density/reset"), ("POST", "/admin/density/restore")]
    {
        assert_eq!(service.ask(method, path, &without, "").await.status, 401, "{method} {path}");
    }
    assert_eq!(service.get("/admin/density").await.json()["observations"], json!(1));
}
