//! Plans as Mermaid flowcharts.

use serde_json::json;

use crate::service::{Answer, Service};

async fn draw(service: &Service, goal: &str, context: &[&str]) -> Answer {
    let body = json!({"goal": goal, "context": context}).to_string();
    service.ask("POST", "/plan", &[("accept", "application/json;q=0.1, text/vnd.mermaid")], &body).await
}

/// The forms that a line may have. Whatever stands between quotation marks must be harmless.
fn is_well_formed(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with("%%") {
        return !line.contains(['{', '}']);
    }
    let mut outside = String::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 0 {
            outside.push_str(part);
        } else if part.is_empty()
            || part.contains(['[', ']', '(', ')', '{', '}', '<', '>', '|', '`', '%', '*', '\\', '\n'])
        {
            return false;
        }
    }
    let name = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric());
    let node = |text: &str| {
        let text = text.trim_end_matches(":::gap");
        ["([])", "[]", ""].iter().find_map(|shape| text.strip_suffix(shape)).is_some_and(name)
    };
    if outside.starts_with("flowchart TD") || outside.starts_with("classDef gap ") {
        return true;
    }
    let arrow = [" -->|| ", " --> ", " -.-> ", " ~~~ "].iter().find_map(|arrow| outside.split_once(arrow));
    line.matches('"').count().is_multiple_of(2)
        && arrow.map_or_else(|| node(&outside), |(from, to)| node(from.trim_end_matches(" ")) && name(to))
}

fn assert_well_formed(drawn: &Answer) {
    assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("text/vnd.mermaid; charset=utf-8")));
    for line in drawn.text.lines() {
        assert!(is_well_formed(line), "{line}\nof\n{}", drawn.text);
    }
}

#[tokio::test]
async fn a_plan_is_drawn_with_its_steps_needs_and_evidence() {
    let service = Service::new();
    let id = service.remember("Before deploying the service, run the migrations.").await;
    service.remember("Running the migrations requires a backup.").await;
    let drawn = draw(&service, "deploy the service", &["a backup"]).await;
    assert_well_formed(&drawn);
    for line in [
        "s1[\"1: run the migrations\"]",
        "f1([\"a backup\"]) --> s1",
        "%% f1 by context",
        "s2[\"2: deploy the service\"]",
        "s1 -->|\"run the migrations\"| s2",
        "s1 ~~~ s2",
        "goal([\"deploy the service\"])",
        "s2 --> goal",
    ] {
        assert!(drawn.text.lines().any(|one| one.trim() == line), "{line}\nnot in\n{}", drawn.text);
    }
    assert!(drawn.text.contains(&format!("%% s2 because {id}")), "{}", drawn.text);
}

#[tokio::test]
async fn a_gap_is_dashed() {
    let service = Service::new();
    service.remember("Deploying the service requires a signed certificate.").await;
    let drawn = draw(&service, "deploy the service", &[]).await;
    assert_well_formed(&drawn);
    assert!(drawn.text.contains("g1[\"missing: a signed certificate\"]:::gap -.-> goal"), "{}", drawn.text);
    assert!(drawn.text.contains("classDef gap stroke-dasharray"));
}

#[tokio::test]
async fn no_memory_and_no_goal_breaks_out_of_its_label() {
    let service = Service::new();
    let odd = [
        "end",
        "say \"end\"] --> s9; click s9 \"javascript:alert(1)\"",
        "1. läute *die* _Glocke_ \u{1f514} %%{init: {}}%%",
        "- a\nline <br> `code` & #quot; |pipe| \\ {brace} (round)",
    ];
    let goal = service.remember(odd[0]).await;
    for text in &odd[1..] {
        let before = service.remember(text).await;
        let link = json!({"to": before, "relation": "requires"}).to_string();
        service.post(&format!("/memories/{goal}/links"), &link).await;
    }
    for goal in odd {
        let drawn = draw(&service, goal, &[]).await;
        assert_well_formed(&drawn);
    }
    let drawn = draw(&service, "end", &[]).await;
    assert!(drawn.text.contains("läute #42;die#42; #95;Glocke#95; \u{1f514} #37;#37;#123;init"), "{}", drawn.text);
}

#[tokio::test]
async fn a_long_memory_is_cut_in_its_label() {
    let service = Service::new();
    let long = "x".repeat(5000);
    let drawn = draw(&service, &long, &[]).await;
    assert_well_formed(&drawn);
    assert!(drawn.text.len() < 400 && drawn.text.contains("xx…"));
}

#[tokio::test]
async fn without_asking_for_a_drawing_there_is_none_and_a_sentence_is_quoted() {
    let service = Service::new();
    let id = service
        .remember(
            "Mind: before deploying the service, run the migrations. Before deploying the service, take a backup.",
        )
        .await;
    let planned = service.post("/plan", r#"{"goal":"deploy the service"}"#).await;
    let step = &planned.json()["steps"][0];
    assert_eq!(step["action"], "take a backup", "{}", planned.text);
    let quote =
        json!([{"memory_id": id, "start": 56, "end": 100, "text": "Before deploying the service, take a backup."}]);
    assert_eq!(step["quotes"], quote);
}
