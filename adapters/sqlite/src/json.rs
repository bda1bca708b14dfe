//! Metadata, tags, links and procedures as JSON text in a column, and back without losing a bit.

use std::collections::BTreeMap;

use domain::link::{Link, Relation};
use domain::memory::{Cost, MemoryId, MemoryText, Procedure};
use domain::metadata::{Metadata, Value};
use domain::tenant::Label;
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::error::InvalidRow;

/// Metadata as a JSON object.
pub(crate) fn from_metadata(metadata: &Metadata) -> String {
    text(&Object(metadata.entries()))
}

/// The metadata that [`from_metadata`] wrote.
pub(crate) fn to_metadata(column: &'static str, json: &str) -> Result<Metadata, InvalidRow> {
    if json == "{}" {
        return Ok(Metadata::default());
    }
    let raw: BTreeMap<String, &RawValue> = read(column, json)?;
    Metadata::try_new(object(column, raw)?).map_err(|broken| InvalidRow::new(column, broken))
}

/// Tags as a JSON list of texts.
pub(crate) fn from_labels(labels: &[Label]) -> String {
    text(&labels.iter().map(Label::as_str).collect::<Vec<_>>())
}

/// The tags that [`from_labels`] wrote.
pub(crate) fn to_labels(column: &'static str, json: &str) -> Result<Vec<Label>, InvalidRow> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let labels: Vec<String> = read(column, json)?;
    labels.iter().map(|label| Label::try_new(label).map_err(|broken| InvalidRow::new(column, broken))).collect()
}

/// Ids as a JSON list of UUIDs.
pub(crate) fn from_ids(ids: &[MemoryId]) -> String {
    text(&ids.iter().map(MemoryId::to_string).collect::<Vec<_>>())
}

/// The ids that [`from_ids`] wrote.
pub(crate) fn to_ids(column: &'static str, json: &str) -> Result<Vec<MemoryId>, InvalidRow> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = read(column, json)?;
    ids.iter().map(|id| to_id(column, id)).collect()
}

/// Links as a JSON list of `[relation, id]`.
pub(crate) fn from_links(links: &[Link]) -> String {
    text(&links.iter().map(|link| (link.relation.as_str(), link.to.to_string())).collect::<Vec<_>>())
}

/// The links that [`from_links`] wrote.
pub(crate) fn to_links(column: &'static str, json: &str) -> Result<Vec<Link>, InvalidRow> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let links: Vec<(String, String)> = read(column, json)?;
    let link = |(name, id): &(String, String)| {
        let relation = Relation::from_name(name).ok_or_else(|| InvalidRow::new(column, "an unknown relation"))?;
        Ok(Link { to: to_id(column, id)?, relation })
    };
    links.iter().map(link).collect()
}

/// A procedure as a JSON object.
pub(crate) fn from_procedure(procedure: &Procedure) -> String {
    let texts =
        |texts: &[MemoryText]| Value::List(texts.iter().map(|text| Value::Text(text.as_str().into())).collect());
    text(&Object(&BTreeMap::from([
        ("preconditions".into(), texts(&procedure.preconditions)),
        ("effects".into(), texts(&procedure.effects)),
        ("cost".into(), Value::Float(procedure.cost.get())),
    ])))
}

/// The procedure that [`from_procedure`] wrote.
pub(crate) fn to_procedure(column: &'static str, json: &str) -> Result<Procedure, InvalidRow> {
    let raw: BTreeMap<String, &RawValue> = read(column, json)?;
    let part = |name| raw.get(name).map(|raw| raw.get()).ok_or_else(|| InvalidRow::new(column, "a part is missing"));
    let texts = |name| {
        let texts: Vec<String> = read(column, part(name)?)?;
        let text = |text: &String| MemoryText::try_new(text).map_err(|broken| InvalidRow::new(column, broken));
        texts.iter().map(text).collect::<Result<Vec<_>, _>>()
    };
    let cost: f64 = part("cost")?.parse().map_err(|broken| InvalidRow::new(column, broken))?;
    Ok(Procedure {
        preconditions: texts("preconditions")?,
        effects: texts("effects")?,
        cost: Cost::try_new(cost).map_err(|broken| InvalidRow::new(column, broken))?,
    })
}

/// Anything that serde can write; what is written here has text keys and finite numbers only.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text keys and finite numbers are always JSON")
}

/// Anything that serde can read.
pub(crate) fn read<'a, T: serde::Deserialize<'a>>(column: &'static str, json: &'a str) -> Result<T, InvalidRow> {
    serde_json::from_str(json).map_err(|broken| InvalidRow::new(column, broken))
}

fn to_id(column: &'static str, text: &str) -> Result<MemoryId, InvalidRow> {
    Uuid::try_parse(text).map(MemoryId).map_err(|broken| InvalidRow::new(column, broken))
}

fn object(column: &'static str, raw: BTreeMap<String, &RawValue>) -> Result<BTreeMap<String, Value>, InvalidRow> {
    raw.into_iter().map(|(key, raw)| Ok((key, value(column, raw.get())?))).collect()
}

/// Numbers are parsed here and not by serde_json, which knows whole numbers up to 64 bits only and rounds others.
fn value(column: &'static str, json: &str) -> Result<Value, InvalidRow> {
    let wrong = |broken| InvalidRow::new(column, broken);
    Ok(match json.as_bytes().first() {
        Some(b'{') => Value::Object(object(column, read(column, json)?)?),
        Some(b'[') => {
            let raw: Vec<&RawValue> = read(column, json)?;
            Value::List(raw.into_iter().map(|raw| value(column, raw.get())).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(read(column, json)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ if json.contains(['.', 'e', 'E']) => Value::Float(json.parse().map_err(|_| wrong("not a number"))?),
        _ => Value::Integer(json.parse().map_err(|_| wrong("not a whole number"))?),
    })
}

struct Object<'a>(&'a BTreeMap<String, Value>);

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
