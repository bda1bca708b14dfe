//! The outbox: who is told what was written, by whichever process claims it.
//!
//! Each receiver has its leases for itself. Entries come from the rows of the outbox; events from the audit log,
//! which is sealed first (see [`crate::sealing`]): their order is that of the chain.

mod depth;
mod entries;
mod events;
mod leases;

use application::ports::error::PortError;
use application::ports::events::Event;
use application::ports::long_term::ServiceId;
use application::ports::outbox::{Batch, Claim, Depth, Enrolling, Outbox, Receiver, Settling, Told, Undelivered, Work};
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::Postgres;
use crate::error::{Error, InvalidRow};
use crate::outgoing::STREAM;
use crate::wrong::Wrong;
use leases::Lease;

/// Rounds of sealing within one claim: after more than that the next claim goes on.
const ROUNDS: usize = 16;

impl Outbox for Postgres {
    async fn undelivered(
        &self,
        service: ServiceId,
        tenant: &Tenant,
        namespace: &Namespace,
        limit: usize,
    ) -> Result<Undelivered, PortError> {
        let asked = self.ask(|| async move {
            entries::undelivered(&*self.look(tenant).await?, service, tenant, namespace, limit).await
        });
        asked.await.map_err(|error| error.at("outbox", "read what is undelivered"))
    }

    async fn acknowledge(&self, service: ServiceId, tenant: &Tenant, places: &[Seq]) -> Result<(), PortError> {
        if places.is_empty() {
            return Ok(());
        }
        let told = self.ask(|| async move {
            let view = self.chore(tenant).await?;
            let told = entries::acknowledge(&view, service, tenant, places).await;
            view.end(told).await
        });
        told.await.map_err(|error| error.at("outbox", "acknowledge entries"))
    }

    async fn enrol(&self, enrolling: Enrolling) -> Result<bool, PortError> {
        self.enrol_service(enrolling).await.map_err(|error| error.at("outbox", "enrol a memory service"))
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        let claimed = async {
            match claim.receiver {
                Receiver::LongTerm(service) => self.claim_entries(service, &claim).await,
                Receiver::Stream => self.claim_events(&claim).await,
            }
        };
        claimed.await.map_err(|error: Error| error.at("outbox", "claim a batch"))
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        let settling = &settling;
        let settled = async {
            match (settling.receiver, &settling.told) {
                (Receiver::LongTerm(service), Told::Entries(places)) => {
                    self.settle_entries(service, settling, places).await
                }
                (Receiver::Stream, Told::Events(Some(number))) => self.settle_events(settling, *number).await,
                (_, Told::Events(_) | Told::Entries(_)) => self.free(settling).await,
            }
        };
        settled.await.map_err(|error| error.at("outbox", "settle a batch"))
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        let events = self.config.events;
        let asked = self.ask(|| async move { depth::depth(&*self.across().await?, events, now).await });
        asked.await.map_err(|error| error.at("outbox", "measure the outbox"))
    }
}

impl Postgres {
    async fn claim_entries(&self, service: ServiceId, claim: &Claim) -> Result<Option<Batch>, Error> {
        let (mut passed, mut wrong) = (Vec::new(), Wrong::default());
        let Some(name) = self.name(claim.receiver).await? else { return Ok(None) };
        while let Some(Lease { tenant, .. }) = self.take(&name, claim, &passed).await? {
            let whose = &tenant;
            let read = self.ask(|| async move {
                let view = self.chore(whose).await?;
                let read = entries::batch(&view, service, whose, claim).await;
                view.end(read).await
            });
            // A tenant whose rows are damaged rests as long as its lease, and keeps no other waiting.
            let Some(entries) = wrong.unless(read.await)? else {
                passed.push(tenant);
                continue;
            };
            if !entries.is_empty() {
                return Ok(Some(Batch { tenant, work: Work::Entries(entries) }));
            }
            // Acknowledged meanwhile.
            self.free(&nothing(claim, &tenant)).await?;
            passed.push(tenant);
        }
        wrong.end().map(|()| None)
    }

    async fn claim_events(&self, claim: &Claim) -> Result<Option<Batch>, Error> {
        let (mut passed, mut wrong) = (Vec::new(), Wrong::default());
        while self.config.events
            && let Some(lease) = self.take(STREAM, claim, &passed).await?
        {
            let Some(events) = wrong.unless(self.sealed_events(&lease, claim.limit).await)? else {
                passed.push(lease.tenant);
                continue;
            };
            if !events.is_empty() {
                return Ok(Some(Batch { tenant: lease.tenant, work: Work::Events(events) }));
            }
            // Told meanwhile, or somebody else is sealing it.
            self.free(&nothing(claim, &lease.tenant)).await?;
            passed.push(lease.tenant);
        }
        wrong.unless(self.seal_what_is_left(ROUNDS).await)?;
        wrong.end().map(|()| None)
    }

    /// Seals until there is something to tell.
    async fn sealed_events(&self, lease: &Lease, limit: usize) -> Result<Vec<Event>, Error> {
        for _ in 0..ROUNDS {
            let sealed = self.seal(&lease.tenant).await?;
            let events = self.ask(|| async move {
                let view = self.across_to(&lease.tenant).await?;
                events::batch(&view, lease, limit).await
            });
            let events = events.await?;
            if sealed == 0 || !events.is_empty() {
                return Ok(events);
            }
        }
        Ok(Vec::new())
    }

    async fn name(&self, receiver: Receiver) -> Result<Option<String>, Error> {
        self.ask(|| async move { leases::name(&*self.connection().await?, receiver).await }).await
    }

    async fn take(&self, name: &str, claim: &Claim, passed: &[Tenant]) -> Result<Option<Lease>, Error> {
        let taken = self.ask(|| async move {
            let view = self.across().await?;
            let taken = leases::take(&view, name, claim, passed).await;
            // Also where a name is none, for which nobody else is to try it again soon.
            view.commit().await?;
            taken
        });
        taken.await
    }

    async fn free(&self, settling: &Settling) -> Result<(), Error> {
        let Some(name) = &self.name(settling.receiver).await? else { return Ok(()) };
        let freed = self.ask(|| async move {
            let view = self.across().await?;
            let freed = leases::free(&view, name, settling).await;
            view.end(freed).await
        });
        freed.await
    }

    async fn settle_entries(&self, service: ServiceId, settling: &Settling, places: &[Seq]) -> Result<(), Error> {
        let Some(name) = &self.name(settling.receiver).await? else { return Ok(()) };
        let settled = self.ask(|| async move {
            let view = self.across_to(&settling.tenant).await?;
            entries::acknowledge(&view, service, &settling.tenant, places).await?;
            let freed = leases::free(&view, name, settling).await;
            view.end(freed).await
        });
        settled.await
    }

    async fn settle_events(&self, settling: &Settling, number: u64) -> Result<(), Error> {
        let number = i64::try_from(number).map_err(|e| InvalidRow::new("number", e))?;
        let settled = self.ask(|| async move {
            let view = self.across_to(&settling.tenant).await?;
            let told = leases::told(&view, number, settling).await;
            view.end(told).await
        });
        settled.await
    }
}

/// What gives back a lease of which nothing came.
fn nothing(claim: &Claim, tenant: &Tenant) -> Settling {
    let told = Told::Entries(Vec::new());
    Settling { tenant: tenant.clone(), receiver: claim.receiver, holder: claim.holder, told, free: claim.now }
}
