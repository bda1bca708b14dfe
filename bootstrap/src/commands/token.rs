//! `somabrain token`: mints a bearer token for trials, signed with the service's own secret.

use std::time::Duration;

use anyhow::{Context, Result};
use application::call::Caller;
use application::ports::system::System;
use clap::Args;
use domain::tenant::Tenant;
use somabrain_inprocess::SystemClock;

use crate::keys;
use crate::settings::Settings;

/// Prints a bearer token signed with SOMABRAIN_JWT_SECRET, for trials.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Whose memories it opens.
    #[arg(long, default_value = "local")]
    tenant: String,
    /// Who it is.
    #[arg(long, default_value = "trial")]
    subject: String,
    /// What it may be: reader, writer, planner, agent, tool, operator, admin, or a role of a policy of your own.
    #[arg(long = "role", default_values_t = ["writer".to_string(), "planner".to_string()])]
    roles: Vec<String>,
    /// Seconds that it is valid.
    #[arg(long, default_value_t = 3600)]
    seconds: u64,
}

/// Runs the command.
pub(crate) fn run(args: Token, settings: &Settings) -> Result<()> {
    let tenant = Tenant::try_new(&args.tenant).map_err(|why| anyhow::anyhow!("--tenant {why}"))?;
    let caller = Caller { tenant, subject: args.subject, roles: args.roles };
    let lifetime = Duration::from_secs(args.seconds);
    let token = keys::tokens(settings)?.mint(&caller, SystemClock.now(), lifetime);
    println!("{}", token.context("no token can be made: set SOMABRAIN_JWT_SECRET to the secret of the server")?);
    Ok(())
}
