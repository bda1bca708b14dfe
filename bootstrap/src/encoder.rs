//! The encoder that the settings choose, in any profile.
//!
//! The shipped table is there whatever they say: the index reads queries with it too, for memories that it has encoded,
//! so that a change of the encoder takes nothing away before everything is encoded anew.

use std::error::Error as _;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use application::ports::Standing;
use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use application::ports::metrics::Measurement;
use domain::encoding::table::Table;
use domain::encoding::{EncoderId, Encoding};
use somabrain_embeddings::Embeddings;
use somabrain_static_encoder::StaticEncoder;

use crate::settings::Settings;
use crate::settings::encoder::EncoderChoice;

/// The table that ships, and the endpoint that takes its place.
pub(crate) struct TextEncoder {
    shipped: StaticEncoder,
    endpoint: Option<Embeddings>,
}

impl TextEncoder {
    /// Reads the table, and reaches the endpoint where one is set whose dimensions are not.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self> {
        let shipped = StaticEncoder::shipped().context("the shipped table of the encoder could not be read")?;
        let endpoint = match &settings.encoder {
            EncoderChoice::Static => None,
            EncoderChoice::Embeddings(chosen) => {
                let config = somabrain_embeddings::Config {
                    key: chosen.key.as_ref().map(|key| key.reveal().to_owned()),
                    dimensions: chosen.dimensions,
                    batch: chosen.batch,
                    roots: settings.tls.roots.clone(),
                    ..somabrain_embeddings::Config::new(&chosen.url, &chosen.model)
                };
                Some(Embeddings::connect(config).await.map_err(|error| unusable(&error))?)
            }
        };
        Ok(Self { shipped, endpoint })
    }

    /// The table that the index reads queries with.
    pub(crate) fn table(&self) -> Arc<Table> {
        self.shipped.table()
    }

    /// Whether the encoder is a server.
    #[cfg(feature = "networked")]
    pub(crate) fn is_apart(&self) -> bool {
        self.endpoint.is_some()
    }

    /// What it is in `/health`. Without the endpoint nothing new is stored, and recall goes by words: degraded.
    pub(crate) fn standing(&self) -> Standing {
        Standing { name: "encoder", optional: self.endpoint.is_some() }
    }

    /// Whether it answers; the table always does.
    pub(crate) async fn probe(&self) -> Result<(), PortError> {
        match &self.endpoint {
            None => Ok(()),
            Some(endpoint) => endpoint.probe().await,
        }
    }

    /// How the breaker before the endpoint stands, where there is one.
    pub(crate) fn measurement(&self) -> Option<Measurement> {
        let state = self.endpoint.as_ref()?.breaker();
        Some(Measurement::Breaker { component: "encoder", state })
    }
}

/// Says why, in one line: the cause tells an operator what to do.
fn unusable(error: &PortError) -> anyhow::Error {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    anyhow!("the encoder of SOMABRAIN_EMBEDDINGS_URL cannot be used: {error}{cause}")
}

impl Encoder for TextEncoder {
    fn id(&self) -> &EncoderId {
        self.endpoint.as_ref().map_or_else(|| self.shipped.id(), Encoder::id)
    }

    fn dimensions(&self) -> usize {
        self.endpoint.as_ref().map_or_else(|| self.shipped.dimensions(), Encoder::dimensions)
    }

    async fn encode(&self, texts: &[&str]) -> Result<Vec<Option<Encoding>>, PortError> {
        match &self.endpoint {
            None => self.shipped.encode(texts).await,
            Some(endpoint) => endpoint.encode(texts).await,
        }
    }

    async fn encode_query(&self, text: &str) -> Result<Option<Encoding>, PortError> {
        match &self.endpoint {
            None => self.shipped.encode_query(text).await,
            Some(endpoint) => endpoint.encode_query(text).await,
        }
    }
}
