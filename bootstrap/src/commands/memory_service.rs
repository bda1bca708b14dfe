//! `somabrain memory-service`: the long-term memory engine over HTTP, for the networked profile.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use application::ports::system::System;
use domain::index::lens::Lens;
use somabrain_inprocess::SystemClock;
use somabrain_memory_service::server;
use somabrain_sqlite::{Engine, EngineConfig};
use somabrain_static_encoder::StaticEncoder;
use somabrain_tls::Listener;

use crate::commands::serve::{listen, signalled};
use crate::settings::{Mode, Settings};
use crate::{api, dumps, renewal, telemetry};

/// How long requests that are on their way are still taken when it stops: nothing balances over it.
const LINGER: Duration = Duration::from_millis(500);

/// How often it is looked whether anything was erased: it is compacted a day after the last time.
const COMPACTING: Duration = Duration::from_secs(3600);

/// Leaves nothing of what was erased on disk.
async fn compact_daily(engine: Arc<Engine>) {
    let mut tick = tokio::time::interval(COMPACTING);
    loop {
        tick.tick().await;
        match engine.compact_if_due(SystemClock.now()).await {
            Ok(true) => tracing::info!("compacted: nothing of what was erased is left in the database"),
            Ok(false) => {}
            Err(error) => tracing::warn!(error = %error, "could not compact; it is tried again in an hour"),
        }
    }
}

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    settings.validate_for_memory_service()?;
    let token = settings.memory_http_token.as_ref().context("it was there just now")?;
    if settings.mode == Mode::Production {
        dumps::forbid();
    }
    let identity = settings.tls.identity()?;
    let listener = Listener::new(listen(settings.address).await?, identity.clone());
    let _renewing = renewal::begin(identity)?;
    let encoder = StaticEncoder::shipped().context("the shipped table of the encoder could not be read")?;
    let lens = Lens { table: Some(encoder.table()), ways: settings.ways };
    let config = EngineConfig { lens, ..EngineConfig::new(&settings.data_dir, SystemClock.new_id()) };
    let engine = Arc::new(Engine::open(config).await?);
    let address = listener.local_addr()?;
    let traces = telemetry::traces(settings)?;
    let config = server::Config { token: token.reveal().to_owned(), version: api::version(), traces };
    println!("SomaBrain memory service {} on {}://{address}", env!("CARGO_PKG_VERSION"), settings.tls.scheme());
    println!("data in {}", settings.data_dir.display());
    #[expect(clippy::disallowed_methods, reason = "bootstrap may spawn: it ends with the service")]
    let compacting = tokio::spawn(compact_daily(engine.clone()));
    server::serve(listener, engine.clone(), config, signalled(LINGER, || {})?).await.context("could not serve")?;
    compacting.abort();
    compacting.await.ok();
    tokio::task::spawn_blocking(move || drop(engine)).await.context("the data folder could not be closed")?;
    tracing::info!("stopped");
    Ok(())
}
