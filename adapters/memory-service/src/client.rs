//! A long-term memory that asks a memory service.

use std::fmt;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use application::ports::error::PortError;
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use application::ports::metrics::BreakerState;
use application::trace::{self, Outgoing};
use bytes::Bytes;
use domain::memory::Seq;
use domain::recall::cue::Cue;
use domain::tenant::Tenant;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use somabrain_guard::{Guard, Refused, Repeat, ThreadPlace, Threads};
use somabrain_tls::Roots;
use thiserror::Error;
use ureq::Agent;
use ureq::http::{HeaderValue, Method, Request, Uri, header};

use crate::error::{Error, at};
use crate::wire::{self, CandidatesWire, CueWire, EntryWire, PositionWire, ServiceWire};
use crate::{MOST_BYTES, MOST_ENTRIES};

/// Where the memory service is and how long to wait for it.
#[derive(Clone)]
pub struct Config {
    /// Its name in the log and the metrics.
    pub component: &'static str,
    /// Its address, such as `http://memory-service:9797`, or `https`.
    pub endpoint: String,
    /// Whom to trust by `https`.
    pub roots: Roots,
    /// The token that it asks for.
    pub token: String,
    /// Timeouts, repetitions and breaker; the timeout is that of each request.
    pub guard: somabrain_guard::Config,
    /// Most requests at once; more wait.
    pub threads: usize,
}

impl Config {
    /// The usual: an answer within 2 s, two repetitions after an outage, 64 requests at once.
    pub fn new(endpoint: &str, token: &str) -> Self {
        let guard = somabrain_guard::Config::default();
        Self {
            component: "memory_service",
            endpoint: endpoint.to_owned(),
            roots: Roots::mozilla(),
            token: token.to_owned(),
            guard,
            threads: 64,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("component", &self.component)
            .field("endpoint", &self.endpoint)
            .field("roots", &self.roots)
            .field("token", &"***")
            .field("guard", &self.guard)
            .field("threads", &self.threads)
            .finish()
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidConfig {
    /// The address is none.
    #[error("the endpoint must be an address such as http://memory-service:9797")]
    Endpoint,
    /// The token cannot be sent.
    #[error("the token must be one or more visible ASCII characters")]
    Token,
}

/// What is done with a path.
#[derive(Debug, Clone)]
enum Ask {
    Get,
    Post(Bytes),
    Delete,
}

/// The client. Every request is idempotent: it is repeated after an outage, while there is time.
///
/// Connections are kept, and would stay with a server as long as it lives, though the address leads elsewhere by now. Who
/// answers is therefore asked by a new connection each time; where it is another than before, those that are kept are let go.
pub struct MemoryService {
    agent: RwLock<Agent>,
    /// Keeps no connection.
    fresh: Agent,
    /// Who answered by it last.
    named: Mutex<Option<ServiceId>>,
    timeout: Duration,
    roots: Roots,
    connections: usize,
    endpoint: String,
    bearer: HeaderValue,
    guard: Guard,
    threads: Threads,
    /// Of probes, so that they wait for no other request and none for them.
    apart: Threads,
}

/// Times that a request of many parts is begun anew because another service answers in the middle.
const MOST_SERVICES: usize = 3;

/// Bytes of entries after which a request is closed, so that it can be answered in time; one entry more is far from the
/// limit.
const ENOUGH: usize = 4 << 20;

impl MemoryService {
    /// Checks the settings; connections are made when they are needed.
    pub fn connect(config: Config) -> Result<Self, InvalidConfig> {
        let Config { component, endpoint, roots, token, guard, threads } = config;
        let uri: Uri = endpoint.parse().map_err(|_| InvalidConfig::Endpoint)?;
        let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none();
        if !known || uri.host().is_none_or(str::is_empty) {
            return Err(InvalidConfig::Endpoint);
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidConfig::Token);
        }
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| InvalidConfig::Token)?;
        bearer.set_sensitive(true);
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let timeout = guard.timeout;
        Ok(Self {
            agent: RwLock::new(agent(timeout, &roots, threads)),
            fresh: agent(timeout, &roots, 0),
            named: Mutex::default(),
            timeout,
            roots,
            connections: threads,
            endpoint,
            bearer,
            guard: Guard::new(component, guard),
            threads: Threads::new(threads),
            apart: Threads::new(1),
        })
    }

    /// Whether the service answers and is well, for `/health`.
    pub async fn probe(&self) -> Result<(), PortError> {
        // A wait for its place is no outage: the guard sees the probe only from then on.
        let place = self.apart.place().await.map_err(|gone| at("answer", Refused::Failed(gone.into())))?;
        let asked = self.guard.probe(self.send(place, self.kept(), "/health".into(), Ask::Get)).await;
        asked.map(|_| ()).map_err(|refused| at("answer", refused))
    }

    /// How the breaker stands, for the metrics.
    pub fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// How many attempts were outages since the start.
    pub fn failures(&self) -> u64 {
        self.guard.failures()
    }

    /// Asks, and reads the answer.
    async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static str,
        path: String,
        ask: Ask,
    ) -> Result<T, PortError> {
        let asked = self.guard.run(Repeat::Idempotent, || {
            let sent = self.send_in_turn(self.kept(), path.clone(), ask.clone());
            async { Ok(wire::read(&sent.await?)?) }
        });
        asked.await.map_err(|refused| at(operation, refused))
    }

    /// One request in a thread that may block, as soon as there is a place.
    async fn send_in_turn(&self, agent: Agent, path: String, ask: Ask) -> Result<Vec<u8>, Error> {
        self.send(self.threads.place().await?, agent, path, ask).await
    }

