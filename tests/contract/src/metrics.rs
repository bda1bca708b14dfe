//! Suite of [`application::ports::metrics`]: the operators' names, and nothing lost.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use application::ports::authenticator::Rejection;
use application::ports::metrics::{BreakerState, Measurement, Metrics, Outcome, Stage};
use application::ports::outbox::Depth;

crate::suite! { ($) metrics:
    every_name_of_the_operators_list_is_there_from_the_start,
    what_was_not_counted_is_zero,
    the_exposition_is_prometheus_text,
    a_request_is_counted_and_timed,
    durations_fall_into_cumulative_buckets,
    a_memory_operation_is_counted_by_its_outcome,
    every_refusal_is_counted_with_its_reason,
    working_memory_counts_what_it_held,
    damage_to_a_density_matrix_is_counted,
    the_number_of_memories_is_the_last_one_told,
    nothing_counted_is_lost_among_threads,
    impossible_statuses_do_not_make_the_exposition_grow,
    a_stage_is_timed,
    what_stands_before_servers_is_the_last_one_told,
    errors_of_redis_add_up,
    feedback_is_counted_by_what_it_says,
}

/// Every name that operators look for.
pub const NAMES: &[&str] = &[
    "somabrain_requests_total",
    "somabrain_request_duration_seconds_bucket",
    "somabrain_request_duration_seconds_sum",
    "somabrain_request_duration_seconds_count",
    "somabrain_memory_operations_total",
    "somabrain_density_trace_error_total",
    "somabrain_density_psd_clip_total",
    "somabrain_redis_connection_errors",
    "somabrain_auth_failures_total",
    "somabrain_rate_limit_exceeded_total",
    "somabrain_outbox_pending",
    "somabrain_outbox_oldest_seconds",
    "somabrain_circuit_breaker_state",
    "somabrain_working_memory_hits_total",
    "somabrain_working_memory_misses_total",
    "somabrain_database_connections_active",
    "somabrain_database_connections_max",
    "somabrain_memories_total",
    "somabrain_feedback_total",
    "somabrain_build_info",
];

const TOOK: Duration = Duration::from_millis(3);

fn request(status: u16, took: Duration) -> Measurement {
    Measurement::Request { method: "POST", endpoint: "/recall", status, took }
}

/// Each has a sample line, not only a comment.
pub async fn every_name_of_the_operators_list_is_there_from_the_start(metrics: &impl Metrics) {
    let text = metrics.exposition();
    for name in NAMES {
        assert!(samples(&text).iter().any(|(sample, _, _)| sample == name), "{name} has no sample in\n{text}");
    }
}

/// Everything but the build's own line, the limits of pools, and what the system says of the process.
pub async fn what_was_not_counted_is_zero(metrics: &impl Metrics) {
    for (name, labels, value) in samples(&metrics.exposition()) {
        if name == "somabrain_build_info" {
            assert!(labels.contains_key("version"), "{labels:?}");
            assert_eq!(value, 1.0);
        } else if name != "somabrain_database_connections_max" && !name.starts_with("process_") {
            assert_eq!(value, 0.0, "{name} {labels:?}");
        }
    }
}

/// Format 0.0.4: comments are HELP and TYPE, types come before samples, no series twice, no OpenMetrics end mark.
pub async fn the_exposition_is_prometheus_text(metrics: &impl Metrics) {
    metrics.record(request(200, TOOK));
    let text = metrics.exposition();
    assert!(text.ends_with('\n') && !text.contains("# EOF") && !text.contains("# UNIT"), "{text}");
    let mut seen = Vec::new();
    for line in text.lines() {
        match line.strip_prefix('#') {
            Some(comment) => assert!(comment.starts_with(" HELP ") || comment.starts_with(" TYPE "), "{line}"),
            None => seen.push(line.rsplit_once(' ').expect("a sample has a value").0),
        }
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all, "a series twice in\n{text}");
    for name in ["somabrain_requests_total", "somabrain_redis_connection_errors", "somabrain_auth_failures_total"] {
        assert_eq!(text.matches(&format!("# TYPE {name} counter\n")).count(), 1, "the type of {name} in\n{text}");
    }
}

