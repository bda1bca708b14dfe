//! Who owns a memory and where it lives: tenant, namespace, and the labels people give to things.

use std::fmt;

use thiserror::Error;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidName {
    /// Nothing is left to call it by.
    #[error("must not be empty")]
    Empty,
    /// More characters than a name may have.
    #[error("has {found} characters, at most {limit} are allowed")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A character that may not stand there.
    #[error("must not contain {0:?}")]
    Character(char),
    /// Names begin with a letter or digit, so that they can never be a path such as `..`.
    #[error("must begin with a letter or a digit, not {0:?}")]
    Start(char),
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Most characters that a name of this kind may have.
            pub const LIMIT: usize = $limit;

            /// Checks `text` and takes it as it stands.
            pub fn try_new(text: &str) -> Result<Self, InvalidName> {
                $check(text, Self::LIMIT)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The owner of memories: 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
    /// It comes from the caller's token, never from a body.
    Tenant, 64, unbroken
}
name! {
    /// A part of a tenant's memories that is searched and erased as one: 1 to 128 of
    /// `A-Z a-z 0-9 . _ : -`, beginning with a letter or digit.
    Namespace, 128, plain
}
name! {
    /// A label of the caller's own (user, agent, session, speaker, tag): 1 to 256 characters, no
    /// control characters.
    Label, 256, free
}

impl Default for Namespace {
    fn default() -> Self {
        Self("default".into())
    }
}

/// A plain name without `:`, which parts a tenant from what is its own in the keys of other systems.
fn unbroken(text: &str, limit: usize) -> Result<(), InvalidName> {
    if text.contains(':') {
        return Err(InvalidName::Character(':'));
    }
    plain(text, limit)
}

fn plain(text: &str, limit: usize) -> Result<(), InvalidName> {
    length(text, limit)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
    if let Some(c) = text.chars().find(|&c| !fits(c)) {
        return Err(InvalidName::Character(c));
    }
    match text.chars().next() {
        Some(c) if !c.is_ascii_alphanumeric() => Err(InvalidName::Start(c)),
        _ => Ok(()),
    }
}

fn free(text: &str, limit: usize) -> Result<(), InvalidName> {
    length(text, limit)?;
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(InvalidName::Character(c)),
        None => Ok(()),
    }
}

fn length(text: &str, limit: usize) -> Result<(), InvalidName> {
    match text.chars().count() {
        0 => Err(InvalidName::Empty),
        found if found > limit => Err(InvalidName::TooLong { found, limit }),
        _ => Ok(()),
    }
}