    async fn send(&self, place: ThreadPlace, agent: Agent, path: String, ask: Ask) -> Result<Vec<u8>, Error> {
        let (bearer, url) = (self.bearer.clone(), self.endpoint.clone() + &path);
        let outgoing = trace::outgoing();
        place.run(move || exchange(&agent, &bearer, outgoing, &url, ask)).await?
    }

    fn kept(&self) -> Agent {
        self.agent.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets go of all connections if it is another service than before.
    fn note(&self, service: ServiceId) {
        let before = self.named.lock().unwrap_or_else(PoisonError::into_inner).replace(service);
        if before.is_some_and(|before| before != service) {
            tracing::info!(service = %service.0, "the address of the memory service leads to another one");
            *self.agent.write().unwrap_or_else(PoisonError::into_inner) =
                agent(self.timeout, &self.roots, self.connections);
        }
    }

    /// Applies all parts; who has each of them, in their order.
    async fn apply_parts(&self, tenant: &Tenant, parts: &[Bytes]) -> Result<Vec<ServiceId>, PortError> {
        let mut by = Vec::with_capacity(parts.len());
        for part in parts {
            let path = format!("/v1/tenants/{tenant}/memories");
            let applied: PositionWire = self.ask("apply entries", path, Ask::Post(part.clone())).await?;
            by.push(wire::named(applied.service));
        }
        Ok(by)
    }
}

impl LongTermMemory for MemoryService {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        let parts = bodies(entries);
        for _ in 0..MOST_SERVICES {
            let by = self.apply_parts(tenant, &parts).await?;
            match by.split_first() {
                None => return self.service().await,
                Some((first, others)) if others.iter().all(|other| other == first) => return Ok(*first),
                Some(_) => {}
            }
        }
        Err(at("apply entries", Refused::Failed(Error::Changing)))
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        let path = format!("/v1/tenants/{tenant}/position");
        Ok(Seq(self.ask::<PositionWire>("tell its position", path, Ask::Get).await?.position))
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.ask::<PositionWire>("forget everything", "/v1/memories".into(), Ask::Delete).await.map(drop)
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        let path = format!("/v1/tenants/{}/search", cue.tenant);
        let body = wire::write(&CueWire::from(cue));
        let found: CandidatesWire = self.ask("search", path, Ask::Post(body.into())).await?;
        Searched::try_from(found).map_err(|invalid| at("search", Refused::Failed(invalid.into())))
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        let asked = self.guard.run(Repeat::Idempotent, || {
            let sent = self.send_in_turn(self.fresh.clone(), "/v1/service".into(), Ask::Get);
            async {
                match sent.await {
                    Ok(answer) => Ok(ServiceId(wire::read::<ServiceWire>(&answer)?.service)),
                    // A version before names, or an engine that has none.
                    Err(Error::Answered { status: 404, .. }) => Ok(ServiceId::NAMELESS),
                    Err(error) => Err(error),
                }
            }
        });
        let service = asked.await.map_err(|refused| at("tell its name", refused))?;
        self.note(service);
        Ok(service)
    }
}

fn agent(timeout: Duration, roots: &Roots, threads: usize) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(roots.for_ureq())
        .max_idle_connections(threads)
        .max_idle_connections_per_host(threads)
        .user_agent("somabrain")
        .build()
        .new_agent()
}

/// One request and its answer; blocks until the agent's timeout at the latest.
fn exchange(
    agent: &Agent,
    bearer: &HeaderValue,
    outgoing: Option<Outgoing>,
    url: &str,
    ask: Ask,
) -> Result<Vec<u8>, Error> {
    let mut request = Request::builder().uri(url).header(header::AUTHORIZATION, bearer);
    if let Some(Outgoing { request_id, traceparent }) = outgoing {
        request = request.header("x-request-id", request_id).header("traceparent", traceparent.to_string());
    }
    let mut response = match ask {
        Ask::Get => agent.run(request.method(Method::GET).body(()).map_err(ureq::Error::from)?)?,
        Ask::Delete => agent.run(request.method(Method::DELETE).body(()).map_err(ureq::Error::from)?)?,
        Ask::Post(body) => {
            let request = request.method(Method::POST).header(header::CONTENT_TYPE, "application/json");
            agent.run(request.body(&body[..]).map_err(ureq::Error::from)?)?
        }
    };
    let bytes = response.body_mut().with_config().limit(MOST_BYTES as u64).read_to_vec()?;
    match response.status().as_u16() {
        200..=299 => Ok(bytes),
        status => Err(Error::Answered { status, title: title(&bytes) }),
    }
}

#[derive(Deserialize)]
struct Problem {
    title: String,
}

/// The title of a problem document, if the answer is one.
fn title(bytes: &[u8]) -> String {
    let problem = serde_json::from_slice::<Problem>(bytes);
    problem.map_or_else(|_| "no problem document".to_owned(), |problem| problem.title.chars().take(100).collect())
}

/// The entries as bodies of requests, in order.
fn bodies(entries: &[Entry]) -> Vec<Bytes> {
    const START: &[u8] = br#"{"entries":["#;
    let mut bodies: Vec<Bytes> = Vec::new();
    let (mut body, mut count) = (START.to_vec(), 0);
    let mut close = |body: &mut Vec<u8>| {
        body.extend_from_slice(b"]}");
        bodies.push(std::mem::replace(body, START.to_vec()).into());
    };
    for entry in entries {
        if count > 0 {
            body.push(b',');
        }
        body.extend(wire::write(&EntryWire::from(entry)));
        count += 1;
        if count == MOST_ENTRIES || body.len() >= ENOUGH {
            close(&mut body);
            count = 0;
        }
    }
    if count > 0 {
        close(&mut body);
    }
    bodies
}
