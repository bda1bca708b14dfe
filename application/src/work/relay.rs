//! The relay: what the outbox holds goes to the long-term memory and to the event stream, at least once, in order.
//!
//! Any replica does it, one at a time a tenant: a claim is a lease. Entries younger than a few seconds are left to the
//! replica that made them. Where a receiver is away its part of the batch stays, and the caller waits longer each time.

use domain::time::Timestamp;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::events::Events;
use crate::ports::long_term::LongTermMemory;
use crate::ports::metrics::{Measurement, Metrics};
use crate::ports::outbox::{Batch, Claim, Outbox, Receiver, Settling, Told, Work};
use crate::ports::system::System;

/// How long a batch is a claimant's own, in seconds: longer than all that is done with it may take.
const LEASE_SECONDS: i64 = 30;
/// How old an entry must be before it is somebody else's business, in seconds.
const RIPE_SECONDS: i64 = 2;
/// How long a tenant is left alone after its receiver could not be reached, in seconds.
const BACK_OFF_SECONDS: i64 = 2;

/// Most batches of one pass: whoever stops waits for no more.
const MOST_BATCHES: usize = 64;

/// What one pass of the relay did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relayed {
    /// Entries or events that the receiver has now.
    pub told: usize,
    /// Batches that could not be told.
    pub held_up: usize,
}

impl<P: Ports> Brain<P> {
    /// Tells a receiver what waits, in batches of at most `limit`, until nothing is left that can be claimed, or a batch
    /// could not be told, or it was busy long enough for one pass.
    pub async fn relay(&self, receiver: Receiver, limit: usize) -> Result<Relayed, PortError> {
        let mut relayed = Relayed::default();
        for _ in 0..MOST_BATCHES {
            let now = self.ports.system().now();
            let claim = Claim {
                receiver,
                holder: self.deliveries.holder,
                now,
                until: now.plus_seconds(LEASE_SECONDS),
                ripe: now.plus_seconds(-RIPE_SECONDS),
                limit,
            };
            let Some(batch) = self.ports.outbox().claim(claim).await? else { break };
            let settling = self.tell(batch, &mut relayed).await;
            self.ports.outbox().settle(settling).await?;
            if relayed.held_up > 0 {
                break;
            }
        }
        Ok(relayed)
    }

    async fn tell(&self, Batch { tenant, work }: Batch, relayed: &mut Relayed) -> Settling {
        let (size, done) = match &work {
            Work::Entries(entries) => (entries.len(), self.ports.long_term().apply(&tenant, entries).await),
            Work::Events(events) => (events.len(), self.ports.events().publish(events).await),
        };
        let now = self.ports.system().now();
        let free = match &done {
            Ok(()) => now,
            Err(error) => {
                let cause = error.source.as_ref().map(tracing::field::display);
                tracing::warn!(%tenant, waiting = size, error = %error, cause, "outbox: not delivered; tried again soon");
                relayed.held_up += 1;
                now.plus_seconds(BACK_OFF_SECONDS)
            }
        };
        if done.is_ok() {
            relayed.told += size;
        }
        let told = match work {
            Work::Entries(entries) if done.is_ok() => Told::Entries(entries.iter().map(|entry| entry.seq).collect()),
            Work::Entries(_) => Told::Entries(Vec::new()),
            Work::Events(events) => Told::Events(events.last().filter(|_| done.is_ok()).map(|event| event.number)),
        };
        Settling { tenant, holder: self.deliveries.holder, told, free }
    }

    /// Measures how much waits in the outbox.
    pub async fn measure_outbox(&self) -> Result<(), PortError> {
        let depth = self.ports.outbox().depth(self.ports.system().now()).await?;
        self.ports.metrics().record(Measurement::Outbox(depth));
        Ok(())
    }

    /// The time by the service's own clock.
    pub fn now(&self) -> Timestamp {
        self.ports.system().now()
    }
}
