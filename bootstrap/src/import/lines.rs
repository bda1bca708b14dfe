//! JSON lines: one `POST /remember` body a line.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub(super) fn memories(text: &str) -> Result<Vec<Value>> {
    let mut memories = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let memory: Value = serde_json::from_str(line).with_context(|| format!("line {number} is not valid JSON"))?;
        ensure!(memory.get("content").is_some_and(Value::is_string), "line {number} has no text `content`");
        memories.push(memory);
    }
    Ok(memories)
}
