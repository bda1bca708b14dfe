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
use crate::settings::Settings;
use crate::{api, renewal, telemetry};

/// How long requests that are on their way are still taken when it stops: nothing balances over it.
const LINGER: Duration = Duration::from_millis(500);

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let token = settings.memory_http_token.as_ref().context(
        "the memory service asks its clients for a token: set SOMABRAIN_MEMORY_HTTP_TOKEN to the same text here and there",
    )?;
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
    server::serve(listener, engine.clone(), config, signalled(LINGER, || {})?).await.context("could not serve")?;
    tokio::task::spawn_blocking(move || drop(engine)).await.context("the data folder could not be closed")?;
    tracing::info!("stopped");
    Ok(())
}
