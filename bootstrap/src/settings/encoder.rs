//! Which encoder says where texts lie in meaning.

use anyhow::{Context, Result, bail};

use super::{Secret, Values};

/// The encoder.
#[derive(Debug, Clone)]
pub(crate) enum EncoderChoice {
    /// The table that ships with the program.
    Static,
    /// An OpenAI-compatible endpoint.
    Embeddings(EmbeddingsSettings),
}

/// Where the endpoint is and what it is asked for.
#[derive(Debug, Clone)]
pub(crate) struct EmbeddingsSettings {
    /// Its address, with or without `/v1`.
    pub url: String,
    /// The model.
    pub model: String,
    /// What it asks for.
    pub key: Option<Secret>,
    /// How many dimensions to ask for; `None`: what it gives.
    pub dimensions: Option<usize>,
    /// Most texts of one request.
    pub batch: usize,
}

impl EncoderChoice {
    /// Reads what must be there; the error names what is not.
    pub(super) fn read(values: &Values<'_>) -> Result<Self> {
        match values.text("encoder").unwrap_or("static") {
            "static" => Ok(Self::Static),
            "embeddings" => Ok(Self::Embeddings(EmbeddingsSettings::read(values)?)),
            other => bail!("SOMABRAIN_ENCODER is `{other}`, must be `static` or `embeddings`"),
        }
    }
}

impl EmbeddingsSettings {
    fn read(values: &Values<'_>) -> Result<Self> {
        let needed = |key: &str, variable: &str| {
            let given = values.text(key).map(str::to_owned);
            given.with_context(|| {
                format!("the encoder `embeddings` needs {variable}: set it, or SOMABRAIN_ENCODER=static")
            })
        };
        let dimensions = match values.text("embeddings_dimensions") {
            Some(_) => Some(values.parsed("embeddings_dimensions", "", "a whole number from 1 to 4096")?),
            None => None,
        };
        Ok(Self {
            url: needed("embeddings_url", "SOMABRAIN_EMBEDDINGS_URL")?,
            model: needed("embeddings_model", "SOMABRAIN_EMBEDDINGS_MODEL")?,
            key: values.text("embeddings_key").map(|key| Secret(key.to_owned())),
            dimensions,
            batch: values.parsed("embeddings_batch", "64", "a whole number from 1 to 2048")?,
        })
    }
}
