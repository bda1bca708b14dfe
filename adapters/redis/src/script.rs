//! The Lua scripts, one an act: Redis runs each of them whole, with nothing in between.

use redis::{Cmd, Script as Hashed, cmd};

/// A script and the name that Redis knows it by once it has seen it.
pub(crate) struct Script {
    text: &'static str,
    hash: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        Self { text, hash: Hashed::new(text).get_hash().to_owned() }
    }

    /// The call of a script that Redis has seen.
    pub(crate) fn by_hash(&self, keys: &[&[u8]], arguments: &[Vec<u8>]) -> Cmd {
        call("EVALSHA", &self.hash, keys, arguments)
    }

    /// The call of a script that Redis has not seen, or not since its restart.
    pub(crate) fn by_text(&self, keys: &[&[u8]], arguments: &[Vec<u8>]) -> Cmd {
        call("EVAL", self.text, keys, arguments)
    }
}

fn call(command: &str, script: &str, keys: &[&[u8]], arguments: &[Vec<u8>]) -> Cmd {
    let mut call = cmd(command);
    call.arg(script).arg(keys.len()).arg(keys).arg(arguments);
    call
}

macro_rules! of_session {
    ($file:literal) => {
        Script::new(concat!(include_str!("scripts/session.lua"), include_str!(concat!("scripts/", $file))))
    };
}

/// All scripts.
pub(crate) struct Scripts {
    pub(crate) admit: Script,
    pub(crate) held: Script,
    pub(crate) touch: Script,
    pub(crate) forget: Script,
    pub(crate) end: Script,
    pub(crate) rate: Script,
}

impl Scripts {
    /// The scripts, with their names reckoned.
    pub(crate) fn new() -> Self {
        Self {
            admit: of_session!("admit.lua"),
            held: of_session!("held.lua"),
            touch: of_session!("touch.lua"),
            forget: of_session!("forget.lua"),
            end: of_session!("end.lua"),
            rate: Script::new(include_str!("scripts/rate.lua")),
        }
    }
}
