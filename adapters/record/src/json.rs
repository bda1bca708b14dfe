//! Metadata, tags, links and procedures as JSON text, and back without losing a bit. Equal values give equal text.

use std::collections::BTreeMap;

use domain::link::{Link, Relation};
use domain::memory::{MemoryId, Procedure};
use domain::metadata::{InvalidMetadata, Metadata, Value};
use domain::tenant::Label;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::error::InvalidRecord;
use crate::parts::ProcedureRecord;

/// Metadata as a JSON object.
pub fn from_metadata(metadata: &Metadata) -> String {
    text(&Object(metadata.entries()))
}

/// The metadata that [`from_metadata`] wrote.
pub fn to_metadata(field: &'static str, json: &str) -> Result<Metadata, InvalidRecord> {
    if json == "{}" {
        return Ok(Metadata::default());
    }
    Metadata::try_new(object(field, json, 1)?).map_err(|broken| InvalidRecord::new(field, broken))
}

/// Tags as a JSON list of texts.
pub fn from_labels(labels: &[Label]) -> String {
    text(&labels.iter().map(Label::as_str).collect::<Vec<_>>())
}

/// The tags that [`from_labels`] wrote.
pub fn to_labels(field: &'static str, json: &str) -> Result<Vec<Label>, InvalidRecord> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let labels: Vec<String> = read(field, json)?;
    labels.iter().map(|label| Label::try_new(label).map_err(|broken| InvalidRecord::new(field, broken))).collect()
}

/// Ids as a JSON list of UUIDs.
pub fn from_ids(ids: &[MemoryId]) -> String {
    text(&ids.iter().map(MemoryId::to_string).collect::<Vec<_>>())
}

/// The ids that [`from_ids`] wrote.
pub fn to_ids(field: &'static str, json: &str) -> Result<Vec<MemoryId>, InvalidRecord> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = read(field, json)?;
    ids.iter().map(|id| to_id(field, id)).collect()
}

/// Links as a JSON list of `[relation, id]`.
pub fn from_links(links: &[Link]) -> String {
    text(&links.iter().map(|link| (link.relation.as_str(), link.to.to_string())).collect::<Vec<_>>())
}

/// The links that [`from_links`] wrote.
pub fn to_links(field: &'static str, json: &str) -> Result<Vec<Link>, InvalidRecord> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let links: Vec<(String, String)> = read(field, json)?;
    let link = |(name, id): &(String, String)| {
        let relation = Relation::from_name(name).ok_or_else(|| InvalidRecord::new(field, "an unknown relation"))?;
        Ok(Link { to: to_id(field, id)?, relation })
    };
    links.iter().map(link).collect()
}

/// A procedure as a JSON object.
pub fn from_procedure(procedure: &Procedure) -> String {
    text(&ProcedureRecord::from(procedure))
}

/// The procedure that [`from_procedure`] wrote.
pub fn to_procedure(field: &'static str, json: &str) -> Result<Procedure, InvalidRecord> {
    read::<ProcedureRecord>(field, json)?.try_into()
}

/// Anything that serde can write; what is written here has text keys and finite numbers only.
pub fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text keys and finite numbers are always JSON")
}

/// Anything that serde can read.
pub fn read<'a, T: Deserialize<'a>>(field: &'static str, json: &'a str) -> Result<T, InvalidRecord> {
    serde_json::from_str(json).map_err(|error| InvalidRecord::unread(field, &error))
}

fn to_id(field: &'static str, text: &str) -> Result<MemoryId, InvalidRecord> {
    Uuid::try_parse(text).map(MemoryId).map_err(|broken| InvalidRecord::new(field, broken))
}

fn object(field: &'static str, json: &str, depth: usize) -> Result<BTreeMap<String, Value>, InvalidRecord> {
    let raw: BTreeMap<String, &RawValue> = read(field, json)?;
    raw.into_iter().map(|(key, raw)| Ok((key, value(field, raw.get(), depth)?))).collect()
}

/// Numbers are parsed here and not by serde_json, which knows whole numbers up to 64 bits only and rounds others.
fn value(field: &'static str, json: &str, depth: usize) -> Result<Value, InvalidRecord> {
    let wrong = |broken| InvalidRecord::new(field, broken);
    // Before descending: what is read may be nested deeper than any stack.
    if depth > Metadata::DEPTH {
        return Err(InvalidRecord::new(field, InvalidMetadata::TooDeep { limit: Metadata::DEPTH }));
    }
    Ok(match json.as_bytes().first() {
        Some(b'{') => Value::Object(object(field, json, depth + 1)?),
        Some(b'[') => {
            let raw: Vec<&RawValue> = read(field, json)?;
            Value::List(raw.into_iter().map(|raw| value(field, raw.get(), depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(read(field, json)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ if json.contains(['.', 'e', 'E']) => match json.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => return Err(wrong("not a finite number")),
        },
        _ => Value::Integer(json.parse().map_err(|_| wrong("not a whole number of 128 bits"))?),
    })
}

/// An object of values.
pub(crate) struct Object<'a>(pub(crate) &'a BTreeMap<String, Value>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, Json(value))))
    }
}

struct Json<'a>(&'a Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(yes) => serializer.serialize_bool(*yes),
            Value::Integer(number) => serializer.serialize_i128(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(list) => serializer.collect_seq(list.iter().map(Json)),
            Value::Object(entries) => Object(entries).serialize(serializer),
        }
    }
}
