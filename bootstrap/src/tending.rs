//! What goes on beside requests, until it is told to stop: each kind of work on its own, so that none waits for another's
//! server.

use std::time::Duration;

use application::brain::Brain;
use application::ports::error::PortError;
use application::ports::system::System;
use application::trace::{self, Finished, Kind, Origin, Sink};
use application::work::relay::Destination;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::profile::Profile;

/// How often what was delivered is told to the outbox.
const ACKNOWLEDGING: Duration = Duration::from_millis(100);
/// How often the relay looks for work.
const RELAYING: Duration = Duration::from_millis(500);
/// How often observations are merged and gauges read.
const SETTLING: Duration = Duration::from_secs(1);
/// How often observations are looked for whose process has died, and how old they must be for that, in seconds.
const RECOVERING: Duration = Duration::from_secs(5);
const LOST_AFTER_SECONDS: i64 = 15;
/// How often memories past their time to live are erased.
const EXPIRING: Duration = Duration::from_secs(60);

/// How often what nobody asks for any more is deleted.
const PRUNING: Duration = Duration::from_secs(3600);

/// Starts all of it. Joining the set waits until every kind of work has ended after `stopped` said so.
pub(crate) fn begin<P: Profile>(
    brain: &Brain<P>,
    batch: usize,
    traces: &Sink,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut work = JoinSet::new();
    let mut start = |every, act: Act| {
        let relaying = Relaying { batch, traces: traces.clone() };
        work.spawn(repeat(brain.clone(), every, relaying, act, stopped.clone()));
    };
    start(ACKNOWLEDGING, Act::Acknowledge);
    start(RELAYING, Act::Relay(Destination::LongTerm));
    if brain.ports().long_term_backup().is_some() {
        start(RELAYING, Act::Relay(Destination::Backup));
    }
    start(RELAYING, Act::Relay(Destination::Stream));
    start(SETTLING, Act::Merge);
    start(SETTLING, Act::Measure);
    start(RECOVERING, Act::Recover);
    start(EXPIRING, Act::Expire);
    start(PRUNING, Act::Prune);
    work
}

/// One kind of work.
#[derive(Debug, Clone, Copy)]
enum Act {
    Acknowledge,
    Relay(Destination),
    Merge,
    Measure,
    Recover,
    Expire,
    Prune,
}

async fn repeat<P: Profile>(
    brain: Brain<P>,
    every: Duration,
    relaying: Relaying,
    act: Act,
    mut stopped: watch::Receiver<bool>,
) {
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stopped.changed() => return,
        }
        // What is under way when the service stops is finished: every server has its timeout.
        if let Err(error) = work(&brain, &relaying, act).await {
            tracing::warn!(work = ?act, error = %error, "work beside requests failed; it is tried again");
        }
    }
}

async fn work<P: Profile>(brain: &Brain<P>, relaying: &Relaying, act: Act) -> Result<(), PortError> {
    match act {
        Act::Acknowledge => brain.acknowledge_deliveries().await,
        Act::Relay(to) => relaying.relay(brain, to).await,
        Act::Merge => brain.merge_observations().await.map(drop),
        Act::Measure => measure(brain).await,
        Act::Recover => {
            let by = brain.now().plus_seconds(-LOST_AFTER_SECONDS);
            brain.recover_observations(by).await.map(drop)
        }
        Act::Prune => brain.ports().prune(brain.now()).await,
        Act::Expire => {
            expire(brain).await;
            Ok(())
        }
    }
}

/// How the relay goes.
#[derive(Debug)]
struct Relaying {
    batch: usize,
    traces: Sink,
}

impl Relaying {
    /// One pass. What told something is a trace of its own: it is nobody's request.
    async fn relay<P: Profile>(&self, brain: &Brain<P>, to: Destination) -> Result<(), PortError> {
        if !self.traces.is_wanted() {
            return brain.relay(to, self.batch).await.map(drop);
        }
        let origin = Origin::new("relay", None, brain.ports().system().new_id(), true);
        let (relayed, trace) = trace::watched(origin, brain.relay(to, self.batch)).await;
        let told = relayed.as_ref().is_ok_and(|relayed| relayed.told > 0);
        if let Some(trace) = trace.filter(|_| told || relayed.is_err()) {
            let name = match to {
                Destination::LongTerm => "relay to the memory service",
                Destination::Backup => "relay to the memory service's backup",
                Destination::Stream => "relay to the event stream",
            };
            let (name, failed) = (name.to_owned(), relayed.is_err());
            self.traces.finished(Finished { trace, name, kind: Kind::Internal, tenant: None, status: None, failed });
        }
        relayed.map(drop)
    }
}

async fn measure<P: Profile>(brain: &Brain<P>) -> Result<(), PortError> {
    for measurement in brain.ports().measurements().await {
        brain.record(measurement);
    }
    brain.measure_outbox().await
}

async fn expire<P: Profile>(brain: &Brain<P>) {
    for tenant in brain.ports().tenants_with_expired(brain.now()).await {
        match brain.erase_expired(&tenant).await {
            Ok(count) => tracing::info!(%tenant, count, "memories past their time to live were erased"),
            Err(error) => tracing::warn!(%tenant, error = %error, "expired memories could not be erased"),
        }
    }
}
