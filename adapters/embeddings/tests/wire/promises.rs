//! The promises of `Encoder`, kept over HTTP.

use crate::server::Endpoint;
use somabrain_embeddings::{Config, Embeddings};

async fn encoder(config: impl FnOnce(Config) -> Config) -> Embeddings {
    let endpoint = Endpoint::start();
    Embeddings::connect(config(Config::new(&endpoint.url, "words"))).await.unwrap()
}

contract::encoder!(encoder(|config| config).await);

mod two_at_a_time_in_few_dimensions {
    use super::*;

    contract::encoder!(encoder(|config| Config { batch: 2, dimensions: Some(64), ..config }).await);
}
