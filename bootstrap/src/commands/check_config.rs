//! `somabrain check-config`: what was understood, and where each value came from.

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::keys;
#[cfg(feature = "embedded")]
use crate::settings::Profile;
use crate::settings::{Settings, Understood};

/// Prints what was understood of the settings and where each value came from; fails where they are not valid.
#[derive(Debug, Args)]
pub(crate) struct CheckConfig {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &CheckConfig, environment: &HashMap<String, String>) -> Result<()> {
    let (settings, sources) = Settings::load(environment)?;
    settings.validate_for_serving()?;
    drop(keys::tokens(&settings)?);
    #[cfg(feature = "embedded")]
    if settings.profile == Profile::Embedded {
        drop(crate::embedded::policy(&settings)?);
    }
    let lines = Settings::describe(&sources);
    if args.json {
        let row = |one: &Understood| json!({"name": one.variable, "value": one.value, "from": one.origin, "about": one.about});
        let rows: Vec<_> = lines.iter().map(row).collect();
        println!("{}", json!({"settings": rows, "unknown": sources.unknown}));
        return Ok(());
    }
    for Understood { variable, value, origin, about } in &lines {
        println!("{variable:32} {value:24} {origin:24} {about}");
    }
    for unknown in &sources.unknown {
        println!("warning: {unknown}");
    }
    Ok(())
}
