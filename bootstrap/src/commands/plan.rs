//! `somabrain plan`: a plan for a goal from what is stored.

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;

use crate::target::Target;

/// Makes a plan for a goal from what is stored.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// What is to be reached.
    goal: String,
    /// A fact that holds now; may be given several times.
    #[arg(long = "context")]
    context: Vec<String>,
    /// Which part of the memories.
    #[arg(long)]
    namespace: Option<String>,
    /// Most steps, 1 to 1,000.
    #[arg(long, default_value_t = 12)]
    max_steps: usize,
    /// Print the whole answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(args: Plan, target: &Target) -> Result<()> {
    let mut body = json!({"goal": args.goal, "context": args.context, "max_steps": args.max_steps});
    if let Some(namespace) = args.namespace {
        body["namespace"] = namespace.into();
    }
    let answer = target.call("POST", "/plan", Some(&body)).await?;
    if !answer.is_success() {
        bail!("{}", answer.complaint());
    }
    if args.json {
        println!("{}", answer.body);
        return Ok(());
    }
    println!("{}", answer.body["status"].as_str().unwrap_or_default());
    for step in answer.body["steps"].as_array().into_iter().flatten() {
        println!("{:>3}. {}", step["n"].as_u64().unwrap_or_default(), step["action"].as_str().unwrap_or_default());
    }
    for gap in answer.body["gaps"].as_array().into_iter().flatten() {
        println!("  missing: {}", gap["need"].as_str().unwrap_or_default());
    }
    for cycle in answer.body["cycles"].as_array().into_iter().flatten() {
        println!("  these wait for each other: {cycle}");
    }
    Ok(())
}
