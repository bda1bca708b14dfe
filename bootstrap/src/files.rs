//! Files: what this program writes is its user's alone, in whatever folder: memories, keys, backups, archives.

/// From now on. A shell's redirection is made before, with the shell's own mask.
#[cfg(unix)]
pub(crate) fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

#[cfg(not(unix))]
pub(crate) fn keep_private() {}
