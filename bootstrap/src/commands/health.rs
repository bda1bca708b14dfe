//! `somabrain health`: asks a running server, for health checks of containers; exit code 0 only while it is healthy.

use std::collections::HashMap;

use anyhow::{Result, bail};

use crate::settings::Settings;
use crate::target::Target;

/// Runs the command.
pub(crate) async fn run(settings: &Settings, environment: &HashMap<String, String>) -> Result<()> {
    let answer = Target::server(settings, environment).call("GET", "/health", None).await?;
    println!("{}", answer.body);
    if !answer.is_success() {
        bail!("the server is not healthy");
    }
    Ok(())
}
