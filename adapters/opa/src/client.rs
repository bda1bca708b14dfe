//! The HTTP client, which blocks.

use application::ports::policy::Decision;
use application::trace::Outgoing;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use crate::{Config, Error, answer};

/// The longest answer that is read: the bundled policy's document is far below 1 KiB.
const ANSWER_BYTES: u64 = 1 << 20;

/// An agent with its connections, and where to ask.
pub(crate) struct Client {
    agent: Agent,
    decide: Uri,
    health: Uri,
    policies: Uri,
    authorization: Option<String>,
}

impl Client {
    pub(crate) fn try_new(config: &Config) -> Result<Self, Error> {
        let base: Uri = config.url.parse().map_err(|_| Error::Url)?;
        let web = matches!(base.scheme_str(), Some("http" | "https"));
        // A password in the URL would be shown with it.
        let open = base.authority().is_some_and(|authority| authority.as_str().contains('@'));
        if !web || open || base.host().is_none_or(str::is_empty) || base.query().is_some() {
            return Err(Error::Url);
        }
        let at = |path: &str| format!("{}{path}", config.url.trim_end_matches('/')).parse().map_err(|_| Error::Url);
        let agent = Agent::config_builder()
            .timeout_global(Some(config.timeout))
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
            decide: at("/v1/data/somabrain/authz")?,
            health: at("/health")?,
            policies: at("/v1/policies")?,
            authorization: config.token.as_ref().map(|token| format!("Bearer {token}")),
        })
    }

    /// Asks for a decision; `body` is the JSON of the question.
    pub(crate) fn decide(&self, body: &[u8], outgoing: Option<Outgoing>) -> Result<Decision, Error> {
        let mut request = self.agent.post(&self.decide).content_type("application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(Outgoing { request_id, traceparent }) = outgoing {
            request = request.header("x-request-id", request_id).header("traceparent", traceparent.to_string());
        }
        answer::decision(&read(request.send(body))?).map_err(Error::NoDecision)
    }

    /// Asks whether OPA is well.
    pub(crate) fn health(&self) -> Result<(), Error> {
        self.get(&self.health)
    }

    /// Asks for the policies, which is refused where nobody may change them.
    pub(crate) fn policies(&self) -> Result<(), Error> {
        self.get(&self.policies)
    }

    fn get(&self, uri: &Uri) -> Result<(), Error> {
        let mut request = self.agent.get(uri);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        read(request.call()).map(drop)
    }
}

/// The body of an answer with status 200.
fn read(answered: Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>, Error> {
    let mut response = answered.map_err(failure)?;
    // Read whatever the status is: only then can the connection be used again.
    let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().map_err(failure)?;
    match response.status().as_u16() {
        200 => Ok(body),
        status => Err(Error::Status(status)),
    }
}

fn failure(error: ureq::Error) -> Error {
    use ureq::Error::{ConnectionFailed, HostNotFound, Io, Protocol, Timeout};
    match error {
        Timeout(_) | Io(_) | HostNotFound | ConnectionFailed | Protocol(_) => Error::Unreachable(error),
        _ => Error::Exchange(error),
    }
}
