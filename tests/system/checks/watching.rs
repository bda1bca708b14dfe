//! What operators grep for: metrics and the log of slow requests.

use std::fs::{self, File};

use super::{production, types};
use crate::server::Server;
use crate::stack::Stack;

#[test]
fn check_02_a_fresh_instance_has_a_line_for_every_metric_that_is_grepped() {
    let stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(production(&stack)).expect("a replica");
    for words in ["duration_seconds", "density_trace_error", "requests_total"] {
        let typed = types(&server, "", &format!("curl -s $API/metrics | grep {words} | grep -v '^#'"));
        assert_eq!(typed.code, Some(0), "{words}");
        if words == "density_trace_error" {
            assert_eq!(typed.printed, "somabrain_density_trace_error_total 0\n");
        }
    }
    let errors = types(&server, "", "curl -s $API/metrics | grep '^somabrain_redis_connection_errors '");
    assert_eq!(errors.printed, "somabrain_redis_connection_errors 0\n");
}

#[test]
fn check_09_the_log_names_operation_tenant_and_the_time_of_each_stage_of_a_slow_request() {
    let stack = Stack::start(0).expect("the stack starts");
    let folder = crate::server::place();
    let log = folder.path().join("log");
    let mut command = stack.command();
    command.env("SOMABRAIN_SLOW_MS", "0").env("SOMABRAIN_LOG", "info");
    let mut server = Server::logging_to(File::create(&log).expect("a log"), command).expect("a replica");
    let remember = "curl -s -X POST $API/remember -d '{\"content\": \"the ladder stands in the cellar\"}'";
    let recall = "curl -s -X POST $API/recall -d '{\"query\": \"where is the ladder?\", \"k\": 1}'";
    assert_eq!((types(&server, "", remember).code, types(&server, "", recall).code), (Some(0), Some(0)));
    let grep = format!("grep \"SLOW\\|latency\" {} | tail -20", log.display());
    let found = types(&server, "", &grep).printed;
    for operation in ["/remember", "/recall"] {
        let of = |line: &&str| line.contains("SLOW") && line.contains(&format!("operation=\"{operation}\""));
        let line = found.lines().find(of).unwrap_or_else(|| panic!("a line for {operation}: {found}"));
        for part in ["tenant=\"local\"", "latency_ms=", "policy_ms=", "encode_ms=", "ledger_ms=", "working_memory_ms="]
        {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(line.contains("memory_service_ms="), "{line}");
    }
    assert_eq!(server.terminate().expect("it ends"), Some(0));
    assert!(!fs::read_to_string(log).expect("a log").contains("cellar"), "no memory's text is logged");
}
