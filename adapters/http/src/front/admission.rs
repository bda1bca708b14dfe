//! The rate limit: what is left of it goes into the answer's headers.

use std::time::Duration;

use application::brain::Brain;
use application::ports::Ports;
use application::ports::admission::{Asked, Verdict};
use domain::tenant::Tenant;
use poem::http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Problem, ProblemKind};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What a tenant may still ask for: how many at once, how many of them are left, in how long all are back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget(Option<(u32, u32, Duration)>);

impl Budget {
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        if let Self(Some((limit, remaining, reset))) = self {
            headers.insert(LIMIT, HeaderValue::from(limit));
            headers.insert(REMAINING, HeaderValue::from(remaining));
            headers.insert(RESET, HeaderValue::from(whole_seconds(reset)));
        }
    }
}

/// Asks for one request of the tenant; a limit that cannot be asked stops nobody.
pub(super) async fn admit<P: Ports>(brain: &Brain<P>, tenant: &Tenant) -> Result<Budget, Problem> {
    match brain.admit(tenant, Asked::Request).await {
        Ok(Verdict::Unlimited) => Ok(Budget(None)),
        Ok(Verdict::Admitted { limit, remaining, reset_after }) => Ok(Budget(Some((limit, remaining, reset_after)))),
        Ok(Verdict::Refused { limit, retry_after }) => Err(refused(limit, whole_seconds(retry_after).max(1))),
        Err(error) => {
            tracing::warn!(tenant = %tenant, error = %error, "the rate limit could not be asked");
            Ok(Budget(None))
        }
    }
}

fn refused(limit: u32, seconds: u64) -> Problem {
    let detail = format_args!("over the rate of this tenant; try again in {seconds} s");
    Problem::new(ProblemKind::TooManyRequests, detail)
        .retry_after(seconds)
        .with(LIMIT, HeaderValue::from(limit))
        .with(REMAINING, HeaderValue::from(0))
        .with(RESET, HeaderValue::from(seconds))
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
