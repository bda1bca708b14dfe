//! The memory service: whether it answers, and has all that it was told.

use anyhow::Result;
use application::ports::long_term::LongTermMemory;
use somabrain_postgres::Newest;

use super::report::{Report, causes};
use crate::settings::Servers;

const COMPONENT: &str = "memory_service";

/// `told`: of each tenant for which nothing waits, the newest memory that it must have.
pub(super) async fn examine(servers: &Servers, told: Vec<Newest>, report: &mut Report) -> Result<()> {
    let memory = crate::networked::memory(servers)?;
    if let Err(error) = memory.probe().await {
        let advice = "start `somabrain memory-service`, or correct SOMABRAIN_MEMORY_HTTP_ENDPOINT; what is remembered waits in the outbox";
        report.wrong(COMPONENT, causes(&error), advice);
        return Ok(());
    }
    for Newest { tenant, seq } in &told {
        match memory.position(tenant).await {
            Ok(position) if position >= *seq => {}
            Ok(position) => {
                let what =
                    format!("it has tenant {tenant} up to {}, but was told up to {}: it lost data", position.0, seq.0);
                report.wrong(
                    COMPONENT,
                    what,
                    "start a replica, which tells an empty one everything; for a copy of another: somabrain reindex",
                );
                return Ok(());
            }
            Err(error) => {
                let advice = "SOMABRAIN_MEMORY_HTTP_TOKEN must be the same text here and there";
                report.wrong(COMPONENT, causes(&error), advice);
                return Ok(());
            }
        }
    }
    report.ok(COMPONENT, format!("reachable; has all that it was told, {} tenants compared", told.len()));
    Ok(())
}
