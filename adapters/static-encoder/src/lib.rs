//! The text encoder that ships with the program: a static table.
//!
//! The table (one int8 row per wordpiece, distilled from a sentence encoder; `table/` holds it and the recipe) is a
//! `domain` type, and so is all arithmetic; this crate brings the bytes. The engine of the long-term memory takes the
//! same [`Table`] and weights queries by its own statistics, so queries are left to it.
//!
//! ```
//! use somabrain_static_encoder::StaticEncoder;
//!
//! let encoder = StaticEncoder::shipped()?;
//! assert_eq!(encoder.table().dims(), 256);
//! # Ok::<(), domain::encoding::table::InvalidTable>(())
//! ```

use std::sync::Arc;

use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use domain::encoding::table::{InvalidTable, Table};
use domain::encoding::{EncoderId, Encoding};

/// The table in this repository.
const SHIPPED: &[u8] = include_bytes!("../table/minilm-256.bin");

/// An encoder that sums rows of a table.
#[derive(Debug, Clone)]
pub struct StaticEncoder {
    table: Arc<Table>,
}

impl StaticEncoder {
    /// The encoder over the table that ships with the program; reading it takes some milliseconds, 8 MB stay.
    pub fn shipped() -> Result<Self, InvalidTable> {
        Table::parse(SHIPPED).map(|table| Self::new(Arc::new(table)))
    }

    /// An encoder over any table.
    pub fn new(table: Arc<Table>) -> Self {
        Self { table }
    }

    /// The table, for an engine that weights queries itself.
    pub fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table)
    }
}

impl Encoder for StaticEncoder {
    fn id(&self) -> &EncoderId {
        self.table.encoder()
    }

    fn dimensions(&self) -> usize {
        self.table.dims()
    }

    async fn encode(&self, texts: &[&str]) -> Result<Vec<Option<Encoding>>, PortError> {
        Ok(texts.iter().map(|text| self.table.encode(text)).collect())
    }

    async fn encode_query(&self, _text: &str) -> Result<Option<Encoding>, PortError> {
        Ok(None)
    }
}
