//! Importers: from the files people have to the bodies that `POST /remember` takes.

pub(crate) mod chat;
pub(crate) mod lines;
pub(crate) mod locomo;

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use uuid::Uuid;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Look and see.
    Auto,
    /// One `POST /remember` body a line.
    Jsonl,
    /// Messages with role and content, or a list of such conversations.
    Chat,
    /// Conversations in the format of the LoCoMo benchmark.
    Locomo,
}

/// Reads a file into memories to store; `namespace` overrules what the file says.
pub(crate) fn read(path: &Path, format: Format, namespace: Option<&str>) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    let whole: Option<Value> = serde_json::from_str(&text).ok();
    let format = if format == Format::Auto { guess(whole.as_ref()) } else { format };
    let file = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut memories = match (format, whole) {
        (Format::Locomo, Some(whole)) => locomo::memories(&whole)?,
        (Format::Chat, Some(whole)) => chat::memories(&whole, &file)?,
        (Format::Locomo | Format::Chat, None) => bail!("{} is not valid JSON", path.display()),
        _ => lines::memories(&text)?,
    };
    if let Some(namespace) = namespace {
        for memory in &mut memories {
            memory["namespace"] = namespace.into();
        }
    }
    for memory in &mut memories {
        if memory.get("id").is_none() {
            memory["id"] = derived_id(memory).to_string().into();
        }
    }
    Ok(memories)
}

fn guess(whole: Option<&Value>) -> Format {
    match whole {
        Some(value) if locomo::recognises(value) => Format::Locomo,
        Some(value) if chat::recognises(value) => Format::Chat,
        _ => Format::Jsonl,
    }
}

/// The same memory gets the same id at every import: importing twice stores once, and what was erased stays erased.
fn derived_id(memory: &Value) -> Uuid {
    let source = serde_json::to_vec(memory).expect("a JSON value can always be written");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &source)
}
