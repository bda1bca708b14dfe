//! What is stored, behind a switch: ledger, long-term memory, density store.

use std::sync::Arc;

use application::ports::archiving::AuditTrail;
use application::ports::density::{Breach, DensityStore, Renewed, Resetting, Restoring, Snapshot, Unmerged};
use application::ports::error::PortError;
use application::ports::ledger::{
    Changing, Erased, Erasing, Ledger, LedgerError, Listed, Maintaining, Maintenance, Noting, Page, Past, PastPage,
    Reencoding, Remembering, Stale, Stored, Written,
};
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use application::ports::outbox::{Batch, Claim, Depth, Enrolling, Outbox, Settling, Undelivered};
use application::ports::teaching::{Lessons, Taught, Teaching};
use domain::audit::{AuditEvent, Seal};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::encoding::EncoderId;
use domain::link::Edge;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::Switch;

impl<T: AuditTrail> AuditTrail for Switch<T> {
    async fn sealed_events(
        &self,
        tenant: &Tenant,
        after: u64,
        upto: u64,
    ) -> Result<Vec<(AuditEvent, Seal)>, PortError> {
        self.reach("ledger", "read the audit log")?.sealed_events(tenant, after, upto).await
    }
}

impl<T: Ledger> Ledger for Switch<T> {
    async fn remember(&self, act: Remembering) -> Result<Written<Vec<Stored>>, LedgerError> {
        self.reach("ledger", "remember")?.remember(act).await
    }

    async fn change(&self, act: Changing) -> Result<Written<Arc<Memory>>, LedgerError> {
        self.reach("ledger", "change a memory")?.change(act).await
    }

    async fn erase(&self, act: Erasing) -> Result<Written<Erased>, LedgerError> {
        self.reach("ledger", "erase")?.erase(act).await
    }

    async fn reencode(&self, act: Reencoding) -> Result<Written<usize>, LedgerError> {
        self.reach("ledger", "give memories other encodings")?.reencode(act).await
    }

    async fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, PortError> {
        self.reach("ledger", "look for other encodings")?.stale(encoder, after, limit).await
    }

    async fn read(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Arc<Memory>>, PortError> {
        self.reach("ledger", "read")?.read(tenant, ids).await
    }

    async fn list(&self, tenant: &Tenant, page: Page) -> Result<Listed, PortError> {
        self.reach("ledger", "list")?.list(tenant, page).await
    }

    async fn versions(&self, tenant: &Tenant, id: MemoryId, page: PastPage) -> Result<Past, PortError> {
        self.reach("ledger", "read versions")?.versions(tenant, id, page).await
    }

    async fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Edge>, PortError> {
        self.reach("ledger", "read links")?.edges(tenant, ids).await
    }

    async fn namespaces(&self, tenant: &Tenant) -> Result<Vec<(Namespace, u64)>, PortError> {
        self.reach("ledger", "count namespaces")?.namespaces(tenant).await
    }

    async fn content_bytes(&self, tenant: &Tenant) -> Result<u64, PortError> {
        self.reach("ledger", "count bytes")?.content_bytes(tenant).await
    }

    async fn teach(&self, act: Teaching) -> Result<Taught, LedgerError> {
        self.reach("ledger", "keep a lesson")?.teach(act).await
    }

    async fn lessons(&self, tenant: &Tenant) -> Result<Lessons, PortError> {
        self.reach("ledger", "read lessons")?.lessons(tenant).await
    }

    async fn maintenance(&self) -> Result<Option<Maintenance>, PortError> {
        self.reach("ledger", "look for maintenance")?.maintenance().await
    }

    async fn maintain(&self, act: Maintaining) -> Result<Option<Maintenance>, PortError> {
        self.reach("ledger", "turn maintenance on or off")?.maintain(act).await
    }

    async fn note(&self, act: Noting) -> Result<(), PortError> {
        self.reach("ledger", "note an act")?.note(act).await
    }
}

impl<T: Outbox> Outbox for Switch<T> {
    async fn undelivered(
        &self,
        service: ServiceId,
        tenant: &Tenant,
        namespace: &Namespace,
        limit: usize,
    ) -> Result<Undelivered, PortError> {
        self.reach("outbox", "tell what is not delivered")?.undelivered(service, tenant, namespace, limit).await
    }

    async fn acknowledge(&self, service: ServiceId, tenant: &Tenant, places: &[Seq]) -> Result<(), PortError> {
        self.reach("outbox", "acknowledge")?.acknowledge(service, tenant, places).await
    }

    async fn enrol(&self, enrolling: Enrolling) -> Result<bool, PortError> {
        self.reach("outbox", "enrol a service")?.enrol(enrolling).await
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Batch>, PortError> {
        self.reach("outbox", "claim a batch")?.claim(claim).await
    }

    async fn settle(&self, settling: Settling) -> Result<(), PortError> {
        self.reach("outbox", "settle a batch")?.settle(settling).await
    }

    async fn depth(&self, now: Timestamp) -> Result<Depth, PortError> {
        self.reach("outbox", "tell its depth")?.depth(now).await
    }
}

impl<T: LongTermMemory> LongTermMemory for Switch<T> {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        self.reach("long_term", "apply entries")?.apply(tenant, entries).await
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        self.reach("long_term", "tell its position")?.position(tenant).await
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.reach("long_term", "forget everything")?.clear().await
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        self.reach("long_term", "search")?.search(cue).await
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        self.reach("long_term", "tell its name")?.service().await
    }
}

impl<T: DensityStore> DensityStore for Switch<T> {
    async fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Arc<DensityMatrix>, PortError> {
        self.reach("density", "read a matrix")?.matrix(tenant, namespace).await
    }

    async fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.reach("density", "merge")?.merge(tenant, namespace, fold, places, at).await
    }

    async fn unmerged(&self, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, PortError> {
        self.reach("density", "list what is unmerged")?.unmerged(by, limit).await
    }

    async fn snapshots(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Vec<Snapshot>, PortError> {
        self.reach("density", "list snapshots")?.snapshots(tenant, namespace).await
    }

    async fn reset(&self, act: Resetting) -> Result<Renewed, PortError> {
        self.reach("density", "reset a matrix")?.reset(act).await
    }

    async fn restore(&self, act: Restoring) -> Result<Option<Renewed>, PortError> {
        self.reach("density", "restore a matrix")?.restore(act).await
    }

    fn breaches(&self) -> Vec<Breach> {
        self.reach("density", "tell of breaches").map(T::breaches).unwrap_or_default()
    }
}
