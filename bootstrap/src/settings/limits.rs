//! How much a tenant may ask for at a time, and hold.

use anyhow::{Context, Result, bail, ensure};
use application::ports::admission::Rates;
use application::quotas::Quotas;
use domain::memory::Source;

use super::Values;

/// The rates; `rps` is the number of requests a second where nobody says.
pub(super) fn rates(values: &Values<'_>, rps: &str) -> Result<Rates> {
    let rps: u32 = values.parsed("rate_rps", rps, "a whole number of requests per second, 0 for no limit")?;
    let burst: u32 = values.parsed("rate_burst", "100", "a whole number of requests, 1 or more")?;
    ensure!(burst >= 1, "SOMABRAIN_RATE_BURST must be 1 or more");
    let mut rates = Rates::new();
    if rps > 0 {
        rates = rates.requests(rps.into(), burst).context("SOMABRAIN_RATE_RPS and SOMABRAIN_RATE_BURST")?;
    }
    for part in values.text("rate_memories").unwrap_or_default().split(',').filter(|part| !part.trim().is_empty()) {
        let (source, per_second) = of_source(part.trim())?;
        rates = rates.memories(source, per_second).with_context(|| wrong(part))?;
    }
    Ok(rates)
}

/// `tool=5`.
fn of_source(part: &str) -> Result<(Source, f64)> {
    let parsed = part.split_once('=').and_then(|(source, per_second)| {
        Some((Source::from_name(source.trim())?, per_second.trim().parse::<f64>().ok()?))
    });
    match parsed {
        Some(parsed) => Ok(parsed),
        None => bail!("{}", wrong(part)),
    }
}

fn wrong(part: &str) -> String {
    format!(
        "SOMABRAIN_RATE_MEMORIES has `{part}`, must be memories a second by source, such as tool=5,import=200 (sources: \
         user, agent, tool, import)"
    )
}

/// The quotas of each tenant; 0 and nothing said: none.
pub(super) fn quotas(values: &Values<'_>) -> Result<Quotas> {
    let quota = |key: &str| -> Result<Option<u64>> {
        let limit: u64 = values.parsed(key, "0", "a whole number, 0 for no limit")?;
        Ok((limit > 0).then_some(limit))
    };
    Ok(Quotas {
        memories: quota("quota_memories")?,
        bytes: quota("quota_bytes")?,
        namespaces: quota("quota_namespaces")?,
    })
}
