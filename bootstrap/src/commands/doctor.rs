//! `somabrain doctor`: examines a live installation, component by component, and says what to do.

#[cfg(feature = "embedded")]
mod folder;
mod kafka;
#[cfg(feature = "networked")]
mod memory_service;
#[cfg(feature = "networked")]
mod opa;
#[cfg(feature = "networked")]
mod postgres;
#[cfg(feature = "networked")]
mod redis;
mod report;
mod settings;
mod tls;

use anyhow::Result;
use clap::Args;

use crate::settings::{Profile, Settings};
use report::Report;

/// Examines the installation that the settings name, component by component, and says what to do. Changes nothing without
/// `--create-topics`; works beside running servers. Ends with 1 where something is wrong.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Creates the topics of the event stream that are not there.
    #[arg(long)]
    create_topics: bool,
    /// Answers as JSON: `ok`, and of each finding its `component`, `status` (ok, note, wrong), `what` and `advice`.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(args: &Doctor, settings: &Settings, unknown: &[String]) -> Result<()> {
    let mut report = Report::default();
    settings::examine(settings, unknown, &mut report);
    tls::examine(settings, &mut report);
    match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => folder::examine(settings, &mut report),
        #[cfg(feature = "networked")]
        Profile::Networked => servers(settings, &mut report).await?,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
    kafka::examine(settings, args.create_topics, &mut report).await;
    report.print(args.json);
    let wrong = report.count_wrong();
    anyhow::ensure!(wrong == 0, "{wrong} of {} findings are wrong", report.len());
    Ok(())
}

/// The servers of the networked profile, one after the other: each has a timeout.
#[cfg(feature = "networked")]
async fn servers(settings: &Settings, report: &mut Report) -> Result<()> {
    let servers = settings.servers.as_ref().expect("the networked profile has read its servers");
    let waiting = postgres::examine(settings, report).await?;
    redis::examine(settings, servers, report).await?;
    opa::examine(servers, report).await?;
    memory_service::examine(servers, waiting, report).await
}
