//! What every answer passes: errors become problem documents, and everything is counted.

use std::sync::Arc;
use std::time::Instant;

use poem::{Endpoint, IntoResponse, Request, Response};

use super::counters::Counters;
use super::problem::Problem;

/// The service as one endpoint.
pub(super) struct Front<E> {
    inner: E,
    counters: Arc<Counters>,
}

impl<E> Front<E> {
    pub(super) fn new(inner: E, counters: Arc<Counters>) -> Self {
        Self { inner, counters }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Front<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (began, route) = (Instant::now(), route_of(request.uri().path()));
        let answered = self.inner.call(request).await;
        let response = answered.unwrap_or_else(|error| {
            let problem = error.downcast::<Problem>().unwrap_or_else(|error| Problem::from_framework(&error));
            if let Some(cause) = problem.cause() {
                tracing::error!(operation = route, error = cause, "a request failed");
            }
            problem.into_response()
        });
        let (status, took) = (response.status().as_u16(), began.elapsed());
        self.counters.record(route, status, took);
        tracing::debug!(operation = route, status, latency_ms = took.as_secs_f64() * 1000.0, "request");
        Ok(response)
    }
}

/// The pattern of a path's route: one of a closed set.
fn route_of(path: &str) -> &'static str {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
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
