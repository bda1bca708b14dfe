//! The shared rate limit: one moment per tenant, moved on by all replicas.

use std::time::Duration;

use application::ports::admission::{Admission, Verdict};
use application::ports::error::PortError;
use domain::rate::{self, Rate};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_guard::Repeat;

use crate::Redis;
use crate::error::failure;

/// How much longer than until the bucket is full its key is kept, for replicas whose clocks differ.
const SLACK: Duration = Duration::from_secs(60);

impl Admission for Redis {
    /// Without a rate Redis is not asked.
    async fn admit(&self, tenant: &Tenant, now: Timestamp) -> Result<Verdict, PortError> {
        let Some(rate) = self.rate else { return Ok(Verdict::Unlimited) };
        let span = rate.interval_micros() * i64::from(rate.burst());
        let arguments = [now.micros(), rate.interval_micros(), span, SLACK.as_millis() as i64];
        let arguments = arguments.map(|number| number.to_string().into_bytes());
        let key = self.keys.rate(tenant);
        let ahead = self.server.run(Repeat::Once, &self.scripts.rate, key.as_bytes(), &arguments).await;
        ahead.map(|ahead| verdict(&rate, now, ahead)).map_err(failure("admission", "admit a request"))
    }
}

/// The law's verdict over a bucket that is full again `ahead` microseconds from now; the script moved it on by the same
/// law.
fn verdict(rate: &Rate, now: Timestamp, ahead: i64) -> Verdict {
    let limit = rate.burst();
    let arrival = Timestamp::from_micros(now.micros() + ahead).unwrap_or(Timestamp::MAX);
    match rate.ask(Some(arrival), now, 1) {
        rate::Verdict::Granted { remaining, reset, .. } => Verdict::Admitted { limit, remaining, reset_after: reset },
        rate::Verdict::Refused { retry_after, .. } => Verdict::Refused { limit, retry_after },
    }
}
