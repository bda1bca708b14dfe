//! The closed sets of names: kinds, sources, relations.

use std::fmt;

use domain::link::Relation;
use domain::memory::{Kind, Source};
use domain::secrets::SecretKind;
use poem_openapi::Enum;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident = $inner:ident { $($(#[$item_doc:meta])* $item:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        #[oai(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$item_doc])* $item),*
        }

        impl From<$name> for $inner {
            fn from(name: $name) -> Self {
                match name {
                    $($name::$item => Self::$item),*
                }
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                match inner {
                    $($inner::$item => Self::$item),*
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($inner::from(*self).as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            // Not derived: serde_json takes a number in an enum's place for bad syntax.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;

                impl Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        let names = $inner::ALL.map($inner::as_str).join(", ");
                        let unknown = || E::custom(format_args!("must be one of {names}"));
                        $inner::from_name(text).map($name::from).ok_or_else(unknown)
                    }
                }

                deserializer.deserialize_str(Reader)
            }
        }
    };
}

closed_set! {
    /// What kind of thing is remembered: something that happened (`episodic`), something that is so (`semantic`), how
    /// something is done (`procedural`).
    MemoryKind = Kind {
        /// Something that happened or was said.
        Episodic,
        /// Something that is so.
        Semantic,
        /// How something is done.
        Procedural,
    }
}

closed_set! {
    /// By which path a memory came in.
    MemorySource = Source {
        /// A person said it.
        User,
        /// An agent wrote it.
        Agent,
        /// A tool returned it.
        Tool,
        /// It was imported.
        Import,
    }
}

closed_set! {
    /// What something looks like that had better not lie in a memory.
    SecretName = SecretKind {
        /// A private key in PEM form.
        PrivateKey,
        /// A key or token of a known issuer, or a JWT.
        Token,
        /// A value behind a name such as `password`, or before the `@` of a URL.
        Password,
        /// The number of a payment card.
        CardNumber,
    }
}

closed_set! {
    /// What a link says: this memory *relation* the other.
    LinkRelation = Relation {
        /// This cannot be done before the other is.
        Requires,
        /// This makes the other possible.
        Enables,
        /// This comes before the other.
        Precedes,
        /// This brings the other about.
        Causes,
        /// This is a part of the other.
        PartOf,
        /// This speaks for the other.
        Supports,
        /// This speaks against the other.
        Contradicts,
        /// They belong together.
        Related,
    }
}
