//! Where the endpoint is, what it is asked for, how long to wait.

use std::fmt;
use std::time::Duration;

use domain::encoding::Encoding;
use somabrain_tls::Roots;
use thiserror::Error;

/// How to reach an embeddings endpoint.
#[derive(Clone)]
pub struct Config {
    /// Where it is, such as `https://api.openai.com`; with or without `/v1` at its end.
    pub url: String,
    /// Whom to trust by `https`.
    pub roots: Roots,
    /// The model's name, as the endpoint knows it.
    pub model: String,
    /// The bearer token that it wants, if it wants one.
    pub key: Option<String>,
    /// The number of dimensions to ask for, 1 to 4,096; `None`: what the endpoint gives by itself.
    pub dimensions: Option<usize>,
    /// Most texts of one request, 1 to 2,048. Default: 64.
    pub batch: usize,
    /// Most requests at once; more wait. Default: 16.
    pub connections: usize,
    /// Timeouts, repetitions and breaker; the timeout is that of each request, its repetitions included. Default: 10 s,
    /// two repetitions.
    pub guard: somabrain_guard::Config,
}

impl Config {
    /// The endpoint at `url` with the defaults.
    pub fn new(url: &str, model: &str) -> Self {
        let guard = somabrain_guard::Config { timeout: Duration::from_secs(10), ..Default::default() };
        Self {
            url: url.to_owned(),
            roots: Roots::mozilla(),
            model: model.to_owned(),
            key: None,
            dimensions: None,
            batch: 64,
            connections: 16,
            guard,
        }
    }

    pub(crate) fn check(&self) -> Result<(), InvalidConfig> {
        let plain = |c: char| !c.is_whitespace() && !c.is_control();
        if self.model.is_empty() || self.model.len() > 200 || !self.model.chars().all(plain) {
            return Err(InvalidConfig::Model);
        }
        if self.dimensions.is_some_and(|dimensions| !(1..=Encoding::LIMIT).contains(&dimensions)) {
            return Err(InvalidConfig::Dimensions);
        }
        if !(1..=2_048).contains(&self.batch) {
            return Err(InvalidConfig::Batch);
        }
        Ok(())
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &self.url)
            .field("roots", &self.roots)
            .field("model", &self.model)
            .field("key", &self.key.as_ref().map(|_| "***"))
            .field("dimensions", &self.dimensions)
            .field("batch", &self.batch)
            .field("connections", &self.connections)
            .field("guard", &self.guard)
            .finish()
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidConfig {
    /// The address is none.
    #[error("the url must be an address such as https://api.openai.com, without a password and without a query")]
    Url,
    /// The model has no name.
    #[error("the model must be a name of 1 to 200 signs without spaces")]
    Model,
    /// The key cannot be sent.
    #[error("the key must be one or more visible ASCII characters")]
    Key,
    /// No number of dimensions.
    #[error("the dimensions must lie in 1 to 4096")]
    Dimensions,
    /// No size of a request.
    #[error("the batch must lie in 1 to 2048")]
    Batch,
}
