//! The parts of a record that have a shape of their own.

use data_encoding::BASE64;
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Cost, MemoryText, Procedure};
use domain::metadata::Metadata;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::InvalidRecord;
use crate::json::{self, Object};

/// Metadata for serde, with every number exact: to be read by `serde_json` only, and not inside a tagged or flattened
/// type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetadataRecord(pub Metadata);

impl MetadataRecord {
    /// Whether nothing is attached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for MetadataRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Object(self.0.entries()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MetadataRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        json::to_metadata("metadata", raw.get()).map(Self).map_err(D::Error::custom)
    }
}

/// A procedure; its text in columns is kept under a checksum, so that the order of the fields stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProcedureRecord {
    cost: f64,
    effects: Vec<String>,
    preconditions: Vec<String>,
}

impl From<&Procedure> for ProcedureRecord {
    fn from(procedure: &Procedure) -> Self {
        let texts = |texts: &[MemoryText]| texts.iter().map(|text| text.as_str().to_owned()).collect();
        Self {
            cost: procedure.cost.get(),
            effects: texts(&procedure.effects),
            preconditions: texts(&procedure.preconditions),
        }
    }
}

impl TryFrom<ProcedureRecord> for Procedure {
    type Error = InvalidRecord;

    fn try_from(record: ProcedureRecord) -> Result<Self, InvalidRecord> {
        let texts = |texts: &[String]| {
            let text = |text: &String| MemoryText::try_new(text).map_err(|e| InvalidRecord::new("procedure", e));
            texts.iter().map(text).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            preconditions: texts(&record.preconditions)?,
            effects: texts(&record.effects)?,
            cost: Cost::try_new(record.cost).map_err(|e| InvalidRecord::new("procedure", e))?,
        })
    }
}

/// An encoding for serde: the id of its encoder, and its int8 row in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodingRecord {
    encoder: String,
    /// The int8 components as bytes in base64.
    row: String,
}

impl From<&Encoding> for EncodingRecord {
    fn from(encoding: &Encoding) -> Self {
        let bytes: Vec<u8> = encoding.row().iter().map(|&x| x.cast_unsigned()).collect();
        Self { encoder: encoding.encoder().as_str().into(), row: BASE64.encode(&bytes) }
    }
}

impl TryFrom<EncodingRecord> for Encoding {
    type Error = InvalidRecord;

    fn try_from(record: EncodingRecord) -> Result<Self, InvalidRecord> {
        let bytes = BASE64.decode(record.row.as_bytes()).map_err(|e| InvalidRecord::new("encoding", e))?;
        let row = bytes.into_iter().map(u8::cast_signed).collect();
        Self::from_row(EncoderId::new(&record.encoder), row).map_err(|e| InvalidRecord::new("encoding", e))
    }
}
