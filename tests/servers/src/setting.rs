//! The environment of tests.

use std::path::PathBuf;

/// What the environment says, if it says anything.
#[expect(clippy::disallowed_methods, reason = "these settings are the tests', not the program's")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
