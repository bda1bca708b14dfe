//! Counting and logging: one measurement and one line a request.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::metrics::{Measurement, Stage};
use application::stages::Stages;
use poem::http::StatusCode;

use super::Seen;
use crate::config::Config;
use crate::problem::Problem;

/// What only the log may know of a problem.
pub(super) fn log_cause(problem: &Problem, seen: &Seen) {
    if let Some(cause) = problem.cause() {
        tracing::error!(request_id = %seen.request_id, operation = seen.endpoint, error = cause, "a request failed");
    }
}

pub(super) fn record<P: Ports>(brain: &Brain<P>, config: &Config, seen: &Seen, stages: &Stages, status: StatusCode) {
    let took = seen.began.elapsed();
    let (method, endpoint, status) = (seen.method, seen.endpoint, status.as_u16());
    brain.record(Measurement::Request { method, endpoint, status, took });
    let request_id = seen.request_id.as_str();
    let tenant = seen.tenant.as_deref().unwrap_or("-");
    let latency_ms = took.as_secs_f64() * 1000.0;
    if took >= config.limits.slow {
        let spent = |stage| stages.get(stage).map(|took| took.as_micros() as f64 / 1000.0);
        tracing::warn!(
            request_id,
            tenant,
            method,
            operation = endpoint,
            status,
            latency_ms,
            policy_ms = spent(Stage::Policy),
            encode_ms = spent(Stage::Encode),
            ledger_ms = spent(Stage::Ledger),
            memory_service_ms = spent(Stage::LongTerm),
            working_memory_ms = spent(Stage::Working),
            "SLOW request"
        );
    } else {
        tracing::info!(request_id, tenant, method, operation = endpoint, status, latency_ms, "request");
    }
}
