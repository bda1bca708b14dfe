//! Turns of conversations for tests.

use domain::memory::Memory;
use domain::tenant::Label;

use crate::memories::memory;

/// The memory of that number: what a speaker said in a session; an empty name is nobody, an empty session none.
pub(crate) fn turn(number: u128, session: &str, speaker: &str, text: &str) -> Memory {
    let mut memory = memory(number, text);
    memory.origin.session = Label::try_new(session).ok();
    memory.origin.speaker = Label::try_new(speaker).ok();
    memory
}
