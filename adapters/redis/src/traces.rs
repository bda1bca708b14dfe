//! What recalls answered, a key each: Redis lets go of it after an hour.

use application::ports::working::{TRACED, Trace};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_guard::Refused;
use somabrain_record::terms::{from_signals, to_signals};
use uuid::Uuid;

use crate::Redis;
use crate::error::Error;

/// How long a key outlives its trace, in milliseconds: callers' clocks are not Redis's.
const MARGIN: u128 = 60_000;

impl Redis {
    pub(crate) async fn keep_trace(
        &self,
        tenant: &Tenant,
        trace: &Trace,
        now: Timestamp,
    ) -> Result<(), Refused<Error>> {
        let record = format!("{} {}", now.micros(), from_signals(&trace.memories));
        let life = u64::try_from(TRACED.as_millis() + MARGIN).unwrap_or(u64::MAX);
        let mut set = redis::cmd("SET");
        set.arg(self.keys.recall(tenant, trace.recall)).arg(record).arg("PX").arg(life);
        self.server.ask::<String>(&set).await.map(drop)
    }

    pub(crate) async fn find_trace(
        &self,
        tenant: &Tenant,
        recall: Uuid,
        now: Timestamp,
    ) -> Result<Option<Trace>, Refused<Error>> {
        let mut get = redis::cmd("GET");
        get.arg(self.keys.recall(tenant, recall));
        let record: Option<Vec<u8>> = self.server.ask(&get).await?;
        Ok(record.and_then(|record| read(recall, &record, now)))
    }
}

fn read(recall: Uuid, record: &[u8], now: Timestamp) -> Option<Trace> {
    let (at, signals) = std::str::from_utf8(record).ok()?.split_once(' ')?;
    let age = now.micros().saturating_sub(at.parse().ok()?);
    if u128::try_from(age).is_ok_and(|age| age >= TRACED.as_micros()) {
        return None;
    }
    let memories = to_signals("recall", signals);
    let memories = memories.inspect_err(|error| tracing::warn!(%error, "what a recall answered could not be read"));
    Some(Trace { recall, memories: memories.ok()? })
}
