//! Reading corpora: LoCoMo's published format, or JSON lines.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::corpus::{Corpus, questions};
use super::{lines, locomo};
use crate::import;

/// Reads all files; the error is one line that names the file, and the line where there are lines.
pub(crate) fn load(files: &[PathBuf]) -> Result<Vec<Corpus>> {
    let mut corpora = Vec::new();
    for file in files {
        read(file, &mut corpora).with_context(|| file.display().to_string())?;
    }
    ensure!(!questions(&corpora).is_empty(), "there is no question in {}", names(files));
    Ok(corpora)
}

fn read(file: &Path, corpora: &mut Vec<Corpus>) -> Result<()> {
    let text = std::fs::read_to_string(file).context("could not be read")?;
    match serde_json::from_str::<Value>(&text) {
        Ok(whole) if import::locomo::recognises(&whole) => locomo::add(&whole, corpora),
        Ok(Value::Array(_)) => bail!("is neither LoCoMo's format nor JSON lines"),
        Err(error) if text.trim_start().starts_with('[') => bail!("is not valid JSON: {error}"),
        _ => lines::add(&text, corpora),
    }
}

fn names(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}
