//! What callers attach to a memory: an object of JSON-like values, without knowing JSON.

use std::collections::BTreeMap;

use thiserror::Error;

/// A value inside metadata.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction or beyond 128 bits; always finite.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(BTreeMap<String, Value>),
}

/// An object of at most 16 KiB and 32 levels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata(BTreeMap<String, Value>);

/// Why metadata was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidMetadata {
    /// Larger than 16 KiB.
    #[error("has about {found} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Nested deeper than 32 levels.
    #[error("is nested deeper than {limit} levels")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
}

impl Metadata {
    /// Most bytes of the object, keys and texts counted as UTF-8, other values as eight.
    pub const LIMIT: usize = 16 * 1024;
    /// Most levels of objects and lists inside each other.
    pub const DEPTH: usize = 32;

    /// Checks size and depth.
    pub fn try_new(object: BTreeMap<String, Value>) -> Result<Self, InvalidMetadata> {
        let found = measured(&object)?;
        if found > Self::LIMIT {
            return Err(InvalidMetadata::TooLarge { found, limit: Self::LIMIT });
        }
        Ok(Self(object))
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All keys and values, by key.
    pub fn entries(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// About how many bytes it has, as [`LIMIT`](Self::LIMIT) counts them.
    pub fn bytes(&self) -> usize {
        measured(&self.0).unwrap_or(Self::LIMIT)
    }

    /// Whether nothing is attached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn measured(object: &BTreeMap<String, Value>) -> Result<usize, InvalidMetadata> {
    let mut found = 0;
    measure_object(object, 1, &mut found)?;
    Ok(found)
}

fn measure_object(object: &BTreeMap<String, Value>, depth: usize, found: &mut usize) -> Result<(), InvalidMetadata> {
    for (key, value) in object {
        *found += key.len();
        measure(value, depth, found)?;
    }
    Ok(())
}

fn measure(value: &Value, depth: usize, found: &mut usize) -> Result<(), InvalidMetadata> {
    if depth > Metadata::DEPTH {
        return Err(InvalidMetadata::TooDeep { limit: Metadata::DEPTH });
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => *found += 8,
        Value::Text(text) => *found += text.len(),
        Value::List(list) => {
            for value in list {
                *found += 1;
                measure(value, depth + 1, found)?;
            }
        }
        Value::Object(object) => measure_object(object, depth + 1, found)?,
    }
    Ok(())
}
