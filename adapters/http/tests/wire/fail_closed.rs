//! A policy that cannot be asked: nothing is served, whatever is asked for.

use application::ports::Ports;

use crate::cases::{CASES, Names};
use crate::service::Service;

#[tokio::test]
async fn without_a_policy_every_operation_that_wants_a_token_is_503_and_changes_nothing() {
    let service = Service::new();
    let kept = service.remember("Ada drinks tea").await;
    let names = Names { memory: kept.clone(), ..Names::of_nothing() };
    service.brain.ports().policy().off();
    for case in &CASES {
        let answer = service.ask(case.method, &names.fill(case.target), &[], &names.fill(case.body)).await;
        assert_eq!(answer.status, 503, "{} {}: {}", case.method, case.path, answer.text);
        assert_eq!(answer.json()["detail"], "the policy cannot be asked", "{} {}", case.method, case.path);
        assert!(answer.header("retry-after").is_some(), "{} {}", case.method, case.path);
    }
    service.brain.ports().policy().on();
    let listed = service.get("/memories").await.json();
    assert_eq!(listed["memories"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["memories"][0]["version"], 1, "{listed}");
}
