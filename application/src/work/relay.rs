//! The relay: what the outbox holds goes to the long-term memories and to the event stream, at least once, in order.
//!
//! Any replica does it, one at a time a tenant: a claim is a lease. Entries younger than a few seconds are left to the
//! replica that made them. Where a receiver is away its part of the batch stays, and the caller waits longer each time.
//!
//! A long-term memory is told what it lacks by its own name, whichever address it answers at: each pass asks who is there
//! and enrols it. So a service that was away, or is new and empty, catches up, and two addresses may lead to one service.

use domain::memory::Seq;
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::events::Events;
use crate::ports::long_term::{Entry, LongTermMemory, ServiceId};
use crate::ports::metrics::{Measurement, Metrics};
use crate::ports::outbox::{Batch, Claim, Enrolling, Outbox, Receiver, Settling, Told, Work};
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

/// Where the relay goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The long-term memory that is asked.
    LongTerm,
    /// The one that stands by, if there is one.
    Backup,
    /// The event stream.
    Stream,
}

/// Who was found at a destination.
enum Found {
    /// Somebody, who is enrolled.
    Receiver(Receiver),
    /// There is no such destination.
    Nobody,
    /// Nobody answers, or nobody who can be told.
    Away,
}

impl<P: Ports> Brain<P> {
    /// Tells a destination what waits, in batches of at most `limit`, until nothing is left that can be claimed, or a batch
    /// could not be told, or it was busy long enough for one pass.
    pub async fn relay(&self, to: Destination, limit: usize) -> Result<Relayed, PortError> {
        let mut relayed = Relayed::default();
        let receiver = match self.receiver(to).await? {
            Found::Receiver(receiver) => receiver,
            Found::Nobody => return Ok(relayed),
            Found::Away => return Ok(Relayed { held_up: 1, ..relayed }),
        };
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
            let settling = self.tell(to, receiver, batch, &mut relayed).await;
            self.ports.outbox().settle(settling).await?;
            if relayed.held_up > 0 {
                break;
            }
        }
        Ok(relayed)
    }

    fn memory_at(&self, to: Destination) -> Option<&P::LongTerm> {
        match to {
            Destination::LongTerm => Some(self.ports.long_term()),
            Destination::Backup => self.ports.long_term_backup(),
            Destination::Stream => None,
        }
    }

    /// Who is there. The long-term memory that is asked inherits from its nameless self.
    async fn receiver(&self, to: Destination) -> Result<Found, PortError> {
        let Some(memory) = self.memory_at(to) else {
            return Ok(if to == Destination::Stream { Found::Receiver(Receiver::Stream) } else { Found::Nobody });
        };
        let service = match memory.service().await {
            Ok(service) => service,
            Err(error) => {
                tracing::debug!(?to, error = %error, "outbox: nobody to tell; tried again soon");
                return Ok(Found::Away);
            }
        };
        if to == Destination::LongTerm {
            self.deliveries.answered(service);
        } else {
            self.deliveries.note_backup(service);
            if service == ServiceId::NAMELESS {
                return Ok(Found::Away);
            }
        }
        let inherits = to == Destination::LongTerm;
        self.ports.outbox().enrol(Enrolling { service, inherits, now: self.ports.system().now() }).await?;
        Ok(Found::Receiver(Receiver::LongTerm(service)))
    }

    async fn tell(&self, to: Destination, receiver: Receiver, batch: Batch, relayed: &mut Relayed) -> Settling {
        let Batch { tenant, work } = batch;
        let done = match &work {
            Work::Entries(entries) => self.tell_entries(to, receiver, &tenant, entries).await,
            Work::Events(events) => {
                let published = self.ports.events().publish(events).await;
                published.map(|()| Told::Events(events.last().map(|event| event.number)))
            }
        };
        let now = self.ports.system().now();
        let (told, free) = match done {
            Ok(told) => (told, now),
            Err(error) => {
                tracing::warn!(%tenant, ?to, waiting = work.len(), error = %error, "outbox: not delivered; tried again soon");
                (work.none_told(), now.plus_seconds(BACK_OFF_SECONDS))
            }
        };
        match told == work.none_told() {
            true => relayed.held_up += 1,
            false => relayed.told += work.len(),
        }
        Settling { tenant, receiver, holder: self.deliveries.holder, told, free }
    }

    /// What the receiver has now: nothing where another service answered, which has it instead.
    async fn tell_entries(
        &self,
        to: Destination,
        receiver: Receiver,
        tenant: &Tenant,
        entries: &[Entry],
    ) -> Result<Told, PortError> {
        let Some(memory) = self.memory_at(to) else { return Ok(Told::Entries(Vec::new())) };
        let places: Vec<Seq> = entries.iter().map(|entry| entry.seq).collect();
        let service = memory.apply(tenant, entries).await?;
        if receiver == Receiver::LongTerm(service) {
            return Ok(Told::Entries(places));
        }
        self.ports.outbox().acknowledge(service, tenant, &places).await?;
        Ok(Told::Entries(Vec::new()))
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
