//! How the time of an operation was spent, by the server's own metrics: histograms of its stages, and time on processors.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::client::{Address, Connection, request};

/// A histogram of one stage: cumulative counts by upper bound in seconds, and the sum of all durations.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stage {
    bounds: Vec<f64>,
    counts: Vec<f64>,
    sum: f64,
}

/// The stages by name.
pub(crate) type Stages = BTreeMap<String, Stage>;

/// What the server says of its work so far.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) stages: Stages,
    /// Time on processors in seconds, if it says so.
    pub(crate) cpu: Option<f64>,
}

impl Spent {
    /// What was added since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let stage = |(name, stage): (&String, &Stage)| (name.clone(), stage.since(before.stages.get(name)));
        Self {
            stages: self.stages.iter().map(stage).collect(),
            cpu: self.cpu.zip(before.cpu).map(|(now, then)| now - then),
        }
    }
}

/// Reads the server's metrics as they are now.
pub(crate) async fn read(address: &Address) -> Result<Spent> {
    let answer = Connection::open(address).await?.send(&request("GET", "/metrics", address, None, "")).await?;
    ensure!(answer.status == 200, "the server answered {} to GET /metrics", answer.status);
    let text = std::str::from_utf8(&answer.body).context("GET /metrics answered no text")?;
    let cpu = text.lines().find_map(|line| line.strip_prefix("process_cpu_seconds_total ")?.parse().ok());
    Ok(Spent { stages: stages(text), cpu })
}

fn stages(text: &str) -> Stages {
    let mut stages = Stages::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("somabrain_stage_duration_seconds_")) {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let (Some(stage), Ok(value)) = (label(series, "stage"), value.parse::<f64>()) else { continue };
        let found = stages.entry(stage.to_owned()).or_default();
        if series.starts_with("sum") {
            found.sum = value;
        } else if series.starts_with("bucket") {
            let bound = label(series, "le").and_then(|bound| bound.parse().ok()).unwrap_or(f64::INFINITY);
            found.bounds.push(bound);
            found.counts.push(value);
        }
    }
    stages
}

fn label<'a>(series: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = series.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

impl Stage {
    /// What was added since `before`.
    pub(crate) fn since(&self, before: Option<&Self>) -> Self {
        let Some(before) = before else { return self.clone() };
        let counts = self.counts.iter().zip(&before.counts).map(|(now, then)| now - then).collect();
        Self { bounds: self.bounds.clone(), counts, sum: self.sum - before.sum }
    }

    /// How often it was passed.
    pub(crate) fn count(&self) -> f64 {
        self.counts.last().copied().unwrap_or(0.0)
    }

    /// Its mean in milliseconds.
    pub(crate) fn mean(&self) -> f64 {
        self.sum * 1000.0 / self.count().max(1.0)
    }

    /// A quantile in milliseconds, in a straight line between the bounds of its bucket.
    pub(crate) fn quantile(&self, quantile: f64) -> f64 {
        let wanted = quantile * self.count();
        let (mut below, mut from) = (0.0, 0.0);
        for (&count, &bound) in self.counts.iter().zip(&self.bounds) {
            if count >= wanted && count > below {
                let share = (wanted - below) / (count - below);
                let to = if bound.is_finite() { bound } else { from };
                return (from + share * (to - from)) * 1000.0;
            }
            (below, from) = (count, bound);
        }
        from * 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_within_the_bucket_that_holds_them() {
        let text = "somabrain_stage_duration_seconds_sum{stage=\"ledger\"} 0.5\n\
                    somabrain_stage_duration_seconds_bucket{le=\"0.001\",stage=\"ledger\"} 50\n\
                    somabrain_stage_duration_seconds_bucket{le=\"0.01\",stage=\"ledger\"} 100\n\
                    somabrain_stage_duration_seconds_bucket{le=\"+Inf\",stage=\"ledger\"} 100\n";
        let stages = stages(text);
        let ledger = &stages["ledger"];
        assert_eq!((ledger.count(), ledger.mean()), (100.0, 5.0));
        assert!((ledger.quantile(0.5) - 1.0).abs() < 1e-9 && (ledger.quantile(0.99) - 9.82).abs() < 1e-9);
        assert_eq!(ledger.since(Some(ledger)).count(), 0.0);
    }
}
