//! `somabrain bench load`: drives a running server over HTTP and says how it did.

mod client;
mod measure;
mod stages;
mod table;
mod work;

use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;

use client::Address;
use measure::{Pace, measure};
use work::{Operation, Requests};

/// Drives a running server: a closed loop of C connections, or a fixed rate measured from the due time.
#[derive(Debug, Args)]
pub(crate) struct BenchLoad {
    /// The server.
    #[arg(long, env = "SOMABRAIN_URL", default_value = "http://127.0.0.1:9696")]
    url: String,
    /// Bearer token; none is needed in development mode.
    #[arg(long, env = "SOMABRAIN_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Connections, each with one request at a time.
    #[arg(long, short = 'c', default_value_t = 16)]
    connections: usize,
    /// Seconds for each operation.
    #[arg(long, short = 's', default_value_t = 5.0)]
    seconds: f64,
    /// Requests per second over all connections; latencies then count from when a request was due. None: closed loop.
    #[arg(long)]
    rate: Option<f64>,
    /// What to measure, in this order; `livez` is the ceiling, `mixed` is four recalls to one remember in one namespace.
    #[arg(long, value_delimiter = ',', default_values_t = [Operation::Livez, Operation::Recall, Operation::Remember])]
    operations: Vec<Operation>,
    /// Namespace that is recalled from; queries are made of words of its memories.
    #[arg(long, default_value = "default")]
    namespace: String,
    /// Namespace that `remember` writes into.
    #[arg(long, default_value = "bench")]
    into: String,
    /// Memories asked for by a recall.
    #[arg(long, short = 'k', default_value_t = 10)]
    k: usize,
    /// Seed of queries and contents.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the operations one after the other in one run.
pub(crate) async fn run(args: BenchLoad) -> Result<()> {
    ensure!(args.connections >= 1, "--connections must be 1 or more");
    ensure!(args.seconds > 0.0 && args.seconds <= 3600.0, "--seconds must lie in 0 to 3600");
    ensure!(args.rate.is_none_or(|rate| rate > 0.0), "--rate must be above 0");
    let address = Address::parse(&args.url)?;
    let requests = Requests::prepare(&address, &args).await?;
    let pace = args.rate.map_or(Pace::Closed, Pace::Fixed);
    let mut results = Vec::new();
    for operation in &args.operations {
        let time = Duration::from_secs_f64(args.seconds);
        let before = stages::read(&address).await?;
        let mut result = measure(&address, &requests, *operation, args.connections, time, pace).await?;
        result.spent = stages::read(&address).await?.since(&before);
        results.push(result);
    }
    if args.json {
        table::print_json(&results)
    } else {
        table::print(&results, &args)
    }
    ensure!(results.iter().all(|result| result.answers > 0), "some operation got no answer at all");
    Ok(())
}
