//! Counting and logging: one measurement and one line a request.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::metrics::{Measurement, Stage};
use application::stages::Stages;
use application::trace::{Finished, Kind, Trace};
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

/// Tells of the request's trace: of a caller's, or one that failed. Probes and scrapes have none.
pub(super) fn trace(config: &Config, seen: &Seen, trace: Option<Trace>, status: StatusCode) {
    let failed = status.is_server_error();
    let Some(trace) = trace.filter(|_| seen.tenant.is_some() || failed) else { return };
    let (name, tenant) = (format!("{} {}", seen.method, seen.endpoint), seen.tenant.clone());
    let status = Some(status.as_u16());
    config.traces.finished(Finished { trace, name, kind: Kind::Server, tenant, status, failed });
}