/// The counter by method, endpoint and status, the histogram by method and endpoint.
pub async fn a_request_is_counted_and_timed(metrics: &impl Metrics) {
    metrics.record(request(200, TOOK));
    metrics.record(request(200, TOOK));
    metrics.record(request(503, TOOK));
    let text = metrics.exposition();
    let ok = [("method", "POST"), ("endpoint", "/recall"), ("status", "200")];
    let failed = [("method", "POST"), ("endpoint", "/recall"), ("status", "503")];
    assert_eq!(value(&text, "somabrain_requests_total", &ok), 2.0);
    assert_eq!(value(&text, "somabrain_requests_total", &failed), 1.0);
    assert_eq!(value(&text, "somabrain_request_duration_seconds_count", &ok[..2]), 3.0);
    let sum = value(&text, "somabrain_request_duration_seconds_sum", &ok[..2]);
    assert!((sum - 0.009).abs() < 1e-9, "{sum}");
}

/// Fast, slow and beyond the last bound.
pub async fn durations_fall_into_cumulative_buckets(metrics: &impl Metrics) {
    for micros in [50, 3_000, 400_000, 60_000_000] {
        metrics.record(request(200, Duration::from_micros(micros)));
    }
    let text = metrics.exposition();
    let mut buckets: Vec<(f64, f64)> = samples(&text)
        .into_iter()
        .filter(|(name, labels, _)| {
            name == "somabrain_request_duration_seconds_bucket" && labels["endpoint"] == "/recall"
        })
        .map(|(_, labels, count)| (labels["le"].parse().expect("a bound"), count))
        .collect();
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(buckets.iter().any(|(bound, _)| (1e-4..=1e-3).contains(bound)), "no fine bucket: {buckets:?}");
    assert!(buckets.iter().any(|(bound, _)| *bound == 0.5), "the alert's threshold is no bound: {buckets:?}");
    for (bound, count) in &buckets {
        let expected = [5e-5, 3e-3, 0.4, 60.0].iter().filter(|took| *took <= bound).count();
        assert_eq!(*count, expected as f64, "at most {bound} s");
    }
    assert_eq!(buckets.last(), Some(&(f64::INFINITY, 4.0)));
}

/// Each outcome apart.
pub async fn a_memory_operation_is_counted_by_its_outcome(metrics: &impl Metrics) {
    for outcome in [Outcome::Success, Outcome::Success, Outcome::Refused, Outcome::Error] {
        metrics.record(Measurement::MemoryOperation { operation: "remember", outcome });
    }
    let text = metrics.exposition();
    for (outcome, expected) in [(Outcome::Success, 2.0), (Outcome::Refused, 1.0), (Outcome::Error, 1.0)] {
        let labels = [("operation", "remember"), ("status", outcome.as_str())];
        assert_eq!(value(&text, "somabrain_memory_operations_total", &labels), expected);
    }
}

/// Refused tokens, denials and too many requests.
pub async fn every_refusal_is_counted_with_its_reason(metrics: &impl Metrics) {
    for rejection in Rejection::ALL {
        metrics.record(Measurement::AuthFailure(rejection));
    }
    metrics.record(Measurement::Denied);
    metrics.record(Measurement::RateLimited);
    let text = metrics.exposition();
    for reason in Rejection::ALL.map(Rejection::as_str).into_iter().chain(["denied"]) {
        assert_eq!(value(&text, "somabrain_auth_failures_total", &[("reason", reason)]), 1.0, "{reason}");
    }
    assert_eq!(value(&text, "somabrain_rate_limit_exceeded_total", &[]), 1.0);
}

/// Hits and misses add up.
pub async fn working_memory_counts_what_it_held(metrics: &impl Metrics) {
    metrics.record(Measurement::WorkingMemory { hits: 3, misses: 0 });
    metrics.record(Measurement::WorkingMemory { hits: 4, misses: 5 });
    let text = metrics.exposition();
    assert_eq!(value(&text, "somabrain_working_memory_hits_total", &[]), 7.0);
    assert_eq!(value(&text, "somabrain_working_memory_misses_total", &[]), 5.0);
}

/// Trace and eigenvalue apart.
pub async fn damage_to_a_density_matrix_is_counted(metrics: &impl Metrics) {
    metrics.record(Measurement::DensityTraceError);
    metrics.record(Measurement::DensityTraceError);
    metrics.record(Measurement::DensityPsdClip);
    let text = metrics.exposition();
    assert_eq!(value(&text, "somabrain_density_trace_error_total", &[]), 2.0);
    assert_eq!(value(&text, "somabrain_density_psd_clip_total", &[]), 1.0);
}

