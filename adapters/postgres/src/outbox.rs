//! The outbox: who is told what was written, by whichever process claims it.
//!
//! Both receivers have their leases for themselves. Entries come from the rows of the outbox; events from the audit log,
//! which is sealed first (see [`crate::sealing`]): their order is that of the chain.

mod depth;
mod entries;
mod events;
mod leases;

use application::ports::error::PortError;
use application::ports::events::Event;
use application::ports::long_term::Entry;
use application::ports::outbox::{Batch, Claim, Depth, Outbox, Receiver, Settling, Told, Work};
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::Postgres;
use crate::error::{Error, InvalidRow};
use crate::transaction::Locks;
use crate::wrong::Wrong;
use leases::Lease;

/// Rounds of sealing within one claim: after more than that the next claim goes on.
const ROUNDS: usize = 16;

impl Outbox for Postgres {
    async fn undelivered(&self, tenant: &Tenant, namespace: &Namespace, limit: usize) -> Result<Vec<Entry>, PortError> {
        let asked = self
            .ask(|| async move { entries::undelivered(&*self.connection().await?, tenant, namespace, limit).await });
        asked.await.map_err(|error| error.at("outbox", "read what is undelivered"))
    }

    async fn acknowledge(&self, tenant: &Tenant, places: &[Seq]) -> Result<(), PortError> {
        if places.is_empty() {
            return Ok(());
        }
        let told = self.ask(|| async move { entries::acknowledge(&*self.connection().await?, tenant, places).await });
        told.await.map_err(|error| error.at("outbox", "acknowledge entries"))
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        let claimed = async {
            match claim.receiver {
                Receiver::LongTerm => self.claim_entries(&claim).await,
                Receiver::Stream => self.claim_events(&claim).await,
            }
        };
        claimed.await.map_err(|error: Error| error.at("outbox", "claim a batch"))
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        let settling = &settling;
        let settled = async {
            match &settling.told {
                Told::Entries(places) => self.settle_entries(settling, places).await,
                Told::Events(None) => self.free(Receiver::Stream, settling).await,
                Told::Events(Some(number)) => self.settle_events(settling, *number).await,
            }
        };
        settled.await.map_err(|error| error.at("outbox", "settle a batch"))
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        let events = self.config.events;
        let asked = self.ask(|| async move { depth::depth(&*self.connection().await?, events, now).await });
        asked.await.map_err(|error| error.at("outbox", "measure the outbox"))
    }
}

impl Postgres {
    async fn claim_entries(&self, claim: &Claim) -> Result<Option<Batch>, Error> {
        let (mut passed, mut wrong) = (Vec::new(), Wrong::default());
        while let Some(Lease { tenant, .. }) = self.take(claim, &passed).await? {
            let whose = &tenant;
            let read = self.ask(|| async move { entries::batch(&*self.connection().await?, whose, claim).await });
            // A tenant whose rows are damaged rests as long as its lease, and keeps no other waiting.
            let Some(entries) = wrong.unless(read.await)? else {
                passed.push(tenant);
                continue;
            };
            if !entries.is_empty() {
                return Ok(Some(Batch { tenant, work: Work::Entries(entries) }));
            }
            // Acknowledged meanwhile.
            self.free(Receiver::LongTerm, &nothing(claim, &tenant)).await?;
            passed.push(tenant);
        }
        wrong.end().map(|()| None)
    }

    async fn claim_events(&self, claim: &Claim) -> Result<Option<Batch>, Error> {
        let (mut passed, mut wrong) = (Vec::new(), Wrong::default());
        while self.config.events
            && let Some(lease) = self.take(claim, &passed).await?
        {
            let Some(events) = wrong.unless(self.sealed_events(&lease, claim.limit).await)? else {
                passed.push(lease.tenant);
                continue;
            };
            if !events.is_empty() {
                return Ok(Some(Batch { tenant: lease.tenant, work: Work::Events(events) }));
            }
            // Told meanwhile, or somebody else is sealing it.
            self.free(Receiver::Stream, &nothing(claim, &lease.tenant)).await?;
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
                let transaction = self.begin(&lease.tenant, &Locks::None).await?;
                let read = events::batch(transaction.connection(), lease, limit).await;
                transaction.end(read).await
            });
            let events = events.await?;
            if sealed == 0 || !events.is_empty() {
                return Ok(events);
            }
        }
        Ok(Vec::new())
    }

    async fn take(&self, claim: &Claim, passed: &[Tenant]) -> Result<Option<Lease>, Error> {
        self.ask(|| async move { leases::take(&*self.connection().await?, claim, passed).await }).await
    }

    async fn free(&self, receiver: Receiver, settling: &Settling) -> Result<(), Error> {
        self.ask(|| async move { leases::free(&*self.connection().await?, receiver, settling).await }).await
    }

    async fn settle_entries(&self, settling: &Settling, places: &[Seq]) -> Result<(), Error> {
        let settled = self.ask(|| async move {
            let connection = self.connection().await?;
            entries::acknowledge(&connection, &settling.tenant, places).await?;
            leases::free(&connection, Receiver::LongTerm, settling).await
        });
        settled.await
    }

    async fn settle_events(&self, settling: &Settling, number: u64) -> Result<(), Error> {
        let number = i64::try_from(number).map_err(|e| InvalidRow::new("number", e))?;
        let settled = self.ask(|| async move {
            let transaction = self.begin(&settling.tenant, &Locks::None).await?;
            let told = leases::told(transaction.connection(), number, settling).await;
            transaction.end(told).await
        });
        settled.await
    }
}

/// What gives back a lease of which nothing came.
fn nothing(claim: &Claim, tenant: &Tenant) -> Settling {
    let told = Told::Entries(Vec::new());
    Settling { tenant: tenant.clone(), holder: claim.holder, told, free: claim.now }
}
