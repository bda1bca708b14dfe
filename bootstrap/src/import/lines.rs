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
        let facts = ["/procedure/preconditions", "/procedure/effects"];
        for (field, fact) in facts.into_iter().flat_map(|field| facts_of(&memory, field).map(move |fact| (field, fact)))
        {
            let (found, most) = (fact.chars().count(), Procedure::FACT);
            let field = name(field);
            ensure!(
                found <= most,
                "line {number} has {found} characters in one of `{field}`, at most {most} are allowed"
            );
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

fn facts_of<'a>(memory: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    memory.pointer(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A field as problems name it.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
