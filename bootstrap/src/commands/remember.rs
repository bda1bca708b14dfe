//! `somabrain remember`: stores one memory.

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;

use crate::target::Target;

/// Stores one memory.
#[derive(Debug, Args)]
pub(crate) struct Remember {
    /// What is to be remembered.
    content: String,
    /// Where it belongs.
    #[arg(long)]
    namespace: Option<String>,
    /// The conversation.
    #[arg(long)]
    session: Option<String>,
    /// Who said it.
    #[arg(long)]
    speaker: Option<String>,
    /// When it happened, RFC 3339.
    #[arg(long)]
    occurred_at: Option<String>,
    /// How much it matters, 0 to 1.
    #[arg(long)]
    importance: Option<f64>,
    /// A tag; may be given several times.
    #[arg(long = "tag")]
    tags: Vec<String>,
    /// Print the whole answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(args: Remember, target: &Target) -> Result<()> {
    let mut body = json!({"content": args.content, "tags": args.tags});
    let texts = [
        ("namespace", args.namespace),
        ("session_id", args.session),
        ("speaker", args.speaker),
        ("occurred_at", args.occurred_at),
    ];
    for (field, value) in texts {
        if let Some(value) = value {
            body[field] = value.into();
        }
    }
    if let Some(importance) = args.importance {
        body["importance"] = importance.into();
    }
    let answer = target.call("POST", "/remember", Some(&body)).await?;
    if !answer.is_success() {
        bail!("{}", answer.complaint());
    }
    if args.json {
        println!("{}", answer.body);
    } else {
        println!("{}", answer.body["id"].as_str().unwrap_or_default());
    }
    Ok(())
}
