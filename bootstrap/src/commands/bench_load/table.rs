//! Results as a table for people or JSON for machines.

use serde_json::{Value, json};

use super::BenchLoad;
use super::measure::Measured;
use super::stages::Stage;
use super::work::Operation;

const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

/// Prints a table.
pub(crate) fn print(results: &[Measured], args: &BenchLoad) {
    let pace = args.rate.map_or("closed loop".to_string(), |rate| format!("{rate} requests/s"));
    println!(
        "{} connections, {} s each, {pace}; latencies in ms, the server's CPU time for an answer in us",
        args.connections, args.seconds
    );
    println!(
        "{:10} {:>10} {:>9} {:>9} {:>9} {:>7} {:>9} {:>9}",
        "operation", "rate/s", "p50", "p99", "p99.9", "errors", "ratio", "cpu us"
    );
    let ceiling = ceiling(results);
    for result in results {
        print!("{:10} {:>10.0}", result.operation.to_string(), result.rate());
        for (_, quantile) in QUANTILES {
            print!(" {:>9.3}", milliseconds(result, quantile));
        }
        let ratio = ceiling.map_or("-".into(), |ceiling| format!("1/{:.1}", ceiling / result.rate()));
        let cpu = result.cpu().map_or("-".into(), |cpu| format!("{cpu:.0}"));
        println!(" {:>7} {ratio:>9} {cpu:>9}", result.errors);
    }
    for result in results.iter().filter(|result| passed(result).next().is_some()) {
        println!("stages of {} (by the server's histograms)", result.operation);
        println!("  {:16} {:>9} {:>9} {:>9} {:>9}", "stage", "passed", "mean", "p50", "p99");
        for (name, stage) in passed(result) {
            let (mean, p50, p99) = (stage.mean(), stage.quantile(0.5), stage.quantile(0.99));
            println!("  {name:16} {:>9} {mean:>9.3} {p50:>9.3} {p99:>9.3}", stage.count());
        }
    }
}

fn passed(result: &Measured) -> impl Iterator<Item = (&String, &Stage)> {
    result.spent.stages.iter().filter(|(_, stage)| stage.count() > 0.0)
}

/// Prints one JSON document.
pub(crate) fn print_json(results: &[Measured]) {
    let ceiling = ceiling(results);
    let rows: Vec<Value> = results
        .iter()
        .map(|result| {
            let mut row = json!({
                "operation": result.operation.to_string(), "rate_per_second": result.rate(),
                "answers": result.answers, "errors": result.errors, "seconds": result.took.as_secs_f64(),
                "ratio_to_livez": ceiling.map(|ceiling| result.rate() / ceiling), "cpu_us": result.cpu(),
            });
            for (name, quantile) in QUANTILES {
                row[format!("{name}_ms")] = milliseconds(result, quantile).into();
            }
            for (name, stage) in passed(result) {
                let (mean, p50, p99) = (stage.mean(), stage.quantile(0.5), stage.quantile(0.99));
                row["stages"][name] = json!({"passed": stage.count(), "mean_ms": mean, "p50_ms": p50, "p99_ms": p99});
            }
            row
        })
        .collect();
    println!("{}", json!({"results": rows}));
}

fn ceiling(results: &[Measured]) -> Option<f64> {
    results.iter().find(|result| result.operation == Operation::Livez).map(Measured::rate)
}

fn milliseconds(result: &Measured, quantile: f64) -> f64 {
    result.latencies.value_at_quantile(quantile) as f64 / 1000.0
}
