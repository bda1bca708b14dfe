//! Single values: texts, ids, moments, numbers. Each checks itself while it is read, so that an error has its place.

use std::borrow::Cow;
use std::fmt;

use domain::memory::{Cost, Importance, InvalidMemory, MemoryId, MemoryText, Procedure};
use domain::tenant::{Label, Namespace};
use domain::time::Timestamp;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

macro_rules! schema_of {
    ($name:ident, $schema:expr) => {
        impl Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new($schema))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
                serde_json::from_value(value.unwrap_or_default()).map_err(ParseError::custom)
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<serde_json::Value> {
                serde_json::to_value(self).ok()
            }
        }
    };
}
pub(crate) use schema_of;

/// A value that is written as a JSON string.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident($inner:ty), $read:expr, $schema:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(pub $inner);

        schema_of!($name, $schema);

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                $read(value).map(Self).map_err(ParseError::custom)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;

                impl Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        $read(text).map($name).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Reader)
            }
        }
    };
}

text_value! {
    /// A text of 1 to 32,768 characters, at least one of them visible.
    Text(MemoryText), MemoryText::try_new, MetaSchema {
        min_length: Some(1),
        max_length: Some(MemoryText::LIMIT),
        ..MetaSchema::new("string")
    }
}
text_value! {
    /// A fact that holds or not: a text of 1 to 1,024 characters.
    Fact(MemoryText), read_fact, MetaSchema {
        min_length: Some(1),
        max_length: Some(Procedure::FACT),
        ..MetaSchema::new("string")
    }
}

fn read_fact(text: &str) -> Result<MemoryText, InvalidMemory> {
    match text.chars().count() {
        found if found > Procedure::FACT => Err(InvalidMemory::TooLong { found, limit: Procedure::FACT }),
        _ => MemoryText::try_new(text),
    }
}

text_value! {
    /// A label of the caller's own.
    Name(Label), Label::try_new, MetaSchema {
        min_length: Some(1),
        max_length: Some(Label::LIMIT),
        ..MetaSchema::new("string")
    }
}

text_value! {
    /// The name of a namespace.
    NamespaceName(Namespace), Namespace::try_new, MetaSchema {
        min_length: Some(1),
        max_length: Some(Namespace::LIMIT),
        pattern: Some("^[A-Za-z0-9][A-Za-z0-9._:-]*$".into()),
        ..MetaSchema::new("string")
    }
}

text_value! {
    /// An id.
    Id(MemoryId), read_id, MetaSchema::new_with_format("string", "uuid")
}

text_value! {
    /// A moment, RFC 3339.
    Moment(Timestamp), Timestamp::parse, MetaSchema::new_with_format("string", "date-time")
}

macro_rules! written_as {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }
    )*};
}
written_as!(Text, Fact, Name, NamespaceName);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Reads a UUID in its usual form of 36 characters, and no other.
pub(crate) fn read_id(text: &str) -> Result<MemoryId, &'static str> {
    let usual = text.len() == uuid::fmt::Hyphenated::LENGTH;
    let id = usual.then(|| Uuid::try_parse(text).ok()).flatten();
    id.map(MemoryId).ok_or("must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")
}

/// A number that checks its range while it is read.
macro_rules! number_value {
    ($(#[$doc:meta])* $name:ident($inner:ty), $schema:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name(pub $inner);

        schema_of!($name, $schema);

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                let number: f64 = value.parse().map_err(ParseError::custom)?;
                <$inner>::try_new(number).map(Self).map_err(ParseError::custom)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$inner>::try_new(f64::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.0.get())
            }
        }
    };
}

number_value! {
    /// A share: 0 to 1.
    Share(Importance), MetaSchema {
        minimum: Some(0.0),
        maximum: Some(1.0),
        ..MetaSchema::new_with_format("number", "double")
    }
}

number_value! {
    /// A cost: 0 or more.
    Price(Cost), MetaSchema { minimum: Some(0.0), ..MetaSchema::new_with_format("number", "double") }
}

/// A whole number of `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<const LEAST: u32, const MOST: u32>(pub u32);

impl<const LEAST: u32, const MOST: u32> Count<LEAST, MOST> {
    fn try_new(number: u64) -> Result<Self, String> {
        match u32::try_from(number) {
            Ok(number) if (LEAST..=MOST).contains(&number) => Ok(Self(number)),
            _ => Err(format!("is {number}, must be a whole number of {LEAST} to {MOST}")),
        }
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Count<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_new(u64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<const LEAST: u32, const MOST: u32> ParseFromParameter for Count<LEAST, MOST> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        let wrong = || format!("must be a whole number of {LEAST} to {MOST}");
        let number: u64 = value.parse().map_err(|_| ParseError::custom(wrong()))?;
        Self::try_new(number).map_err(ParseError::custom)
    }
}

impl<const LEAST: u32, const MOST: u32> Type for Count<LEAST, MOST> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("Count_{LEAST}_{MOST}").into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            minimum: Some(LEAST.into()),
            maximum: Some(MOST.into()),
            ..MetaSchema::new_with_format("integer", "uint32")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<const LEAST: u32, const MOST: u32> ParseFromJSON for Count<LEAST, MOST> {
    fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
        serde_json::from_value(value.unwrap_or_default()).map_err(ParseError::custom)
    }
}

impl<const LEAST: u32, const MOST: u32> ToJSON for Count<LEAST, MOST> {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.0.into())
    }
}
