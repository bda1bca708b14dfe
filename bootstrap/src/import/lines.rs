//! JSON lines: one `POST /remember` body a line.

use anyhow::{Context, Result, ensure};
use domain::memory::{Memory, Procedure};
use serde_json::Value;

pub(super) fn memories(text: &str) -> Result<Vec<Value>> {
    let mut memories = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let memory: Value = serde_json::from_str(line).with_context(|| format!("line {number} is not valid JSON"))?;
        ensure!(memory.get("content").is_some_and(Value::is_string), "line {number} has no text `content`");
        for (field, most) in LISTS {
            let found = memory.pointer(field).and_then(Value::as_array).map_or(0, Vec::len);
            ensure!(found <= most, "line {number} has {found} items in `{}`, at most {most} are allowed", name(field));
        }
        memories.push(memory);
    }
    Ok(memories)
}

/// The lists of a memory, and how many items they may have.
const LISTS: [(&str, usize); 5] = [
    ("/tags", Memory::TAGS),
    ("/supersedes", Memory::SUPERSEDES),
    ("/links", Memory::LINKS_AT_FIRST),
    ("/procedure/preconditions", Procedure::FACTS),
    ("/procedure/effects", Procedure::FACTS),
];

/// A field as problems name it.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
