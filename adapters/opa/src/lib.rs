//! The policy decision point over HTTP: Open Policy Agent.
//!
//! OPA serves the Rego files of `policy/`, the same that `somabrain-regorus` evaluates in the process. It is asked with
//! `POST /v1/data/somabrain/authz`, and only a whole `decision` is one: an undefined result, an error, or an answer that
//! cannot be read is an error of the port, so that nothing is permitted by accident. Keep-alive connections are held;
//! decisions are asked for anew each time unless [`Config::cache`] says for how long they hold.
//!
//! ```
//! use somabrain_opa::{Config, Opa};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let opa = Opa::connect(Config::new("http://opa:8181")).await?;
//! # Ok::<(), application::ports::error::PortError>(())
//! # }).unwrap();
//! ```

mod answer;
mod cache;
mod client;
mod input;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::metrics::BreakerState;
use application::ports::policy::{Decision, Policy, Question};
use application::trace;
use somabrain_guard::{Guard, Outage, Refused, Repeat, Threads};
use somabrain_tls::Roots;
use thiserror::Error;

use cache::Cache;
use client::Client;
use input::Input;

/// How to reach OPA.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Where it is, such as `http://opa:8181`, or `https`; a path before `/v1` is kept.
    pub url: String,
    /// Whom to trust by `https`.
    pub roots: Roots,
    /// The bearer token that it wants, if it wants one.
    pub token: Option<String>,
    /// Within which every decision is made or refused. Default: 2 s.
    pub timeout: Duration,
    /// Most requests at once, each with a connection and a thread of its own. Default: 32.
    pub connections: usize,
    /// For how long a decision holds for the same question, whatever the request's id; a change of the policy is felt
    /// that much later. Never for what only operators and admins do. Default: zero, every question is asked.
    pub cache: Duration,
}

impl Config {
    /// The OPA at `url`, with the defaults.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            roots: Roots::mozilla(),
            token: None,
            timeout: Duration::from_secs(2),
            connections: 32,
            cache: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &self.url)
            .field("roots", &self.roots)
            .field("token", &self.token.as_ref().map(|_| "***"))
            .field("timeout", &self.timeout)
            .field("connections", &self.connections)
            .field("cache", &self.cache)
            .finish()
    }
}

/// Why there was no decision.
#[derive(Debug, Error)]
enum Error {
    #[error("the url is not valid: it must be http or https with a host, without a password")]
    Url,
    #[error("not reachable")]
    Unreachable(#[source] ureq::Error),
    #[error("the request or its answer was not valid")]
    Exchange(#[source] ureq::Error),
    #[error("it answered status {0}")]
    Status(u16),
    #[error("it did not answer allow and reason")]
    NoDecision(#[source] serde_json::Error),
    #[error("the question could not be written")]
    Question(#[source] serde_json::Error),
    #[error(transparent)]
    Gone(#[from] somabrain_guard::Gone),
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        // A gateway before OPA tells by these that OPA is away; OPA itself answers 500 where a rule fails.
        matches!(self, Self::Unreachable(_) | Self::Status(502..=504))
    }
}

/// An Open Policy Agent.
pub struct Opa {
    client: Arc<Client>,
    threads: Threads,
    /// Of probes, so that they wait for no decision and no decision for them.
    apart: Threads,
    guard: Guard,
    cache: Cache,
}

impl Opa {
    /// Prepares to ask; connections are made when they are needed. Fails only where the URL is not valid.
    pub async fn connect(config: Config) -> Result<Self, PortError> {
        let client = Client::try_new(&config);
        let client = client.map_err(|error| PortError::new("policy", "connect", PortErrorKind::Internal, error))?;
        let timeout = config.timeout;
        Ok(Self {
            client: Arc::new(client),
            threads: Threads::new(config.connections),
            apart: Threads::new(1),
            guard: Guard::new("opa", somabrain_guard::Config { timeout, ..Default::default() }),
            cache: Cache::new(config.cache),
        })
    }

    /// Whether OPA answers `GET /health` with 200, asked now whatever the breaker says.
    pub async fn probe(&self) -> Result<(), PortError> {
        let client = Arc::clone(&self.client);
        // A wait for its place is no outage: the guard sees the probe only from then on.
        let place = self.apart.place().await.map_err(|gone| failure("probe", Refused::Failed(gone.into())))?;
        let asked = async { place.run(move || client.health()).await? };
        self.guard.probe(asked).await.map_err(|refused| failure("probe", refused))
    }

    /// Whether OPA shows its policies to whoever asks: then it also takes others from whoever reaches it.
    pub async fn is_open(&self) -> Result<bool, PortError> {
        let client = Arc::clone(&self.client);
        match self.apart.run(move || client.policies()).await.map_err(Error::from).flatten() {
            Ok(()) => Ok(true),
            Err(Error::Status(401 | 403 | 404)) => Ok(false),
            Err(error) => Err(failure("ask for policies", Refused::Failed(error))),
        }
    }

    /// How the breaker before OPA stands.
    pub fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// Attempts to reach OPA that failed since the start.
    pub fn failures(&self) -> u64 {
        self.guard.failures()
    }

    async fn ask(&self, input: &Input<'_>) -> Result<Decision, Refused<Error>> {
        let body: Arc<[u8]> = input.body().map_err(|error| Refused::Failed(Error::Question(error)))?.into();
        let ask = || {
            let (client, body) = (Arc::clone(&self.client), Arc::clone(&body));
            async move {
                let outgoing = trace::outgoing();
                self.threads.run(move || client.decide(&body, outgoing)).await?
            }
        };
        self.guard.run(Repeat::Idempotent, ask).await
    }
}

impl Policy for Opa {
    async fn decide(&self, question: &Question<'_>) -> Result<Decision, PortError> {
        let input = Input::of(question);
        let kept = !question.action.administers();
        if kept && let Some(decision) = self.cache.get(&input) {
            return Ok(decision);
        }
        let decision = self.ask(&input).await.map_err(|refused| failure("decide", refused))?;
        if kept {
            self.cache.keep(&input, &decision);
        }
        Ok(decision)
    }
}

fn failure(operation: &'static str, refused: Refused<Error>) -> PortError {
    let kind = if refused.is_outage() { PortErrorKind::Unavailable } else { PortErrorKind::Internal };
    PortError::new("policy", operation, kind, refused)
}
