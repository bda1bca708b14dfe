//! The key set that an issuer publishes: fetched when a token first needs it, again when it has aged, and soon for a key id
//! that it lacks, so that the issuer may change its keys at any time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use somabrain_guard::Threads;
use somabrain_tls::Roots;
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;
use ureq::Agent;
use ureq::http::Uri;

use crate::keys::{InvalidKey, Verifier, key_set};
use crate::token::Token;

/// How old a set may become before the next token asks for a new one.
const FRESH: Duration = Duration::from_secs(300);
/// How old it may become where no new one can be had: an issuer that is away for a night shuts nobody out.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long after an attempt the next may follow, whatever tokens name.
const PAUSE: Duration = Duration::from_secs(10);
/// Within which the issuer must answer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The longest set that is read.
const BYTES: u64 = 1 << 20;

/// A key set at an address.
pub(crate) struct Published {
    agent: Agent,
    url: Uri,
    threads: Threads,
    known: Arc<Mutex<Known>>,
    /// Held by the fetch that is under way, whoever waits for it.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: Option<(Arc<[Verifier]>, Instant)>,
    tried: Option<Instant>,
}

/// Why there is no new set.
#[derive(Debug, Error)]
enum NotFetched {
    #[error("not reachable, or its answer was cut off: {0}")]
    Http(#[from] ureq::Error),
    #[error("it answered status {0}")]
    Status(u16),
    #[error("what it answered {0}")]
    Set(#[from] InvalidKey),
}

impl Published {
    /// The set at `url`: https, or http on this machine. Nothing is fetched yet.
    pub(crate) fn at(url: &str, roots: &Roots) -> Result<Self, InvalidKey> {
        let uri: Uri = url.parse().map_err(|_| InvalidKey::Address)?;
        let host = uri.host().ok_or(InvalidKey::Address)?.trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if here => {}
            _ => return Err(InvalidKey::Address),
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("somabrain")
            .tls_config(roots.for_ureq())
            .build()
            .new_agent();
        let (known, fetching) = (Arc::default(), Arc::default());
        Ok(Self { agent, url: uri, threads: Threads::new(1), known, fetching })
    }

    /// The keys that may have signed the token; `None`: there are none, and none can be had now.
    pub(crate) async fn keys_for(&self, token: &Token<'_>) -> Option<Arc<[Verifier]>> {
        let first = self.known();
        let wanted = match &first {
            None => true,
            Some((keys, since)) => since.elapsed() >= FRESH || !keys.iter().any(|key| key.is_named_by(token)),
        };
        if !wanted {
            return first.map(|(keys, _)| keys);
        }
        // One fetches. Who has keys goes on with them meanwhile, unless they lack the one that the token names.
        let turn = match Arc::clone(&self.fetching).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) if first.as_ref().is_some_and(|(keys, _)| keys.iter().any(|key| key.is_named_by(token))) => {
                return first.map(|(keys, _)| keys);
            }
            Err(_) => Arc::clone(&self.fetching).lock_owned().await,
        };
        if self.may_try() {
            self.fetch(turn).await;
        }
        self.known().map(|(keys, _)| keys)
    }

    /// Goes on to its end where nobody waits for it any more: neither the set nor the pause is lost with who hangs up.
    async fn fetch(&self, turn: OwnedMutexGuard<()>) {
        let Ok(place) = self.threads.place().await else { return };
        let (agent, url, known) = (self.agent.clone(), self.url.clone(), Arc::clone(&self.known));
        let fetching = place.run(move || {
            lock(&known).tried = Some(Instant::now());
            keep(&known, &url, get(&agent, &url));
            drop(turn);
        });
        if let Err(gone) = fetching.await {
            tracing::warn!(url = %self.url, error = %gone, "auth: the issuer's keys were not fetched");
        }
    }

    /// The last set, unless it is too old to be trusted.
    fn known(&self) -> Option<(Arc<[Verifier]>, Instant)> {
        let known = lock(&self.known);
        known.keys.clone().filter(|(_, since)| since.elapsed() < STALE)
    }

    fn may_try(&self) -> bool {
        lock(&self.known).tried.is_none_or(|tried| tried.elapsed() >= PAUSE)
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(known: &Mutex<Known>, url: &Uri, fetched: Result<Vec<Verifier>, NotFetched>) {
    match fetched {
        Ok(keys) => {
            tracing::info!(%url, keys = keys.len(), "auth: the issuer's keys were fetched");
            lock(known).keys = Some((keys.into(), Instant::now()));
        }
        Err(error) => tracing::warn!(%url, error = %error, "auth: the issuer's keys were not fetched"),
    }
}

fn get(agent: &Agent, url: &Uri) -> Result<Vec<Verifier>, NotFetched> {
    let mut answer = agent.get(url).header("accept", "application/json").call()?;
    let text = answer.body_mut().with_config().limit(BYTES).read_to_string()?;
    match answer.status().as_u16() {
        200 => Ok(key_set(&text)?),
        status => Err(NotFetched::Status(status)),
    }
}
