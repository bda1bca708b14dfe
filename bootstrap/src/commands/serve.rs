//! `somabrain serve`: the API, until it is asked to stop.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use application::brain::Brain;
use application::ports::Ports;
use application::ports::metrics::Measurement;
use application::ports::system::System;
use somabrain_http::Stopping;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::embedded::{self, Embedded};
use crate::settings::Settings;

/// How long requests that are on their way are still taken when the service stops.
const LINGER: Duration = Duration::from_millis(500);

/// Runs the command: binds first, so that a port in use costs nothing; then opens the folder, then serves.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let listener = TcpListener::bind(settings.address).await.with_context(|| {
        format!(
            "could not listen on {}: is another server running there? set SOMABRAIN_PORT to another port",
            settings.address
        )
    })?;
    let brain = embedded::open(settings).await?;
    let address = listener.local_addr()?;
    let config = embedded::http_config(settings)?;
    let limits = config.limits;
    let (endpoint, stopping) = somabrain_http::api(brain.clone(), config);
    let asked_to_stop = signalled(stopping.clone())?;
    let (stop, stopped) = watch::channel(false);
    #[expect(clippy::disallowed_methods, reason = "bootstrap is where tasks are spawned")]
    let tending = tokio::spawn(tend(brain.clone(), stopped));
    greet(settings, &address.to_string());
    let served = somabrain_http::serve(listener, endpoint, stopping, limits, asked_to_stop).await;
    stop.send_replace(true);
    tending.await.context("the work beside requests broke off")?;
    embedded::close(brain).await?;
    served.context("could not serve")?;
    tracing::info!("stopped");
    Ok(())
}

/// Says where it listens and how to begin.
fn greet(settings: &Settings, address: &str) {
    println!("SomaBrain {} ({} mode) on http://{address}", env!("CARGO_PKG_VERSION"), settings.mode.as_str());
    println!("data in {}", settings.data_dir.display());
    println!("documentation at http://{address}/docs");
    println!("try:");
    println!("  curl -X POST http://{address}/remember -d '{{\"content\": \"the spare key is under the blue pot\"}}'");
    println!("  curl -X POST http://{address}/recall -d '{{\"query\": \"where is the spare key?\"}}'");
}

/// Ends a moment after the first SIGTERM or SIGINT: readiness fails first, and what was already sent is still read.
fn signalled(stopping: Stopping) -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests in flight are finished first");
        stopping.begin();
        #[expect(clippy::disallowed_methods, reason = "bootstrap may wait: requests on their way come in meanwhile")]
        tokio::time::sleep(LINGER).await;
    })
}

/// What goes on beside requests, until it is told to stop.
async fn tend(brain: Brain<Embedded>, mut stopped: watch::Receiver<bool>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = second.tick() => settle(&brain).await,
            _ = minute.tick() => expire(&brain).await,
            _ = stopped.changed() => return,
        }
    }
}

/// What is new since the last second is counted and folded into the density matrices.
async fn settle(brain: &Brain<Embedded>) {
    brain.record(Measurement::Memories(brain.ports().sqlite().statistics().memories));
    if let Err(error) = brain.merge_observations().await {
        tracing::warn!(error = %error, "observations could not be merged; they stay for the next time");
    }
}

async fn expire(brain: &Brain<Embedded>) {
    let now = brain.ports().system().now();
    for tenant in brain.ports().sqlite().tenants_with_expired(now) {
        match brain.erase_expired(&tenant).await {
            Ok(count) => tracing::info!(tenant = %tenant, count, "memories past their time to live were erased"),
            Err(error) => tracing::warn!(tenant = %tenant, error = %error, "expired memories could not be erased"),
        }
    }
}
