//! `somabrain recall`: the memories that answer a query.

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::target::Target;

/// Finds the memories that answer a query.
#[derive(Debug, Args)]
pub(crate) struct Recall {
    /// What is asked.
    query: String,
    /// Which part of the memories.
    #[arg(long)]
    namespace: Option<String>,
    /// The session whose working memory is preferred.
    #[arg(long)]
    session: Option<String>,
    /// Most memories wanted, 1 to 100.
    #[arg(short, default_value_t = 10)]
    k: usize,
    /// Say how each score came about.
    #[arg(long)]
    explain: bool,
    /// Print the whole answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(args: Recall, target: &Target) -> Result<()> {
    let mut body = json!({"query": args.query, "k": args.k, "explain": args.explain});
    if let Some(namespace) = args.namespace {
        body["namespace"] = namespace.into();
    }
    if let Some(session) = args.session {
        body["session_id"] = session.into();
    }
    let answer = target.call("POST", "/recall", Some(&body)).await?;
    if !answer.is_success() {
        bail!("{}", answer.complaint());
    }
    if args.json {
        println!("{}", answer.body);
        return Ok(());
    }
    for memory in answer.body["memories"].as_array().into_iter().flatten() {
        print(memory);
    }
    if answer.body["abstained"] == true {
        println!("(not sure that any of these answers)");
    }
    Ok(())
}

fn print(memory: &Value) {
    let text = |field: &str| memory[field].as_str().unwrap_or_default().to_string();
    let speaker = memory["speaker"].as_str().map(|name| format!("{name}: ")).unwrap_or_default();
    println!("{:.3}  {}  {speaker}{}", memory["score"].as_f64().unwrap_or_default(), text("id"), text("content"));
    for line in memory["explanation"]["terms"].as_array().into_iter().flatten() {
        if line["points"].as_f64() != Some(0.0) {
            let number = |field: &str| line[field].as_f64().unwrap_or_default();
            let term = line["term"].as_str().unwrap_or_default();
            println!("         {term}: {:.3} × {:.2} = {:.3}", number("signal"), number("weight"), number("points"));
        }
    }
}
