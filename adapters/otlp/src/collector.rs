//! The collector over HTTP. It says once that it is away, and once that it is back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError};
use somabrain_tls::Roots;
use ureq::Agent;
use ureq::http::{Request, Response};

/// Most bytes of an answer that are read.
const MOST_BYTES: u64 = 64 << 10;

/// A client that blocks: it is used by the exporter's own thread only.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    agent: Agent,
    away: Arc<AtomicBool>,
}

impl Collector {
    pub(crate) fn new(timeout: Duration, roots: &Roots) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .tls_config(roots.for_ureq())
            .user_agent("somabrain");
        Self { agent: config.build().new_agent(), away: Arc::default() }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (parts, body) = request.into_parts();
        let mut answer = self.agent.run(Request::from_parts(parts, &body[..]))?;
        let bytes = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, bytes.into()))
    }

    fn note(&self, error: Option<&str>) {
        let was_away = self.away.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was_away => {
                tracing::warn!(error, "the collector of SOMABRAIN_OTLP_ENDPOINT takes no traces; they are dropped");
            }
            None if was_away => tracing::info!("the collector of SOMABRAIN_OTLP_ENDPOINT takes traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(request);
        match &sent {
            Ok(answer) if answer.status().is_success() => self.note(None),
            Ok(answer) => self.note(Some(answer.status().as_str())),
            Err(error) => self.note(Some(&error.to_string())),
        }
        Ok(sent?)
    }
}
