//! Values by the names of the score's terms: whoever reads knows other terms than whoever wrote, perhaps.

use std::collections::BTreeMap;

use domain::memory::MemoryId;
use domain::recall::term::{PerTerm, Signals, Term};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::InvalidRecord;
use crate::json::{read, text};

/// One value a term as a JSON object by name, in the order of names; what is 0 is left out.
pub fn from_terms(values: &PerTerm) -> String {
    let values = Term::ALL.into_iter().map(|term| (term.as_str(), finite(values.get(term))));
    text(&values.filter(|(_, value)| *value != 0.0).collect::<BTreeMap<_, _>>())
}

/// The values that [`from_terms`] wrote; unknown names are passed over.
pub fn to_terms(field: &'static str, json: &str) -> Result<PerTerm, InvalidRecord> {
    let values: BTreeMap<String, f32> = read(field, json)?;
    let known = values.into_iter().filter_map(|(name, value)| Some((Term::from_name(&name)?, value)));
    Ok(known.fold(PerTerm::default(), |all, (term, value)| all.with(term, value)))
}

/// Memories with their signals. The names stand once, each memory has a value a name.
#[derive(Debug, Serialize, Deserialize)]
struct Table {
    terms: Vec<String>,
    memories: Vec<(Uuid, Vec<f32>)>,
}

/// Memories with their signals as JSON, in their order. Terms that are 0 for all of them are left out.
pub fn from_signals(memories: &[(MemoryId, Signals)]) -> String {
    let is_used = |term: &Term| memories.iter().any(|(_, signals)| finite(signals.get(*term)) != 0.0);
    let terms: Vec<Term> = Term::ALL.into_iter().filter(is_used).collect();
    let row = |(id, signals): &(MemoryId, Signals)| {
        (id.0, terms.iter().map(|term| finite(signals.get(*term))).collect::<Vec<f32>>())
    };
    let names = terms.iter().map(|term| term.as_str().to_owned()).collect();
    text(&Table { terms: names, memories: memories.iter().map(row).collect() })
}

/// The memories that [`from_signals`] wrote; unknown names are passed over.
pub fn to_signals(field: &'static str, json: &str) -> Result<Vec<(MemoryId, Signals)>, InvalidRecord> {
    let Table { terms, memories } = read(field, json)?;
    let terms: Vec<Option<Term>> = terms.iter().map(|name| Term::from_name(name)).collect();
    let row = |(id, values): (Uuid, Vec<f32>)| {
        let known = terms.iter().zip(values).filter_map(|(term, value)| Some(((*term)?, value)));
        (MemoryId(id), known.fold(Signals::default(), |all, (term, value)| all.with(term, value)))
    };
    Ok(memories.into_iter().map(row).collect())
}

/// What JSON can say.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}
