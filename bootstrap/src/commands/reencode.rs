//! `somabrain reencode`: encodes anew what another encoder has encoded.
//!
//! In the networked profile it works beside running replicas. The embedded profile's folder is held by one process: there
//! the server is stopped first. The service never begins by itself: an endpoint may cost, and every replica would.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use application::brain::Brain;
use application::ports::Ports;
use application::ports::encoder::Encoder;
use application::ports::error::PortErrorKind;
use application::ports::ledger::LedgerError;
use application::work::reencoding::{ReencodeError, Reencoded};
use domain::memory::Seq;

use crate::commands::import::bar;
use crate::profile::Profile;
use crate::settings::{self, Settings};

/// Memories of one part: an act a tenant, some requests to an endpoint.
const AT_A_TIME: usize = 256;
/// Times that a part is tried again while somebody is away, each a second, then two, four, … later.
const TRIES: u32 = 6;

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    match settings.profile {
        #[cfg(feature = "embedded")]
        settings::Profile::Embedded => {
            let brain = folder(settings).await?;
            let stale = brain.ports().sqlite().count_stale(brain.ports().encoder().id());
            all(brain, stale).await
        }
        #[cfg(feature = "networked")]
        settings::Profile::Networked => {
            let brain = crate::networked::connect(settings).await?;
            let stale = brain.ports().postgres().count_stale(brain.ports().encoder().id()).await?;
            all(brain, stale).await
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
}

#[cfg(feature = "embedded")]
async fn folder(settings: &Settings) -> Result<Brain<crate::embedded::Embedded>> {
    match crate::embedded::open(settings).await {
        Err(error) if crate::embedded::in_use(&error) => bail!(
            "a server has the data folder {}: stop it and try again; it finds memories by their old encodings until then",
            settings.data_dir.display()
        ),
        opened => opened,
    }
}

async fn all<P: Profile>(brain: Brain<P>, stale: u64) -> Result<()> {
    let encoder = brain.ports().encoder().id().clone();
    let mut total = Reencoded::default();
    let done = parts(&brain, stale, &mut total).await;
    P::close(brain).await?;
    println!("{} memories have encodings of {encoder} now", total.rewritten);
    if total.refused > 0 {
        println!(
            "{} keep the encoding that they had: the encoder refused their texts; the log says why",
            total.refused
        );
    }
    done.context("interrupted; what is done is done, run it again to go on")
}

/// Part by part, until nothing is left.
async fn parts<P: Profile>(brain: &Brain<P>, stale: u64, total: &mut Reencoded) -> Result<()> {
    let bar = bar(stale, "encoding anew");
    let (mut after, mut failures) = (Seq(0), 0);
    loop {
        match brain.reencode_some(after, AT_A_TIME).await {
            Ok(part) => {
                failures = 0;
                total.rewritten += part.rewritten;
                total.refused += part.refused;
                bar.inc(part.seen as u64);
                brain.acknowledge_deliveries().await?;
                let Some(next) = part.next else { break };
                after = next;
            }
            Err(error) if is_outage(&error) && failures < TRIES => {
                bar.println(format!("{error}; trying again"));
                #[expect(clippy::disallowed_methods, reason = "bootstrap may wait for a server that is away")]
                tokio::time::sleep(Duration::from_secs(1 << failures)).await;
                failures += 1;
            }
            Err(error) => {
                bar.abandon();
                return Err(error.into());
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn is_outage(error: &ReencodeError) -> bool {
    let (ReencodeError::Failed(error) | ReencodeError::Ledger(LedgerError::Port(error))) = error else { return false };
    matches!(error.kind, PortErrorKind::Unavailable | PortErrorKind::Conflict)
}
