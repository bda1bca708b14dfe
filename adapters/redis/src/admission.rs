//! The shared rate limit: one moment per tenant and kind of what is asked for, moved on by all replicas.

use std::time::Duration;

use application::ports::admission::{Admission, Asked, Verdict};
use application::ports::error::PortError;
use domain::rate::{self, Rate};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_guard::Repeat;

use crate::Redis;
use crate::error::failure;

/// How much longer than until the bucket is full its key is kept, for replicas whose clocks differ.
const DRIFT: Duration = Duration::from_secs(60);

impl Admission for Redis {
    /// Without a rate Redis is not asked.
    async fn admit(&self, tenant: &Tenant, asked: Asked, now: Timestamp) -> Result<Verdict, PortError> {
        let Some(rate) = self.rates.of(asked) else { return Ok(Verdict::Unlimited) };
        let cost = asked.cost();
        let (slack, price) = (rate.slack_micros(cost), rate.price_micros(cost));
        let arguments = [now.micros(), slack, price, rate.furthest_micros(), DRIFT.as_millis() as i64];
        let arguments = arguments.map(|number| number.to_string().into_bytes());
        let key = self.keys.rate(tenant, asked.source());
        let ahead = self.server.run(Repeat::Once, &self.scripts.rate, &[key.as_bytes()], &arguments).await;
        let verdict = |ahead| verdict(&rate, now, ahead, cost);
        ahead.map(verdict).map_err(failure("admission", "admit a request"))
    }
}

/// The law's verdict over a bucket that is full again `ahead` microseconds from now; the script moved it on by the same
/// law.
fn verdict(rate: &Rate, now: Timestamp, ahead: i64, cost: u32) -> Verdict {
    let limit = rate.burst();
    let arrival = Timestamp::from_micros(now.micros() + ahead).unwrap_or(Timestamp::MAX);
    match rate.ask(Some(arrival), now, cost) {
        rate::Verdict::Granted { remaining, reset, .. } => Verdict::Admitted { limit, remaining, reset_after: reset },
        rate::Verdict::Refused { retry_after, .. } => Verdict::Refused { limit, retry_after },
    }
}
