//! What `/health` says of each server, and what each outage does.

use serde_json::{Value, json};

use super::{production, types};
use crate::load::{self, Book};
use crate::outages::{self, Away, PROMISES};
use crate::server::Server;
use crate::stack::Stack;

const COMPONENTS: [&str; 5] = ["redis", "postgres", "opa", "memory_service", "kafka"];

fn body(server: &Server) -> Value {
    serde_json::from_str(&types(server, "", "curl -s $API/health").printed).expect("JSON")
}

#[test]
fn check_01_health_is_200_only_while_every_component_answers() {
    let mut stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(production(&stack)).expect("a replica");
    assert_eq!(types(&server, "", "curl -s -f $API/health").code, Some(0));
    let healthy = body(&server);
    for (field, value) in [("status", "healthy"), ("version", "v0.1.0"), ("mode", "production")] {
        assert_eq!(healthy[field], value, "{healthy}");
    }
    assert_eq!((&healthy["ok"], &healthy["ready"]), (&json!(true), &json!(true)));
    assert!(healthy["timestamp"].as_str().is_some_and(|at| at.starts_with("20") && at.ends_with('Z')), "{healthy}");
    for component in COMPONENTS {
        let one = &healthy["components"][component];
        assert!(one["status"] == "healthy" && one["latency_ms"].is_number(), "{component}: {healthy}");
    }
    for component in COMPONENTS {
        outages::take(&mut stack, component, Away::Killed);
        assert_eq!(types(&server, "", "curl -s -f $API/health").code, Some(22), "without {component}");
        let degraded = body(&server);
        assert_eq!((&degraded["status"], &degraded["ok"]), (&json!("degraded"), &json!(false)), "{component}");
        let one = &degraded["components"][component];
        assert!(one["status"] == "unhealthy" && one["error"].is_string(), "{component}: {degraded}");
        outages::give_back(&mut stack, component, Away::Killed);
        outages::wait_until_healthy(std::slice::from_ref(&server.url));
    }
}

#[test]
fn check_10_each_server_is_killed_in_turn_with_the_documented_status_and_recovery_without_restart() {
    let mut stack = Stack::start(1).expect("the stack starts");
    let book = Book::default();
    for promise in &PROMISES {
        outages::outage(&mut stack, promise, Away::Killed, &book);
    }
    load::all_are_there_once(&stack.urls(), &book);
    assert_eq!(stack.replicas[0].terminate().expect("it is the process that was started"), Some(0));
}
