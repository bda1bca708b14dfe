//! Suite of [`application::ports::admission`]: a burst, then a rate, each tenant on its own.
//!
//! The adapter is set to [`rates`]: [`RPS`] requests a second and a burst of [`BURST`], and [`TOOL`] memories a second that
//! come from tools.

use std::time::Duration;

use application::ports::admission::{Admission, Asked, Rates, Verdict};
use domain::memory::Source;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use futures_util::future::join_all;

use crate::memories::*;

crate::suite! { ($) admission:
    a_burst_is_admitted_at_once,
    beyond_the_burst_requests_wait,
    what_is_left_is_counted_down,
    after_retry_after_a_request_is_admitted,
    a_refused_request_costs_nothing,
    over_time_the_rate_is_kept,
    a_rested_tenant_has_its_burst_again,
    a_clock_set_back_locks_nobody_out,
    requests_at_once_are_not_admitted_twice,
    one_tenants_requests_never_cost_anothers,
    memories_of_a_source_have_a_rate_of_their_own,
    what_has_no_rate_is_not_limited,
    a_batch_beyond_the_burst_waits_for_all_of_it_and_is_paid_in_full,
    however_memories_come_in_the_rate_is_kept,
}

/// Requests a second that the adapter under test admits on average.
pub const RPS: f64 = 10.0;
/// Requests that the adapter under test admits at once.
pub const BURST: u32 = 5;
/// Memories of tools that the adapter under test admits a second on average; ten times as many at once.
pub const TOOL: f64 = 2.0;

/// What the adapter under test is set to.
pub fn rates() -> Rates {
    let requests = Rates::new().requests(RPS, BURST).expect("a rate that can be kept");
    requests.memories(Source::Tool, TOOL).expect("a rate that can be kept")
}

/// When the next request is admitted; `None`: it was admitted.
async fn wait(admission: &impl Admission, tenant: &Tenant, now: Timestamp) -> Option<Duration> {
    match admission.admit(tenant, Asked::Request, now).await.expect("answered") {
        Verdict::Admitted { limit, .. } => {
            assert_eq!(limit, BURST);
            None
        }
        Verdict::Refused { limit, retry_after } => {
            assert_eq!(limit, BURST);
            Some(retry_after)
        }
        Verdict::Unlimited => panic!("a rate is configured"),
    }
}

async fn spend_burst(admission: &impl Admission, now: Timestamp) {
    for request in 0..BURST {
        assert_eq!(wait(admission, &acme(), now).await, None, "request {request}");
    }
}

fn after(moment: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).expect("a short time");
    Timestamp::from_micros(moment.micros() + micros).expect("near 2026")
}

/// All of it in one moment.
pub async fn a_burst_is_admitted_at_once(admission: &impl Admission) {
    spend_burst(admission, second(0)).await;
}

/// For no longer than the rate says.
pub async fn beyond_the_burst_requests_wait(admission: &impl Admission) {
    spend_burst(admission, second(0)).await;
    let wait = wait(admission, &acme(), second(0)).await.expect("refused");
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs_f64(1.0 / RPS), "{wait:?}");
}

/// To zero, while the time to a full burst grows.
pub async fn what_is_left_is_counted_down(admission: &impl Admission) {
    for left in (0..BURST).rev() {
        let verdict = admission.admit(&acme(), Asked::Request, second(0)).await.expect("answered");
        let Verdict::Admitted { remaining, reset_after, .. } = verdict else { panic!("{verdict:?}") };
        assert_eq!(remaining, left);
        let expected = Duration::from_secs_f64(f64::from(BURST - left) / RPS);
        assert!(reset_after.abs_diff(expected) < Duration::from_millis(2), "{reset_after:?}");
    }
}

/// Not a moment more is to be waited than was said.
pub async fn after_retry_after_a_request_is_admitted(admission: &impl Admission) {
    let mut now = second(0);
    spend_burst(admission, now).await;
    for request in 0..20 {
        let told = wait(admission, &acme(), now).await.expect("refused");
        now = after(now, told);
        assert_eq!(wait(admission, &acme(), now).await, None, "request {request} after {told:?}");
    }
}

/// Asking a hundred times in vain makes nobody wait longer.
pub async fn a_refused_request_costs_nothing(admission: &impl Admission) {
    spend_burst(admission, second(0)).await;
    let first = wait(admission, &acme(), second(0)).await.expect("refused");
    for _ in 0..100 {
        assert_eq!(wait(admission, &acme(), second(0)).await, Some(first));
    }
}

/// A request each ten milliseconds for ten seconds: the burst and what the rate brings, one more or less.
pub async fn over_time_the_rate_is_kept(admission: &impl Admission) {
    let mut admitted = 0;
    for tick in 0..1_000 {
        let now = after(second(0), Duration::from_millis(10 * tick));
        admitted += u32::from(wait(admission, &acme(), now).await.is_none());
    }
    let expected = BURST + (10.0 * RPS) as u32;
    assert!(admitted.abs_diff(expected) <= 1, "{admitted}");
}

/// And no more than that.
pub async fn a_rested_tenant_has_its_burst_again(admission: &impl Admission) {
    spend_burst(admission, second(0)).await;
    spend_burst(admission, second(60)).await;
    assert!(wait(admission, &acme(), second(60)).await.is_some());
}

