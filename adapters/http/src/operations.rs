//! What operators and their machines ask: health, probes, metrics. Open to everybody who can reach the service.

use std::collections::BTreeMap;
use std::sync::Arc;

use application::brain::Brain;
use application::ports::{Component, Ports};
use application::use_cases::health::Health;
use poem_openapi::payload::PlainText;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::config::Config;
use crate::front::Stopping;
use crate::json::Json;
use crate::wire::values::Moment;

/// Watching the service.
pub(crate) struct OperationsApi<P> {
    pub(crate) brain: Brain<P>,
    pub(crate) config: Arc<Config>,
    pub(crate) stopping: Stopping,
}

/// How the service and everything it stands on is.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Health")]
struct HealthBody {
    /// `healthy`, or `degraded` where any component does not answer.
    status: String,
    /// Whether every component answers.
    ok: bool,
    /// Whether requests are served.
    ready: bool,
    /// When it was asked.
    timestamp: Moment,
    /// Each component by its name.
    components: BTreeMap<String, ComponentBody>,
    /// The service's version.
    version: String,
    /// `development` or `production`.
    mode: String,
}

/// How a component is.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Component")]
struct ComponentBody {
    /// `healthy` or `unhealthy`.
    status: String,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// How long the probe took, in milliseconds.
    latency_ms: f64,
}

/// Whether requests are served.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Readiness")]
struct ReadyBody {
    /// Whether requests are served.
    ready: bool,
    /// The components that are needed and do not answer; `stopping` while the service stops.
    waiting_for: Vec<String>,
}

#[derive(ApiResponse)]
enum HealthAnswer {
    /// Every component answers.
    #[oai(status = 200)]
    Healthy(Json<HealthBody>),
    /// A component does not answer.
    #[oai(status = 503)]
    Degraded(Json<HealthBody>),
}

#[derive(ApiResponse)]
enum ReadyAnswer {
    /// Requests are served.
    #[oai(status = 200)]
    Ready(Json<ReadyBody>),
    /// Send requests elsewhere.
    #[oai(status = 503)]
    NotReady(Json<ReadyBody>),
}

#[derive(ApiResponse)]
enum LiveAnswer {
    /// The process lives.
    #[oai(status = 200)]
    Alive(PlainText<&'static str>),
}

#[derive(ApiResponse)]
enum MetricsAnswer {
    /// The metrics so far.
    #[oai(status = 200, content_type = "text/plain; version=0.0.4")]
    Exposition(PlainText<String>),
}

#[OpenApi(tag = "Topic::Operations")]
impl<P: Ports> OperationsApi<P> {
    /// See how the service is
    ///
    /// Probes everything that the service stands on; where many ask, one probe a second of each component answers them
    /// all. For people and alerts; load balancers ask `/readyz`.
    #[oai(path = "/health", method = "get", operation_id = "health")]
    async fn health(&self) -> HealthAnswer {
        let health = self.brain.health().await;
        let body = Json::new(self.body(&health));
        if health.ok() { HealthAnswer::Healthy(body) } else { HealthAnswer::Degraded(body) }
    }

    /// Is the process alive?
    ///
    /// Touches nothing.
    #[oai(path = "/livez", method = "get", operation_id = "livez")]
    async fn livez(&self) -> LiveAnswer {
        LiveAnswer::Alive(PlainText("ok"))
    }

    /// Can requests be served?
    ///
    /// Asks only for what no request can be served without. Fails as soon as the service begins to stop.
    #[oai(path = "/readyz", method = "get", operation_id = "readyz")]
    async fn readyz(&self) -> ReadyAnswer {
        let mut waiting_for = Vec::new();
        if self.stopping.has_begun() {
            waiting_for.push("stopping".to_owned());
        } else {
            waiting_for.extend(self.brain.missing().await.iter().map(|component| component.name.to_owned()));
        }
        let body = Json::new(ReadyBody { ready: waiting_for.is_empty(), waiting_for });
        if body.value.ready { ReadyAnswer::Ready(body) } else { ReadyAnswer::NotReady(body) }
    }

    /// Read the metrics
    ///
    /// In the Prometheus text format.
    #[oai(path = "/metrics", method = "get", operation_id = "metrics")]
    async fn metrics(&self) -> MetricsAnswer {
        MetricsAnswer::Exposition(PlainText(self.brain.exposition()))
    }
}

impl<P: Ports> OperationsApi<P> {
    fn body(&self, health: &Health) -> HealthBody {
        let status = if health.ok() { "healthy" } else { "degraded" };
        HealthBody {
            status: status.to_owned(),
            ok: health.ok(),
            ready: health.ready() && !self.stopping.has_begun(),
            timestamp: Moment(health.at),
            components: health.components.iter().map(|one| (one.name.to_owned(), one.into())).collect(),
            version: self.config.version.clone(),
            mode: self.config.mode.as_str().to_owned(),
        }
    }
}

impl From<&Component> for ComponentBody {
    fn from(component: &Component) -> Self {
        let status = if component.status.is_ok() { "healthy" } else { "unhealthy" };
        Self {
            status: status.to_owned(),
            error: component.status.clone().err(),
            latency_ms: component.latency.as_secs_f64() * 1000.0,
        }
    }
}
