//! The composition root and the one binary: settings, adapters, commands.

// The layout of a request's future is as deep as the house has layers.
#![recursion_limit = "256"]

#[cfg(not(any(feature = "embedded", feature = "networked")))]
compile_error!("a profile is needed: build with --features embedded, networked or both");

mod age;
mod api;
mod archive;
mod backup;
#[cfg(any(feature = "embedded", feature = "networked"))]
mod beside;
#[cfg(feature = "embedded")]
mod clock;
mod commands;
mod dumps;
#[cfg(feature = "embedded")]
mod embedded;
mod encoder;
mod files;
#[cfg(feature = "embedded")]
mod folder;
mod import;
mod keys;
#[cfg(feature = "networked")]
mod networked;
mod profile;
#[cfg(feature = "networked")]
mod rate;
mod renewal;
mod settings;
#[cfg(any(feature = "kafka", feature = "kafka-legacy"))]
mod stream;
#[cfg(not(any(feature = "kafka", feature = "kafka-legacy")))]
#[path = "stream_without_kafka.rs"]
mod stream;
mod target;
mod telemetry;
mod tending;

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use commands::{
    audit, backup as backup_command, bench_fit, bench_load, bench_plan, bench_quality, bench_sessions, check_config,
    doctor, health, import as import_command, openapi, outbox, plan, recall, reencode, reindex, remember, serve, token,
};
use settings::Settings;
use target::Target;

/// Recall allocates by the hundred kilobytes on many threads: this allocator keeps such blocks at hand.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Cognitive memory for AI agents. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "somabrain", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API (this is the default).
    Serve,
    /// Serves the long-term memory to the networked profile.
    #[cfg(feature = "networked")]
    MemoryService,
    Remember(remember::Remember),
    Recall(recall::Recall),
    Plan(plan::Plan),
    Import(import_command::Import),
    Token(token::Token),
    Audit(audit::Audit),
    Backup(backup_command::Backup),
    Outbox(outbox::Outbox),
    Doctor(doctor::Doctor),
    /// Encodes anew what another encoder has encoded; interrupted, it goes on where it was.
    Reencode,
    Reindex(reindex::Reindex),
    /// Gives room back and leaves no residue of what was erased.
    #[cfg(feature = "embedded")]
    Compact,
    CheckConfig(check_config::CheckConfig),
    /// Asks a running server how it is; for health checks of containers.
    Health,
    Openapi(openapi::Openapi),
    /// Measures.
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Drives a running server over HTTP.
    Load(bench_load::BenchLoad),
    Quality(bench_quality::BenchQuality),
    Sessions(bench_sessions::BenchSessions),
    Fit(bench_fit::BenchFit),
    Plan(bench_plan::BenchPlan),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    files::keep_private();
    match run(arguments.command.unwrap_or(Command::Serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("somabrain: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> HashMap<String, String> {
    std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))).collect()
}

#[tokio::main]
async fn run(command: Command) -> Result<()> {
    let environment = environment();
    match command {
        Command::CheckConfig(args) => return check_config::run(&args, &environment),
        Command::Openapi(args) => {
            openapi::run(&args);
            return Ok(());
        }
        Command::Bench(bench) => return measure(bench, &environment).await,
        _ => {}
    }
    let (settings, sources) = Settings::load(&environment)?;
    telemetry::start(&settings)?;
    for unknown in &sources.unknown {
        tracing::warn!("{unknown}");
    }
    match command {
        Command::Serve => serve::run(&settings).await,
        #[cfg(feature = "networked")]
        Command::MemoryService => commands::memory_service::run(&settings).await,
        Command::Token(args) => token::run(args, &settings),
        Command::Backup(args) => backup_command::run(&args, &settings).await,
        Command::Audit(args) => audit::run(&args, &settings).await,
        Command::Outbox(args) => outbox::run(&args, &settings).await,
        Command::Doctor(args) => doctor::run(&args, &settings, &sources.unknown).await,
        Command::Reencode => reencode::run(&settings).await,
        Command::Reindex(args) => reindex::run(&args, &settings).await,
        #[cfg(feature = "embedded")]
        Command::Compact => commands::compact::run(&settings).await,
        Command::Health => health::run(&settings, &environment).await,
        command => on_target(command, &settings, &environment).await,
    }
}

/// The measurements, without the service's log, which has a line a request.
async fn measure(bench: Bench, environment: &HashMap<String, String>) -> Result<()> {
    let settings = || {
        let (settings, sources) = Settings::load(environment)?;
        sources.unknown.iter().for_each(|unknown| eprintln!("warning: {unknown}"));
        Ok::<_, anyhow::Error>(settings)
    };
    match bench {
        Bench::Load(args) => bench_load::run(args).await,
        Bench::Quality(args) => bench_quality::run(args, &settings()?).await,
        Bench::Sessions(args) => bench_sessions::run(args, &settings()?).await,
        Bench::Fit(args) => bench_fit::run(args, &settings()?).await,
        Bench::Plan(args) => bench_plan::run(&args),
    }
}

/// The commands that work on a server or on the folder, whichever there is.
async fn on_target(command: Command, settings: &Settings, environment: &HashMap<String, String>) -> Result<()> {
    let target = Target::open(settings, environment).await?;
    let done = match command {
        Command::Remember(args) => remember::run(args, &target).await,
        Command::Recall(args) => recall::run(args, &target).await,
        Command::Plan(args) => plan::run(args, &target).await,
        Command::Import(args) => import_command::run(args, &target).await,
        _ => unreachable!("every other command was done before"),
    };
    target.close().await?;
    done
}