/// It falls too.
pub async fn the_number_of_memories_is_the_last_one_told(metrics: &impl Metrics) {
    metrics.record(Measurement::Memories(1_000_000));
    metrics.record(Measurement::Memories(7));
    assert_eq!(value(&metrics.exposition(), "somabrain_memories_total", &[]), 7.0);
}

/// Four threads at once.
pub async fn nothing_counted_is_lost_among_threads(metrics: &impl Metrics) {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| metrics.record(request(201, TOOK))));
        }
    });
    let labels = [("method", "POST"), ("endpoint", "/recall"), ("status", "201")];
    assert_eq!(value(&metrics.exposition(), "somabrain_requests_total", &labels), 4_000.0);
}

/// What is no status shares one series.
pub async fn impossible_statuses_do_not_make_the_exposition_grow(metrics: &impl Metrics) {
    metrics.record(request(0, TOOK));
    let before = samples(&metrics.exposition()).len();
    (600..2_000).for_each(|status| metrics.record(request(status, TOOK)));
    assert_eq!(samples(&metrics.exposition()).len(), before);
}

/// By its name.
pub async fn a_stage_is_timed(metrics: &impl Metrics) {
    metrics.record(Measurement::Stage { stage: Stage::Policy, took: TOOK });
    let text = metrics.exposition();
    assert_eq!(value(&text, "somabrain_stage_duration_seconds_count", &[("stage", "policy")]), 1.0);
    assert_eq!(value(&text, "somabrain_stage_duration_seconds_count", &[("stage", "ledger")]), 0.0);
}

/// Outbox, breakers, connections.
pub async fn what_stands_before_servers_is_the_last_one_told(metrics: &impl Metrics) {
    for (pending, state, active) in [(7, BreakerState::Open, 9), (3, BreakerState::HalfOpen, 4)] {
        metrics.record(Measurement::Outbox(Depth { pending, oldest: Duration::from_millis(1_500) }));
        metrics.record(Measurement::Breaker { component: "redis", state });
        metrics.record(Measurement::Connections { active, max: 16 });
    }
    let text = metrics.exposition();
    assert_eq!(value(&text, "somabrain_outbox_pending", &[]), 3.0);
    assert_eq!(value(&text, "somabrain_outbox_oldest_seconds", &[]), 1.5);
    assert_eq!(value(&text, "somabrain_circuit_breaker_state", &[("component", "redis")]), 2.0);
    assert_eq!(value(&text, "somabrain_circuit_breaker_state", &[("component", "opa")]), 0.0);
    assert_eq!(value(&text, "somabrain_database_connections_active", &[]), 4.0);
    assert_eq!(value(&text, "somabrain_database_connections_max", &[]), 16.0);
}

/// Under exactly the name that the runbook greps.
pub async fn errors_of_redis_add_up(metrics: &impl Metrics) {
    metrics.record(Measurement::RedisErrors(2));
    metrics.record(Measurement::RedisErrors(3));
    assert_eq!(value(&metrics.exposition(), "somabrain_redis_connection_errors", &[]), 5.0);
}

/// Memories, not requests.
pub async fn feedback_is_counted_by_what_it_says(metrics: &impl Metrics) {
    metrics.record(Measurement::Feedback { useful: 2, useless: 0 });
    metrics.record(Measurement::Feedback { useful: 1, useless: 4 });
    let text = metrics.exposition();
    assert_eq!(value(&text, "somabrain_feedback_total", &[("verdict", "useful")]), 3.0);
    assert_eq!(value(&text, "somabrain_feedback_total", &[("verdict", "useless")]), 4.0);
}

type Sample = (String, BTreeMap<String, String>, f64);

/// Every sample line: name, labels, value. Label values of ours hold no comma and no quote.
fn samples(text: &str) -> Vec<Sample> {
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
    let value = value.parse().expect("a value is a number");
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').expect("labels end in a brace");
    let labels = labels.split(',').filter_map(|label| label.split_once('='));
    (name.into(), labels.map(|(key, text)| (key.into(), text.trim_matches('"').into())).collect(), value)
}

/// The value of the one series with exactly these labels.
fn value(text: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let labels: BTreeMap<String, String> = labels.iter().map(|&(key, text)| (key.into(), text.into())).collect();
    let found = samples(text).into_iter().find(|(sample, have, _)| sample == name && *have == labels);
    found.unwrap_or_else(|| panic!("no {name} {labels:?} in\n{text}")).2
}
