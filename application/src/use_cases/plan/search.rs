//! The search for a plan, in slices, with a look at the clock after each.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use domain::plan::knowledge::Draft;
use domain::plan::planner::{Missing, Outcome, Planner, Wanted};
use domain::time::Timestamp;

use super::MakePlan;
use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::system::System;

/// How long planning may take where the caller does not say.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// States that may be expanded.
const EXPANSIONS: u64 = 2_000_000;
/// States that may be expanded for a cheaper plan once there is one.
const IMPROVING: u64 = 2_000;
/// Work of a slice, in conditions looked at: a few milliseconds.
const SLICE: usize = 2_000_000;

/// How the search went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Searched {
    /// States expanded.
    pub expansions: u64,
    /// What it really took, gathering of what is known included.
    pub took: Duration,
    /// What ended it before it was through; `None` where it was.
    pub stopped: Option<Stopped>,
}

/// What ends a search before it is through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The time was up.
    Time,
    /// As many states as may be were looked at.
    Expansions,
    /// No plan is as short as it should be.
    Steps,
}

impl Stopped {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Expansions => "expansions",
            Self::Steps => "steps",
        }
    }
}

/// Searches until there is a plan, there is none, or the time since `begin` is up.
pub(super) async fn search<P: Ports>(
    brain: &Brain<P>,
    query: &MakePlan,
    draft: &Draft,
    begin: Timestamp,
) -> Option<(Outcome, Searched)> {
    let task = draft.task()?;
    let slice = (SLICE / (task.actions() + task.facts()).max(1)).clamp(1, 5_000) as u64;
    let wanted = Wanted {
        steps: query.max_steps,
        alternatives: query.alternatives,
        expansions: EXPANSIONS,
        improving: IMPROVING,
        ..Wanted::default()
    };
    let budget = query.time_budget.unwrap_or(PATIENCE);
    let in_time = || since(brain, begin) < budget;
    let (mut outcome, more) = run(Planner::new(task, wanted), slice, in_time).await;
    if outcome.missing == Some(Missing::Unreachable)
        && let Some(preparation) = draft.preparation()
    {
        let (prepared, _) = run(Planner::new(preparation, Wanted { alternatives: 0, ..wanted }), slice, in_time).await;
        outcome.nearest = prepared.plans.into_iter().next().unwrap_or(prepared.nearest);
        outcome.expansions += prepared.expansions;
    }
    let stopped = if more { Some(Stopped::Time) } else { why_stopped(&outcome) };
    let searched = Searched { expansions: outcome.expansions, took: since(brain, begin), stopped };
    Some((outcome, searched))
}

/// Advances a planner while there is time; and whether it had more to do.
async fn run(mut planner: Planner, slice: u64, in_time: impl Fn() -> bool) -> (Outcome, bool) {
    let mut more = true;
    while more && in_time() {
        more = planner.advance(slice);
        let_others_run().await;
    }
    (planner.outcome(), more)
}

fn why_stopped(outcome: &Outcome) -> Option<Stopped> {
    match outcome.missing? {
        Missing::Unreachable => None,
        Missing::TooLong => Some(Stopped::Steps),
        Missing::Stopped => Some(Stopped::Expansions),
        Missing::Unfinished => Some(Stopped::Time),
    }
}

pub(super) fn since<P: Ports>(brain: &Brain<P>, begin: Timestamp) -> Duration {
    let micros = brain.ports.system().now().micros().saturating_sub(begin.micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Gives the thread to whoever waits for it, once.
async fn let_others_run() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
