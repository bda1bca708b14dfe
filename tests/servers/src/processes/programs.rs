//! Where the programs of the servers are.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::setting::setting;

/// A program, or a folder of jars, by its name in the folder of programs; otherwise the first of the usual places.
pub(super) fn find(name: &str, usual: &[PathBuf]) -> io::Result<PathBuf> {
    let named = setting("SOMABRAIN_TEST_PROGRAMS").map(|folder| Path::new(&folder).join(name));
    named.iter().chain(usual).find(|path| path.exists()).cloned().ok_or_else(|| {
        io::Error::other(format!("no {name} on this machine: run .ci/servers, or set SOMABRAIN_TEST_PROGRAMS"))
    })
}

/// Where `.ci/servers` keeps what it fetched.
pub(super) fn cache() -> PathBuf {
    match (setting("SOMABRAIN_CI_CACHE"), setting("HOME")) {
        (Some(folder), _) => folder.into(),
        (None, home) => Path::new(&home.unwrap_or_default()).join(".cache/somabrain-ci"),
    }
}

/// Whether this process may do everything, and so must not run Postgres as itself.
pub(super) fn privileged() -> io::Result<bool> {
    Ok(std::fs::metadata("/proc/self")?.uid() == 0)
}
