//! What a command works on: a running server, or the data folder where no server has it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use somabrain_tls::Roots;
use ureq::Proxy;
use ureq::tls::TlsConfig;

#[cfg(feature = "embedded")]
use crate::embedded;
#[cfg(feature = "embedded")]
use crate::folder::Folder;
use crate::settings::{Profile, Settings};

/// A server, or the folder itself: both answer the same requests.
pub(crate) enum Target {
    /// Over HTTP.
    Server(Server),
    /// In this process, through the same API.
    #[cfg(feature = "embedded")]
    Folder(Box<Folder>),
}

/// A running server.
pub(crate) struct Server {
    url: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, `null` where it was no JSON.
    pub body: Value,
    /// What a 429 or 503 says about when to come back.
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// Whether it was done.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The problem in one line.
    pub(crate) fn complaint(&self) -> String {
        let text = |field: &str| self.body[field].as_str().map(ToString::to_string);
        let mut line = text("detail").or_else(|| text("title")).unwrap_or_else(|| format!("status {}", self.status));
        for error in self.body["errors"].as_array().into_iter().flatten() {
            line.push_str(&format!(
                "; {}: {}",
                error["field"].as_str().unwrap_or("?"),
                error["message"].as_str().unwrap_or("?")
            ));
        }
        line
    }
}

impl Target {
    /// The server that `SOMABRAIN_URL` names; without it the data folder, or, where a server has that, the server at
    /// the settings' address.
    pub(crate) async fn open(settings: &Settings, environment: &HashMap<String, String>) -> Result<Self> {
        if environment.contains_key("SOMABRAIN_URL") || settings.profile == Profile::Networked {
            return Ok(Self::server(settings, environment));
        }
        #[cfg(not(feature = "embedded"))]
        return Ok(Self::server(settings, environment));
        #[cfg(feature = "embedded")]
        match embedded::open(settings).await {
            Ok(brain) => Ok(Self::Folder(Box::new(Folder::new(brain, settings)?))),
            Err(error) if embedded::in_use(&error) => Ok(Self::server(settings, environment)),
            Err(error) => Err(error),
        }
    }

    /// The server that `SOMABRAIN_URL` names, else the one at the settings' address.
    pub(crate) fn server(settings: &Settings, environment: &HashMap<String, String>) -> Self {
        let token = environment.get("SOMABRAIN_TOKEN").cloned();
        match environment.get("SOMABRAIN_URL") {
            Some(url) => Self::at(url, token, &settings.tls.roots),
            None => Self::Server(Server::here(settings, token)),
        }
    }

    /// The server of that address.
    pub(crate) fn at(url: &str, token: Option<String>, roots: &Roots) -> Self {
        Self::Server(Server::new(url, token, roots.for_ureq(), Proxy::try_from_env()))
    }

    /// Sends one request.
    pub(crate) async fn call(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        match self {
            Self::Server(server) => server.call(method, path, body).await,
            #[cfg(feature = "embedded")]
            Self::Folder(folder) => folder.call(method, path, body).await,
        }
    }

    /// Sends a request again as long as the server asks to come back later, ten times at most.
    pub(crate) async fn patiently(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        for _ in 0..10 {
            let answer = self.call(method, path, body).await?;
            match answer.retry_after {
                #[expect(clippy::disallowed_methods, reason = "bootstrap may wait, and the server says how long")]
                Some(time) if matches!(answer.status, 429 | 503) => tokio::time::sleep(time).await,
                _ => return Ok(answer),
            }
        }
        self.call(method, path, body).await
    }

    /// Lets a second's work beside requests be done; a server does that by itself.
    pub(crate) async fn settle(&self) -> Result<()> {
        match self {
            Self::Server(_) => Ok(()),
            #[cfg(feature = "embedded")]
            Self::Folder(folder) => folder.settle().await,
        }
    }

    /// Finishes: what is still in memory goes to disk.
    pub(crate) async fn close(self) -> Result<()> {
        match self {
            Self::Server(_) => Ok(()),
            #[cfg(feature = "embedded")]
            Self::Folder(folder) => folder.close().await,
        }
    }
}

impl Server {
    /// The server of the settings' own address. On this machine it is not verified: its certificate is in the service's
    /// name, not in that of the loopback interface.
    fn here(settings: &Settings, token: Option<String>) -> Self {
        let address = settings.address.ip();
        let tls = if address.is_loopback() || address.is_unspecified() {
            TlsConfig::builder().disable_verification(true).build()
        } else {
            settings.tls.roots.for_ureq()
        };
        Self::new(&format!("{}://{}", settings.tls.scheme(), settings.address), token, tls, None)
    }

    fn new(url: &str, token: Option<String>, tls: TlsConfig, proxy: Option<Proxy>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .tls_config(tls)
            .proxy(proxy)
            .build();
        Self { url: url.trim_end_matches('/').to_string(), token, agent: config.into() }
    }

    async fn call(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let (agent, url) = (self.agent.clone(), format!("{}{path}", self.url));
        let mut request = ureq::http::Request::builder().method(method).uri(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.header("content-type", "application/json").body(body)?;
        let sent = tokio::task::spawn_blocking(move || {
            let mut answer = agent.run(request)?;
            let text = answer.body_mut().read_to_string()?;
            Ok::<_, ureq::Error>((answer.status().as_u16(), retry_after(answer.headers()), text))
        });
        let (status, retry_after, text) =
            sent.await?.with_context(|| format!("could not reach the server at {}: is it running?", self.url))?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), retry_after })
    }
}

fn retry_after(headers: &ureq::http::HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
