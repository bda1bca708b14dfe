//! What every answer passes: errors become problem documents, everything is counted, and what a caller's request is about
//! is logged with its id and continues its trace.

use std::sync::Arc;
use std::time::Instant;

use application::trace::{Finished, Kind, Origin, Sink, Traceparent, watched};
use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response};

use super::counters::Counters;
use super::problem::Problem;

/// The longest id of a request that is logged.
const LONGEST: usize = 128;

/// The service as one endpoint.
pub(super) struct Front<E> {
    inner: E,
    counters: Arc<Counters>,
    traces: Sink,
}

impl<E> Front<E> {
    pub(super) fn new(inner: E, counters: Arc<Counters>, traces: Sink) -> Self {
        Self { inner, counters, traces }
    }

    /// Who asks, where that is a request of a caller of ours: its id and span.
    fn origin(&self, request: &Request) -> Option<Origin> {
        let caller = Traceparent::parse(request.header("traceparent")?).ok()?;
        let id = request.header("x-request-id").filter(|id| (1..=LONGEST).contains(&id.len()));
        let id = id.filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic())).unwrap_or("-");
        Some(Origin::below(id, caller, self.traces.is_wanted()))
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Front<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (began, route, method) = (Instant::now(), route_of(request.uri().path()), request.method().clone());
        let Some(origin) = self.origin(&request) else {
            let response = self.answered(request, route, "-").await;
            self.note(route, &response, began);
            return Ok(response);
        };
        let request_id = origin.request_id().to_owned();
        let (response, trace) = watched(origin, self.answered(request, route, &request_id)).await;
        let (status, latency_ms) = self.note(route, &response, began);
        // Who looks whether somebody is there does so each second.
        if route != "/v1/service" {
            tracing::info!(request_id, operation = route, status, latency_ms, "request");
        }
        if let Some(trace) = trace {
            let (name, failed) = (format!("{method} {route}"), status >= 500);
            let finished = Finished { trace, name, kind: Kind::Server, tenant: None, status: Some(status), failed };
            self.traces.finished(finished);
        }
        Ok(response)
    }
}

impl<E: Endpoint<Output = Response>> Front<E> {
    async fn answered(&self, request: Request, route: &'static str, request_id: &str) -> Response {
        let length = request.header(header::CONTENT_LENGTH).unwrap_or("0");
        let has_body = length != "0" || request.header(header::TRANSFER_ENCODING).is_some();
        let answered = self.inner.call(request).await.unwrap_or_else(|error| {
            let problem = error.downcast::<Problem>().unwrap_or_else(|error| Problem::from_framework(&error));
            if let Some(cause) = problem.cause() {
                tracing::error!(request_id, operation = route, error = cause, "a request failed");
            }
            problem.into_response()
        });
        match answered.status() {
            // Nobody has read the body, and what is left of it would be taken for the next request.
            StatusCode::UNAUTHORIZED if has_body => answered.with_header(header::CONNECTION, "close").into_response(),
            StatusCode::METHOD_NOT_ALLOWED => answered.with_header(header::ALLOW, allow_of(route)).into_response(),
            _ => answered,
        }
    }

    /// Counts an answer; its status and how many milliseconds it took.
    fn note(&self, route: &'static str, response: &Response, began: Instant) -> (u16, f64) {
        let (status, took) = (response.status().as_u16(), began.elapsed());
        self.counters.record(route, status, took);
        let latency_ms = took.as_secs_f64() * 1000.0;
        tracing::debug!(operation = route, status, latency_ms, "answered");
        (status, latency_ms)
    }
}

/// The methods that a route has.
fn allow_of(route: &str) -> &'static str {
    match route {
        "/v1/memories" => "DELETE",
        "/v1/tenants/{tenant}/memories" | "/v1/tenants/{tenant}/search" => "POST",
        _ => "GET",
    }
}

/// The pattern of a path's route: one of a closed set.
fn route_of(path: &str) -> &'static str {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["", "v1", "memories"] => "/v1/memories",
        ["", "v1", "tenants", _, "memories"] => "/v1/tenants/{tenant}/memories",
        ["", "v1", "tenants", _, "search"] => "/v1/tenants/{tenant}/search",
        ["", "v1", "tenants", _, "position"] => "/v1/tenants/{tenant}/position",
        ["", "v1", "service"] => "/v1/service",
        ["", "health"] => "/health",
        ["", "livez"] => "/livez",
        ["", "metrics"] => "/metrics",
        ["", "openapi.json"] => "/openapi.json",
        _ => "unmatched",
    }
}
