//! One number a term, by the terms' names; zeros are left out, unknown names passed over.

use std::fmt;

use domain::recall::term::{PerTerm, Term};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Signals or weights.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TermsWire(pub(crate) PerTerm);

impl Serialize for TermsWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = Term::ALL.into_iter().map(|term| (term.as_str(), self.0.get(term)));
        // The negative zero is a number too.
        serializer.collect_map(all.filter(|(_, value)| value.to_bits() != 0))
    }
}

impl<'de> Deserialize<'de> for TermsWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByName).map(Self)
    }
}

struct ByName;

impl<'de> Visitor<'de> for ByName {
    type Value = PerTerm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number for each term")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PerTerm, A::Error> {
        let mut terms = PerTerm::default();
        while let Some(Name(term)) = map.next_key()? {
            match term {
                Some(term) => terms.set(term, map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(terms)
    }
}

/// A term by its name, without a copy of the name.
struct Name(Option<Term>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Known;
        impl Visitor<'_> for Known {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a term")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(Term::from_name(name)))
            }
        }
        deserializer.deserialize_str(Known)
    }
}
