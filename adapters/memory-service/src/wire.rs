//! What travels between client and server, and its conversions. What is read is input and is checked again.
//!
//! Client and server may be a version apart, either way: fields that are not known are passed over, and fields that came
//! later need not be there. A filter is the exception: a condition that is passed over would answer too much.

mod cue;
mod entry;
mod terms;

use application::ports::long_term::{Searched, ServiceId};
use domain::index::{Candidate, Found, Reading};
use domain::memory::{Memory, Seq};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use somabrain_record::{InvalidRecord, Record};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

pub(crate) use cue::CueWire;
pub(crate) use entry::EntryWire;
use terms::TermsWire;

/// A document that is not of this wire. It says what is wrong and where, never what was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct InvalidWire(String);

impl InvalidWire {
    /// What is wrong with a field.
    pub(crate) fn new(field: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("field {field} is invalid: {why}"))
    }

    /// The same as a part of something.
    pub(crate) fn within(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl From<InvalidRecord> for InvalidWire {
    fn from(invalid: InvalidRecord) -> Self {
        Self(invalid.to_string())
    }
}

/// Entries to apply, in their order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EntriesWire {
    pub(crate) entries: Vec<EntryWire>,
}

/// How far a tenant's entries were applied.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PositionWire {
    pub(crate) position: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<Uuid>,
}

/// Who answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServiceWire {
    pub(crate) service: Uuid,
}

/// The name of a service, if it has one.
pub(crate) fn name_of(service: ServiceId) -> Option<Uuid> {
    (service != ServiceId::NAMELESS).then_some(service.0)
}

/// Who answered: a service that tells no name is nameless.
pub(crate) fn named(service: Option<Uuid>) -> ServiceId {
    service.map_or(ServiceId::NAMELESS, ServiceId)
}

/// What a search found, the best first, and how the query was read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CandidatesWire {
    candidates: Vec<CandidateWire>,
    reading: ReadingWire,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Uuid>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CandidateWire {
    seq: i64,
    signals: TermsWire,
    memory: Record,
    named: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct ReadingWire {
    words: usize,
    named: usize,
}

impl From<&Searched> for CandidatesWire {
    fn from(Searched { found, by }: &Searched) -> Self {
        let wire = |one: &Candidate| CandidateWire {
            seq: one.seq.0,
            signals: TermsWire(one.signals),
            memory: Record::from(&*one.memory),
            named: one.named,
        };
        let Reading { words, named } = found.reading;
        let candidates = found.candidates.iter().map(wire).collect();
        Self { candidates, reading: ReadingWire { words, named }, service: name_of(*by) }
    }
}

impl TryFrom<CandidatesWire> for Searched {
    type Error = InvalidWire;

    fn try_from(wire: CandidatesWire) -> Result<Self, InvalidWire> {
        let candidate = |one: CandidateWire| {
            let memory = Arc::new(Memory::try_from(one.memory)?);
            Ok(Candidate { memory, seq: Seq(one.seq), signals: one.signals.0, named: one.named })
        };
        let candidates: Result<Vec<Candidate>, InvalidWire> = wire.candidates.into_iter().map(candidate).collect();
        let ReadingWire { words, named } = wire.reading;
        let found = Found { candidates: candidates?, reading: Reading { words, named } };
        Ok(Self { found, by: self::named(wire.service) })
    }
}

/// Writes a document; what is written here has text keys only.
pub(crate) fn write(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).expect("text keys are always JSON")
}

/// Reads a document.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, InvalidWire> {
    let text = std::str::from_utf8(bytes).map_err(|_| InvalidWire::new("body", "not UTF-8"))?;
    Ok(somabrain_record::json::read("body", text)?)
}
