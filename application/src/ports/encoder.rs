//! The encoder: from a text to its place in meaning.

use std::future::Future;

use domain::encoding::{EncoderId, Encoding};

use super::error::PortError;

/// A text encoder. Suite: `contract::encoder`.
///
/// Obligations: the same text gives the same encoding, always, alone or among others; answers are in the order of the
/// texts; every encoding carries [`Encoder::id`] and has the same number of dimensions; a text that holds nothing the
/// encoder knows answers `None`.
pub trait Encoder: Send + Sync {
    /// The encoder's name, version included.
    fn id(&self) -> &EncoderId;

    /// The number of dimensions of its encodings.
    fn dimensions(&self) -> usize;

    /// Encodes texts.
    fn encode(&self, texts: &[&str]) -> impl Future<Output = Result<Vec<Option<Encoding>>, PortError>> + Send;

    /// Encodes a query, where the long-term memory cannot do that itself; `None` where it can, with the statistics of
    /// the namespace.
    fn encode_query(&self, text: &str) -> impl Future<Output = Result<Option<Encoding>, PortError>> + Send;
}