/// The wait is never longer than until the whole burst is free, and after it a request is admitted.
pub async fn a_clock_set_back_locks_nobody_out(admission: &impl Admission) {
    spend_burst(admission, second(1_000)).await;
    if let Some(told) = wait(admission, &acme(), second(0)).await {
        assert!(told <= Duration::from_secs_f64(f64::from(BURST) / RPS), "{told:?}");
        assert_eq!(wait(admission, &acme(), after(second(0), told)).await, None, "after {told:?}");
    }
}

/// Forty in one moment: the burst is admitted, the others are not.
pub async fn requests_at_once_are_not_admitted_twice(admission: &impl Admission) {
    let tenant = acme();
    let answers = join_all((0..40).map(|_| wait(admission, &tenant, second(0)))).await;
    assert_eq!(answers.iter().filter(|wait| wait.is_none()).count(), BURST as usize);
}

/// However many they are.
pub async fn one_tenants_requests_never_cost_anothers(admission: &impl Admission) {
    for number in 0..3_000 {
        let other = tenant(&format!("t{number}"));
        assert_eq!(wait(admission, &other, second(0)).await, None);
    }
    spend_burst(admission, second(0)).await;
    assert!(wait(admission, &acme(), second(0)).await.is_some());
    assert_eq!(wait(admission, &tenant("t7"), second(0)).await, None);
}

/// What tools write costs neither requests nor other sources, and not another tenant's tools.
pub async fn memories_of_a_source_have_a_rate_of_their_own(admission: &impl Admission) {
    let tools = |count| Asked::Memories { source: Source::Tool, count };
    let ask = async |tenant: &Tenant, asked| admission.admit(tenant, asked, second(0)).await.expect("answered");
    assert!(matches!(ask(&acme(), tools(19)).await, Verdict::Admitted { limit: 20, remaining: 1, .. }));
    assert!(matches!(ask(&acme(), tools(2)).await, Verdict::Refused { limit: 20, .. }));
    assert!(matches!(ask(&acme(), tools(1)).await, Verdict::Admitted { remaining: 0, .. }));
    let Verdict::Refused { retry_after, .. } = ask(&acme(), tools(1)).await else { panic!("it is spent") };
    assert!(retry_after <= Duration::from_secs_f64(1.0 / TOOL), "{retry_after:?}");
    assert!(matches!(ask(&tenant("globex"), tools(20)).await, Verdict::Admitted { .. }));
    spend_burst(admission, second(0)).await;
}

/// Of sources without a rate any number is admitted.
pub async fn what_has_no_rate_is_not_limited(admission: &impl Admission) {
    for source in [Source::User, Source::Agent, Source::Import] {
        let asked = Asked::Memories { source, count: 1_000_000 };
        assert_eq!(admission.admit(&acme(), asked, second(0)).await.expect("answered"), Verdict::Unlimited);
    }
}

/// It is admitted when the whole burst is free, not never; what it takes beyond the burst is owed by whatever comes after.
pub async fn a_batch_beyond_the_burst_waits_for_all_of_it_and_is_paid_in_full(admission: &impl Admission) {
    let ask = async |count, at| {
        let asked = Asked::Memories { source: Source::Tool, count };
        admission.admit(&acme(), asked, second(at)).await.expect("answered")
    };
    assert!(matches!(ask(1, 0).await, Verdict::Admitted { remaining: 19, .. }));
    let Verdict::Refused { retry_after, .. } = ask(1000, 0).await else { panic!("not all of the burst is free") };
    assert_eq!(retry_after, Duration::from_secs_f64(1.0 / TOOL));
    let Verdict::Admitted { remaining: 0, reset_after, .. } = ask(1000, 1).await else { panic!("all of it is free") };
    assert_eq!(reset_after, Duration::from_secs_f64(1000.0 / TOOL));
    let Verdict::Refused { retry_after, .. } = ask(1, 1).await else { panic!("the batch is not paid") };
    let (debt, one) = (Duration::from_secs_f64(980.0 / TOOL), Duration::from_secs_f64(1.0 / TOOL));
    assert_eq!(retry_after, debt + one);
    assert!(matches!(ask(1, 491).await, Verdict::Refused { .. }));
    assert!(matches!(ask(1, 492).await, Verdict::Admitted { remaining: 1, .. }));
    assert!(matches!(ask(1000, 501).await, Verdict::Refused { .. }), "what came meanwhile is to be paid too");
    assert!(matches!(ask(1000, 502).await, Verdict::Admitted { .. }));
}

/// One by one or a thousand at once, for ten minutes: what is admitted is the burst, what the rate brings, and one batch.
pub async fn however_memories_come_in_the_rate_is_kept(admission: &impl Admission) {
    for count in [1, 7, 20, 21, 300, 1000] {
        let (owner, asked) = (tenant(&format!("t{count}")), Asked::Memories { source: Source::Tool, count });
        let mut admitted = 0;
        for at in 0..600 {
            while let Verdict::Admitted { .. } = admission.admit(&owner, asked, second(at)).await.expect("answered") {
                admitted += count;
                assert!(admitted < 10_000, "{count}: without end");
            }
        }
        let brought = (600.0 * TOOL) as u32;
        assert!(admitted <= brought + 20 + count, "{count}: {admitted} of {brought}");
        assert!(admitted + count >= brought / 10 * 9, "{count}: {admitted} of {brought}");
    }
}
