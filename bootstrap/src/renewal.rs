//! The certificate of this service, renewed while it runs: connections that there are stay as they are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use application::ports::system::System;
use somabrain_inprocess::SystemClock;
use somabrain_tls::Identity;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How often the files are looked at. On SIGHUP it is done at once.
const LOOKING: Duration = Duration::from_secs(10);

/// Looks at the files until the set is dropped.
pub(crate) fn begin(identity: Option<Arc<Identity>>) -> Result<JoinSet<()>> {
    let mut looking = JoinSet::new();
    if let Some(identity) = identity {
        let mut asked = signal(SignalKind::hangup()).context("could not listen for SIGHUP")?;
        looking.spawn(async move {
            let mut tick = tokio::time::interval(LOOKING);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut expired = false;
            loop {
                tokio::select! {
                    _ = tick.tick() => {}
                    _ = asked.recv() => {}
                }
                let identity = Arc::clone(&identity);
                let looked = tokio::task::spawn_blocking(move || look(&identity, expired));
                expired = looked.await.unwrap_or(expired);
            }
        });
    }
    Ok(looking)
}

/// Takes what is new. Whether the certificate that is shown has expired, which is told once.
fn look(identity: &Identity, was_expired: bool) -> bool {
    let now = SystemClock.now();
    match identity.refresh(now) {
        Ok(false) => {}
        Ok(true) => tracing::info!(expires = %identity.expires(), "a renewed certificate is shown from now on"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(error = %error, cause, "the renewed certificate cannot be used: the one before is shown on");
        }
    }
    let expired = identity.expires() <= now;
    if expired && !was_expired {
        tracing::error!(at = %identity.expires(), "the certificate that is shown has expired: clients refuse it");
    }
    expired
}
