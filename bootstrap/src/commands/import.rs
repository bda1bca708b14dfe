//! `somabrain import`: stores what a file holds, in batches, with a progress bar.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use application::use_cases::remember::Remember;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::import::{self, Format};
use crate::target::{Answer, Target};

/// Imports JSON lines, chat messages or LoCoMo conversations. Importing the same file again stores nothing twice and
/// does not bring back what was erased.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What they hold.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Put everything into this namespace, whatever the files say.
    #[arg(long)]
    namespace: Option<String>,
    /// Memories stored in one act.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=1000))]
    batch: u16,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
}

/// What became of the memories.
#[derive(Debug, Default)]
struct Counts {
    stored: usize,
    duplicates: usize,
    erased: usize,
}

/// Runs the command.
pub(crate) async fn run(args: Import, target: &Target) -> Result<()> {
    let mut counts = Counts::default();
    for file in &args.files {
        let memories = import::read(file, args.format, args.namespace.as_deref())?;
        let bar = bar(memories.len() as u64, &file.display().to_string());
        for batch in batches(&memories, usize::from(args.batch)) {
            store(target, batch, &mut counts).await?;
            bar.inc(batch.len() as u64);
        }
        bar.finish();
    }
    let Counts { stored, duplicates, erased } = counts;
    if args.json {
        println!("{}", json!({"stored": stored, "duplicates": duplicates, "erased_before": erased}));
    } else {
        println!("{stored} stored, {duplicates} there already, {erased} erased before and left so");
    }
    Ok(())
}

/// A progress bar that also says how fast it goes and how long it will take.
pub(crate) fn bar(length: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} eta {eta}")
        .expect("the template is a constant");
    ProgressBar::new(length).with_style(style).with_message(what.to_string())
}

/// The memories in their order, in batches of at most `most` that belong to no more namespaces than a batch may.
fn batches(memories: &[Value], most: usize) -> Vec<&[Value]> {
    let (mut batches, mut begin, mut namespaces) = (Vec::new(), 0, HashSet::new());
    for (at, memory) in memories.iter().enumerate() {
        let namespace = memory["namespace"].as_str();
        let is_full =
            at - begin == most || namespaces.len() == Remember::NAMESPACES && !namespaces.contains(&namespace);
        if is_full {
            batches.push(&memories[begin..at]);
            (begin, namespaces) = (at, HashSet::new());
        }
        namespaces.insert(namespace);
    }
    batches.push(&memories[begin..]);
    batches.retain(|batch| !batch.is_empty());
    batches
}

/// Stores a batch at once; where one of it was erased before, one by one, so that the others come in.
async fn store(target: &Target, batch: &[Value], counts: &mut Counts) -> Result<()> {
    let answer = target.patiently("POST", "/remember/batch", Some(&json!({"memories": batch}))).await?;
    if answer.is_success() {
        for one in answer.body["memories"].as_array().into_iter().flatten() {
            counts.add(one);
        }
        return Ok(());
    }
    if answer.status != 409 {
        bail!("{}", answer.complaint());
    }
    for memory in batch {
        match target.patiently("POST", "/remember", Some(memory)).await? {
            answer if answer.is_success() => counts.add(&answer.body),
            Answer { status: 409, .. } => counts.erased += 1,
            answer => bail!("{}", answer.complaint()),
        }
    }
    Ok(())
}

impl Counts {
    fn add(&mut self, answer: &Value) {
        if answer["duplicate"] == true { self.duplicates += 1 } else { self.stored += 1 }
    }
}
