//! How the service is.

use std::collections::BTreeMap;
use std::time::Duration;

use application::ports::error::PortError;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

/// How the service and what it stands on is.
#[derive(Debug, Clone, Object)]
#[oai(rename = "Health")]
pub(super) struct HealthBody {
    /// `healthy`, or `degraded` where a component does not answer.
    status: String,
    /// Whether every component answers.
    ok: bool,
    /// Each component by its name.
    components: BTreeMap<String, ComponentBody>,
    /// The service's version.
    version: String,
}

/// How a component is.
#[derive(Debug, Clone, Object)]
#[oai(rename = "Component")]
struct ComponentBody {
    /// `healthy` or `unhealthy`.
    status: String,
    /// What is wrong.
    #[oai(skip_serializing_if_is_none)]
    error: Option<String>,
    /// How long the probe took, in milliseconds.
    latency_ms: f64,
}

#[derive(ApiResponse)]
pub(super) enum HealthAnswer {
    /// Every component answers.
    #[oai(status = 200)]
    Healthy(Json<HealthBody>),
    /// A component does not answer.
    #[oai(status = 503)]
    Degraded(Json<HealthBody>),
}

impl HealthBody {
    /// Of a service whose only component is its engine.
    pub(super) fn new(version: &str, engine: Result<(), PortError>, latency: Duration) -> Self {
        let ok = engine.is_ok();
        let component = ComponentBody {
            status: if ok { "healthy" } else { "unhealthy" }.to_owned(),
            error: engine.err().map(|error| error.to_string()),
            latency_ms: latency.as_secs_f64() * 1000.0,
        };
        Self {
            status: if ok { "healthy" } else { "degraded" }.to_owned(),
            ok,
            components: BTreeMap::from([("engine".to_owned(), component)]),
            version: version.to_owned(),
        }
    }
}

impl From<HealthBody> for HealthAnswer {
    fn from(body: HealthBody) -> Self {
        if body.ok { Self::Healthy(Json(body)) } else { Self::Degraded(Json(body)) }
    }
}
