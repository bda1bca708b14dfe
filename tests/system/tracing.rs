//! One trace over all processes: from the caller's span to the memory service, and to the event stream.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::collector::{Collector, Told};
use crate::server::{Server, command, place, program};
use crate::stack::{SECRET, Stack};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const SECRET_WORD: &str = "xylophone";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request with a trace of the caller's; its status.
fn traced(replica: &Server, path: &str, body: &serde_json::Value, flags: &str) -> u16 {
    let request = ureq::http::Request::builder()
        .method("POST")
        .uri(format!("{}{path}", replica.url))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-{flags}"))
        .header("x-request-id", "request-of-the-test")
        .body(body.to_string())
        .expect("a request");
    ureq::Agent::new_with_defaults().run(request).expect("it answers").status().as_u16()
}

fn named<'a>(spans: &'a [Told], name: &str) -> Vec<&'a Told> {
    spans.iter().filter(|one| one.span.name == name).collect()
}

fn parent<'a>(spans: &'a [Told], of: &Told) -> &'a Told {
    let found = spans.iter().find(|one| one.span.span_id == of.span.parent_span_id);
    found.unwrap_or_else(|| panic!("no parent of {of:?}"))
}

#[test]
fn a_request_is_one_trace_from_the_caller_over_the_replica_to_the_memory_service() {
    let (stack, collector) = (Stack::start(0).expect("the stack starts"), Collector::start().expect("it starts"));
    let folder = place();
    let log = folder.path().join("log");
    let mut memory = command(&program(), folder.path());
    memory.arg("memory-service").env("SOMABRAIN_MEMORY_HTTP_TOKEN", SECRET).env("SOMABRAIN_LOG", "info");
    memory.env("SOMABRAIN_OTLP_ENDPOINT", &collector.url);
    let memory = Server::logging_to(File::create(&log).expect("a log"), memory).expect("the memory service");
    let mut replica = stack.command();
    replica.env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", &memory.url).env("SOMABRAIN_OTLP_ENDPOINT", &collector.url);
    let replica = Server::of(replica).expect("a replica");

    let content = json!({"content": format!("the {SECRET_WORD} is in the cellar")});
    assert_eq!(traced(&replica, "/remember", &content, "01"), 201);
    collector.wait_for(1, |one| one.span.name == "POST /remember");
    collector.wait_for(1, |one| one.span.name == "POST /v1/tenants/{tenant}/memories");
    let spans: Vec<Told> = collector.told().into_iter().filter(|one| hex(&one.span.trace_id) == TRACE).collect();

    let [server] = named(&spans, "POST /remember")[..] else { panic!("one request: {spans:?}") };
    assert_eq!(hex(&server.span.parent_span_id), CALLER);
    assert_eq!((server.attribute("somabrain.tenant").as_str(), server.span.kind), ("local", 2));
    assert_eq!(server.attribute("http.response.status_code"), "201");
    assert_eq!(server.attribute("somabrain.request_id"), "request-of-the-test");
    let [applied] = named(&spans, "POST /v1/tenants/{tenant}/memories")[..] else { panic!("told once: {spans:?}") };
    assert_ne!(applied.resource("service.instance.id"), server.resource("service.instance.id"));
    for one in [applied, server] {
        assert_eq!(one.resource("service.name"), "somabrain");
        assert!(one.resource("service.version").starts_with('v'), "{one:?}");
    }
    // The memory service's span is below the client's, below the stage's, below the request's.
    let client = parent(&spans, applied);
    assert_eq!((client.span.name.as_str(), client.span.kind), ("memory_service", 3));
    assert_eq!(client.attribute("peer.service"), "memory_service");
    let stage = parent(&spans, client);
    assert_eq!((stage.span.name.as_str(), stage.span.kind), ("memory_service", 1));
    assert_eq!(parent(&spans, stage).span.span_id, server.span.span_id);
    for (component, stage) in [("postgres", "ledger"), ("opa", "policy"), ("redis", "working_memory")] {
        let clients = named(&spans, component);
        assert!(!clients.is_empty(), "{component}: {spans:?}");
        let within = clients.iter().any(|one| parent(&spans, one).span.name == stage);
        assert!(within, "{component} within {stage}: {spans:?}");
    }
    for one in &spans {
        assert!(one.span.start_time_unix_nano <= one.span.end_time_unix_nano, "{one:?}");
        assert!(!format!("{one:?}").contains(SECRET_WORD) && !format!("{one:?}").contains(SECRET), "{one:?}");
    }
    // The event stream is told by the relay, in a trace of its own.
    let told = collector.wait_for(1, |one| one.span.name == "relay to the event stream");
    collector.wait_for(1, |one| one.span.name == "kafka" && one.span.trace_id == told[0].span.trace_id);
    let said = fs::read_to_string(&log).expect("a log");
    assert!(said.contains("request_id=\"request-of-the-test\""), "{said}");

    // What the caller does not record is not recorded here, and what it does not begin is a trace of its own.
    assert_eq!(traced(&replica, "/recall", &json!({"query": SECRET_WORD}), "00"), 200);
    assert_eq!(replica.call("POST", "/recall", &json!({"query": "cellar"}).to_string()).expect("it answers").0, 200);
    let recalls = collector.wait_for(1, |one| one.span.name == "POST /recall");
    assert_eq!(recalls.len(), 1);
    assert!(hex(&recalls[0].span.trace_id) != TRACE && recalls[0].span.parent_span_id.is_empty());
    collector.wait_for(1, |one| {
        one.span.name == "POST /v1/tenants/{tenant}/search" && one.span.trace_id == recalls[0].span.trace_id
    });
}

#[test]
fn a_collector_that_is_away_is_said_once_and_holds_nothing_up() {
    let stack = Stack::start(0).expect("the stack starts");
    let folder = place();
    let log = folder.path().join("log");
    let mut replica = stack.command();
    replica
        .env("SOMABRAIN_OTLP_ENDPOINT", "http://127.0.0.1:9")
        .env("SOMABRAIN_MEMORY_HTTP_ENDPOINT", &stack.memory.as_ref().expect("it runs").url);
    let mut replica = Server::logging_to(File::create(&log).expect("a log"), replica).expect("a replica");
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(4) {
        let (asked, content) = (Instant::now(), json!({"content": format!("entry {:?}", begin.elapsed())}));
        assert_eq!(replica.call("POST", "/remember", &content.to_string()).expect("it answers").0, 201);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    }
    assert_eq!(replica.terminate().expect("it ends"), Some(0));
    let said = fs::read_to_string(&log).expect("a log");
    assert_eq!(said.matches("SOMABRAIN_OTLP_ENDPOINT").count(), 1, "{said}");
    assert!(!said.to_lowercase().contains("opentelemetry_sdk"), "{said}");
}
