//! Feedback on the wire: what is learned, taken back, and refused.

use serde_json::{Value, json};

use crate::service::Service;

/// A recall of two memories: its id, the memory that stood first, the one that stood last.
async fn recalled(service: &Service) -> (String, String, String) {
    service.remember("the passport is in the blue drawer").await;
    service.remember("the drawer sticks").await;
    let answer = service.post("/recall", r#"{"query":"passport in the blue drawer"}"#).await.json();
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    (text(&answer["recall_id"]), text(&answer["memories"][0]["id"]), text(&answer["memories"][1]["id"]))
}

#[tokio::test]
async fn feedback_answers_what_moved_and_can_be_taken_back_once() {
    let service = Service::new();
    let (recall, first, last) = recalled(&service).await;
    let body = json!({"recall_id": recall, "useful": [last], "useless": [first]}).to_string();
    let learned = service.post("/recall/feedback", &body).await;
    assert_eq!(learned.status, 200, "{}", learned.text);
    let learned = learned.json();
    assert_eq!((&learned["recall_id"], &learned["version"]), (&json!(recall), &json!(1)));
    let moved = learned["moved"].as_array().expect("a list");
    assert!(moved.iter().all(|one| one["from"] != one["to"] && one["term"].is_string()) && !moved.is_empty());
    assert_eq!(service.post("/recall/feedback", &body).await.json(), learned);

    let undone = service.ask("DELETE", "/recall/feedback/1", &[], "").await;
    assert_eq!((undone.status, &undone.json()["version"]), (200, &json!(2)), "{}", undone.text);
    for (path, status) in [("1", 409), ("2", 404), ("7", 404), ("0", 422), ("x", 422), ("4294967296", 422)] {
        let answer = service.ask("DELETE", &format!("/recall/feedback/{path}"), &[], "").await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn feedback_on_a_recall_that_is_not_known_is_404() {
    let service = Service::new();
    let (recall, first, _) = recalled(&service).await;
    let unknown = json!({"recall_id": first, "useful": [first]}).to_string();
    let answer = service.post("/recall/feedback", &unknown).await;
    assert_eq!(answer.status, 404);
    let detail = answer.json()["detail"].as_str().expect("a text").to_owned();
    assert!(detail.ends_with("is not known (any more): feedback is taken for an hour"), "{detail}");
    let theirs = json!({"recall_id": recall, "useful": [first]}).to_string();
    let beta = [("authorization", "Bearer beta-token")];
    assert_eq!(service.ask("POST", "/recall/feedback", &beta, &theirs).await.status, 404);
}

#[tokio::test]
async fn feedback_that_is_not_valid_is_422_and_named() {
    let service = Service::new();
    let (recall, first, _) = recalled(&service).await;
    let other = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    for (body, field) in [
        (json!({"useful": [first]}), "recall_id"),
        (json!({"recall_id": "x", "useful": []}), "recall_id"),
        (json!({"recall_id": recall}), "useful"),
        (json!({"recall_id": recall, "useful": [], "useless": []}), "useful"),
        (json!({"recall_id": recall, "useful": first}), "useful"),
        (json!({"recall_id": recall, "useful": ["x"]}), "useful[0]"),
        (json!({"recall_id": recall, "useful": [first, other]}), "useful"),
        (json!({"recall_id": recall, "useless": [other]}), "useless"),
        (json!({"recall_id": recall, "useful": [first], "useless": [first]}), "useless"),
        (json!({"recall_id": recall, "useful": [first], "score": 5}), "score"),
    ] {
        let answer = service.post("/recall/feedback", &body.to_string()).await;
        assert_eq!((answer.status, answer.field().as_str()), (422, field), "{body}: {}", answer.text);
    }
}
