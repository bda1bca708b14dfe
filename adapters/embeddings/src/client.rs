//! The HTTP client, which blocks.

use std::time::Duration;

use ureq::http::{HeaderMap, HeaderValue, Uri, header};
use ureq::{Agent, Body};

use crate::config::{Config, InvalidConfig};
use crate::error::Error;
use crate::wire::{self, Asked};

/// The longest answer that is read: 2,048 vectors of 4,096 components with all their digits are near it.
const ANSWER_BYTES: u64 = 256 << 20;

/// An agent with its connections, and what to ask where.
pub(crate) struct Client {
    agent: Agent,
    embeddings: Uri,
    bearer: Option<HeaderValue>,
    key: Option<String>,
    model: String,
    dimensions: Option<usize>,
}

impl Client {
    pub(crate) fn try_new(config: &Config) -> Result<Self, InvalidConfig> {
        let agent = Agent::config_builder()
            .timeout_global(Some(config.guard.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(config.roots.for_ureq())
            .user_agent("somabrain")
            .max_idle_connections(config.connections)
            .max_idle_connections_per_host(config.connections)
            .build()
            .new_agent();
        Ok(Self {
            agent,
            embeddings: place(&config.url)?,
            bearer: config.key.as_deref().map(bearer).transpose()?,
            key: config.key.clone(),
            model: config.model.clone(),
            dimensions: config.dimensions,
        })
    }

    /// The vectors of texts, in their order.
    pub(crate) fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        let asked = Asked::new(&self.model, texts, self.dimensions);
        let body = serde_json::to_vec(&asked).map_err(|_| Error::Question)?;
        let mut request = self.agent.post(&self.embeddings).content_type("application/json");
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, bearer);
        }
        let mut response = request.send(&body[..])?;
        let rest = retry_after(response.headers());
        // Read whatever the status is: only then can the connection be used again.
        let bytes = read(response.body_mut())?;
        match response.status().as_u16() {
            200 => wire::vectors(&bytes, texts.len()),
            status => Err(Error::Answered { status, rest, said: wire::said(&bytes, texts, self.key.as_deref()) }),
        }
    }
}

fn read(body: &mut Body) -> Result<Vec<u8>, Error> {
    Ok(body.with_config().limit(ANSWER_BYTES).read_to_vec()?)
}

/// Where embeddings are asked for: `/v1` is there already, or is added.
fn place(url: &str) -> Result<Uri, InvalidConfig> {
    let base: Uri = url.parse().map_err(|_| InvalidConfig::Url)?;
    let web = matches!(base.scheme_str(), Some("http" | "https"));
    // A password in the URL would be shown with it.
    let open = base.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if !web || open || base.host().is_none_or(str::is_empty) || base.query().is_some() {
        return Err(InvalidConfig::Url);
    }
    let base = url.trim_end_matches('/');
    let base = base.strip_suffix("/embeddings").unwrap_or(base);
    let version = if base.ends_with("/v1") { "" } else { "/v1" };
    format!("{base}{version}/embeddings").parse().map_err(|_| InvalidConfig::Url)
}

fn bearer(key: &str) -> Result<HeaderValue, InvalidConfig> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidConfig::Key);
    }
    let mut bearer = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| InvalidConfig::Key)?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// The seconds after which the endpoint wants to be asked again; a date is passed over.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
