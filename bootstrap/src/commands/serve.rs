//! `somabrain serve`: the API, until it is asked to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use application::brain::Brain;
use somabrain_tls::Listener;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::profile::Profile;
use crate::settings::{self, Settings};
use crate::{api, backup, dumps, renewal, telemetry, tending};

/// Runs the command in the profile of the settings.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    settings.validate_for_serving()?;
    if settings.mode == settings::Mode::Production {
        dumps::forbid();
    }
    let identity = settings.tls.identity()?;
    let listener = Listener::new(listen(settings.address).await?, identity.clone());
    let _renewing = renewal::begin(identity)?;
    backup::back_up_before_migrating(settings).await?;
    match settings.profile {
        #[cfg(feature = "embedded")]
        settings::Profile::Embedded => serve(settings, listener, crate::embedded::open(settings).await?).await,
        #[cfg(feature = "networked")]
        settings::Profile::Networked => serve(settings, listener, crate::networked::connect(settings).await?).await,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
}

/// Binds first, so that a port in use costs nothing.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("could not listen on {address}: is another server running there? set SOMABRAIN_PORT to another port")
    })
}

async fn serve<P: Profile>(settings: &Settings, listener: Listener, brain: Brain<P>) -> Result<()> {
    let address = listener.local_addr()?;
    let traces = telemetry::traces(settings)?;
    let config = somabrain_http::Config { traces: traces.clone(), ..api::http_config(settings)? };
    let limits = config.limits;
    let (endpoint, stopping) = somabrain_http::api(brain.clone(), config);
    let beginning = stopping.clone();
    let asked_to_stop = signalled(settings.shutdown_delay, move || beginning.begin())?;
    let (stop, stopped) = watch::channel(false);
    let beside = tending::begin(&brain, settings.outbox_batch_size, &traces, &stopped);
    #[expect(clippy::disallowed_methods, reason = "bootstrap may spawn: it is awaited below")]
    let backups = tokio::spawn(backup::schedule::run(settings.clone(), stopped));
    greet(settings, &address.to_string(), &P::place(settings));
    let served = somabrain_http::serve(listener, endpoint, stopping, limits, asked_to_stop).await;
    stop.send_replace(true);
    beside.join_all().await;
    backups.await.context("backups ended in a panic")?;
    brain.acknowledge_deliveries().await.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "what was delivered is not acknowledged: the relay delivers it again");
    });
    P::close(brain).await?;
    served.context("could not serve")?;
    tracing::info!("stopped");
    Ok(())
}

/// Says where it listens and how to begin.
fn greet(settings: &Settings, address: &str, place: &str) {
    let address = format!("{}://{address}", settings.tls.scheme());
    println!("SomaBrain {} ({} mode) on {address}", env!("CARGO_PKG_VERSION"), settings.mode.as_str());
    println!("{place}");
    println!("documentation at {address}/docs");
    println!("try:");
    println!("  curl -X POST {address}/remember -d '{{\"content\": \"the spare key is under the blue pot\"}}'");
    println!("  curl -X POST {address}/recall -d '{{\"query\": \"where is the spare key?\"}}'");
}

/// Ends so long after the first SIGTERM or SIGINT: readiness fails first, and until load balancers have seen that, and
/// clients that their connections are closing, requests are taken as ever.
pub(crate) fn signalled(
    delay: Duration,
    begin: impl FnOnce() + Send + 'static,
) -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests in flight are finished first");
        begin();
        #[expect(clippy::disallowed_methods, reason = "bootstrap may wait: requests on their way come in meanwhile")]
        tokio::time::sleep(delay).await;
    })
}
