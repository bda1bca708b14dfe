//! The text encoder over HTTP: an OpenAI-compatible embeddings endpoint.
//!
//! Texts go to `POST {url}/v1/embeddings` whole, so many at a time; how long one may be is the endpoint's matter, and
//! what it refuses is an error that says why. Answers are put in the order of the texts by their `index`; every vector
//! must have the same number of dimensions, asked for in the settings or learned from a first request. An endpoint that
//! is away, overloaded (429) or failing (5xx) is asked again while there is time, as late as its `Retry-After` says.
//!
//! The name of the encoder is `openai:{model}:{dimensions}`: two endpoints that serve a model under one name must serve the
//! same model. Endpoints compute with rounding errors of their own; int8 components hide most of them.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use application::ports::encoder::Encoder;
//! use somabrain_embeddings::{Config, Embeddings};
//!
//! let config = Config { key: Some("from the settings".into()), ..Config::new("https://api.openai.com", "text-embedding-3-small") };
//! let encoder = Embeddings::connect(config).await?;
//! let encodings = encoder.encode(&["Alice keeps her passport in the blue drawer."]).await?;
//! assert_eq!(encodings.len(), 1);
//! # Ok(())
//! # }
//! ```

mod client;
mod config;
mod error;
mod wire;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use application::ports::metrics::BreakerState;
use domain::encoding::{EncoderId, Encoding};
use lru::LruCache;
use somabrain_guard::{Guard, Refused, Repeat, Threads};

pub use config::{Config, InvalidConfig};

use client::Client;
use error::{Error, at};

/// Queries whose encodings are kept: agents ask the same again.
const QUERIES: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
/// What the endpoint is asked when only an answer is wanted.
const TRIAL: &str = "memory";
/// How long a probe waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long an answer shows that the endpoint is well: asking it costs.
const FRESH: Duration = Duration::from_secs(30);

/// An embeddings endpoint.
pub struct Embeddings {
    id: EncoderId,
    dimensions: usize,
    batch: usize,
    asking: Asking,
    queries: Mutex<LruCache<String, Option<Encoding>>>,
}

impl Embeddings {
    /// Checks the settings; where they do not say how many dimensions there are, asks the endpoint, which must answer.
    pub async fn connect(config: Config) -> Result<Self, PortError> {
        let refused = |error: InvalidConfig| at("connect", Refused::Failed(Error::Config(error)));
        config.check().map_err(refused)?;
        let asking = Asking::new(&config).map_err(refused)?;
        let dimensions = match config.dimensions {
            Some(dimensions) => dimensions,
            None => asking.learn().await.map_err(|refused| at("learn its dimensions", refused))?,
        };
        let id = EncoderId::new(&format!("openai:{}:{dimensions}", config.model));
        let queries = Mutex::new(LruCache::new(QUERIES));
        Ok(Self { id, dimensions, batch: config.batch, asking, queries })
    }

    /// Whether the endpoint answers, for `/health`; an answer less than half a minute old counts.
    pub async fn probe(&self) -> Result<(), PortError> {
        if self.asking.answered_within(FRESH) {
            return Ok(());
        }
        let probed = tokio::time::timeout(PATIENCE, self.asking.probe()).await;
        probed.unwrap_or(Err(Refused::TimedOut(PATIENCE))).map_err(|refused| at("answer", refused))
    }

    /// How the breaker before the endpoint stands.
    pub fn breaker(&self) -> BreakerState {
        self.asking.guard.state()
    }

    /// Attempts to reach the endpoint that failed since the start.
    pub fn failures(&self) -> u64 {
        self.asking.guard.failures()
    }

    /// Encodes texts that hold something, one request.
    async fn ask(&self, texts: Vec<String>) -> Result<Vec<Option<Encoding>>, Refused<Error>> {
        let vectors = self.asking.ask(texts).await?;
        let encodings = vectors.iter().map(|vector| wire::encoding(&self.id, self.dimensions, vector));
        encodings.collect::<Result<_, _>>().map_err(Refused::Failed)
    }
}

impl Encoder for Embeddings {
    fn id(&self) -> &EncoderId {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn encode(&self, texts: &[&str]) -> Result<Vec<Option<Encoding>>, PortError> {
        let mut encodings = vec![None; texts.len()];
        let sayings: Vec<usize> = (0..texts.len()).filter(|&at| !is_blank(texts[at])).collect();
        for some in sayings.chunks(self.batch) {
            let sent = some.iter().map(|&at| texts[at].to_owned()).collect();
            let answers = self.ask(sent).await.map_err(|refused| at("encode texts", refused))?;
            for (&place, answer) in some.iter().zip(answers) {
                encodings[place] = answer;
            }
        }
        Ok(encodings)
    }

    async fn encode_query(&self, text: &str) -> Result<Option<Encoding>, PortError> {
        if is_blank(text) {
            return Ok(None);
        }
        if let Some(known) = self.queries.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(known.clone());
        }
        let answers = self.ask(vec![text.to_owned()]).await.map_err(|refused| at("encode a query", refused))?;
        let encoding = answers.into_iter().next().flatten();
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        queries.put(text.to_owned(), encoding.clone());
        Ok(encoding)
    }
}

/// Whether a text holds nothing: endpoints refuse such.
fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// The way to the endpoint: client, threads, guard.
struct Asking {
    client: Arc<Client>,
    threads: Threads,
    guard: Guard,
    /// When it answered last.
    answered: Mutex<Option<Instant>>,
}

impl Asking {
    fn new(config: &Config) -> Result<Self, InvalidConfig> {
        Ok(Self {
            client: Arc::new(Client::try_new(config)?),
            threads: Threads::new(config.connections),
            guard: Guard::new("encoder", config.guard.clone()),
            answered: Mutex::new(None),
        })
    }

    async fn ask(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Refused<Error>> {
        let texts: Arc<[String]> = texts.into();
        let vectors = self.guard.run(Repeat::Idempotent, || self.once(Arc::clone(&texts))).await?;
        self.note_answer();
        Ok(vectors)
    }

    async fn once(&self, texts: Arc<[String]>) -> Result<Vec<Vec<f32>>, Error> {
        let client = Arc::clone(&self.client);
        self.threads.run(move || client.embed(&texts)).await?
    }

    async fn learn(&self) -> Result<usize, Refused<Error>> {
        let vectors = self.ask(vec![TRIAL.to_owned()]).await?;
        let found = vectors.first().map_or(0, Vec::len);
        match found {
            1..=Encoding::LIMIT => Ok(found),
            found => Err(Refused::Failed(Error::TooManyDimensions(found))),
        }
    }

    async fn probe(&self) -> Result<(), Refused<Error>> {
        self.guard.probe(self.once(Arc::from([TRIAL.to_owned()]))).await?;
        self.note_answer();
        Ok(())
    }

    fn note_answer(&self) {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn answered_within(&self, time: Duration) -> bool {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard.state() == BreakerState::Closed && answered.is_some_and(|at| at.elapsed() < time)
    }
}
