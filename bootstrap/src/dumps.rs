//! Core dumps: none, since memories, keys and tokens are in the process's memory.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Neither this process nor what it starts leaves its memory in a file, and no debugger of the same user may look into it.
/// What the system does not allow is logged: it is no reason not to serve.
pub(crate) fn forbid() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none).and_then(|()| not_dumpable()) {
        tracing::warn!(%error, "core dumps could not be forbidden");
    }
}

/// A limit does not hold for dumps that the system hands to a program; this does.
#[cfg(target_os = "linux")]
fn not_dumpable() -> rustix::io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

#[cfg(not(target_os = "linux"))]
fn not_dumpable() -> rustix::io::Result<()> {
    Ok(())
}
