//! What the client promises as long-term memory, through a server on loopback: the suite of the port.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::ledger::{
    Changing, Erased, Erasing, Ledger, LedgerError, Listed, Maintaining, Maintenance, Noting, Page, Past, PastPage,
    Reencoding, Remembering, Stale, Stored, Written,
};
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use application::ports::teaching::{Lessons, Taught, Teaching};
use domain::encoding::EncoderId;
use domain::link::Edge;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};
use somabrain_inprocess::Volatile;
use somabrain_memory_service::{MemoryService, client, server};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

/// A ledger whose every act is delivered to a memory service before it is answered.
struct Delivering {
    ledger: Volatile,
    memory: MemoryService,
    _server: JoinSet<std::io::Result<()>>,
}

async fn delivering() -> Delivering {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let config = server::Config { token: "a-token".into(), version: "v1".into(), traces: Default::default() };
    let mut running = JoinSet::new();
    running.spawn(server::serve(
        listener,
        Arc::new(Volatile::new(64).named(ServiceId(Uuid::from_u128(7)))),
        config,
        std::future::pending(),
    ));
    let memory = MemoryService::connect(client::Config::new(&endpoint, "a-token")).unwrap();
    Delivering { ledger: Volatile::apart(64), memory, _server: running }
}

impl Delivering {
    async fn deliver<T>(&self, tenant: &Tenant, written: Written<T>) -> Result<Written<T>, LedgerError> {
        self.memory.apply(tenant, &written.deliver).await?;
        Ok(written)
    }
}

impl Ledger for Delivering {
    async fn remember(&self, act: Remembering) -> Result<Written<Vec<Stored>>, LedgerError> {
        let tenant = act.tenant.clone();
        self.deliver(&tenant, self.ledger.remember(act).await?).await
    }

    async fn change(&self, act: Changing) -> Result<Written<Arc<Memory>>, LedgerError> {
        let tenant = act.tenant.clone();
        self.deliver(&tenant, self.ledger.change(act).await?).await
    }

    async fn erase(&self, act: Erasing) -> Result<Written<Erased>, LedgerError> {
        let tenant = act.tenant.clone();
        self.deliver(&tenant, self.ledger.erase(act).await?).await
    }

    async fn reencode(&self, act: Reencoding) -> Result<Written<usize>, LedgerError> {
        let tenant = act.tenant.clone();
        self.deliver(&tenant, self.ledger.reencode(act).await?).await
    }

    async fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, PortError> {
        self.ledger.stale(encoder, after, limit).await
    }

    async fn read(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Arc<Memory>>, PortError> {
        self.ledger.read(tenant, ids).await
    }

    async fn list(&self, tenant: &Tenant, page: Page) -> Result<Listed, PortError> {
        self.ledger.list(tenant, page).await
    }

    async fn versions(&self, tenant: &Tenant, id: MemoryId, page: PastPage) -> Result<Past, PortError> {
        self.ledger.versions(tenant, id, page).await
    }

    async fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Edge>, PortError> {
        self.ledger.edges(tenant, ids).await
    }

    async fn namespaces(&self, tenant: &Tenant) -> Result<Vec<(Namespace, u64)>, PortError> {
        self.ledger.namespaces(tenant).await
    }

    async fn content_bytes(&self, tenant: &Tenant) -> Result<u64, PortError> {
        self.ledger.content_bytes(tenant).await
    }

    async fn teach(&self, act: Teaching) -> Result<Taught, LedgerError> {
        self.ledger.teach(act).await
    }

    async fn lessons(&self, tenant: &Tenant) -> Result<Lessons, PortError> {
        self.ledger.lessons(tenant).await
    }

    async fn maintenance(&self) -> Result<Option<Maintenance>, PortError> {
        self.ledger.maintenance().await
    }

    async fn maintain(&self, act: Maintaining) -> Result<Option<Maintenance>, PortError> {
        self.ledger.maintain(act).await
    }

    async fn note(&self, act: Noting) -> Result<(), PortError> {
        self.ledger.note(act).await
    }
}

impl LongTermMemory for Delivering {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        self.memory.apply(tenant, entries).await
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        self.memory.position(tenant).await
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.memory.clear().await
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        self.memory.search(cue).await
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        self.memory.service().await
    }
}

contract::long_term!(delivering().await);
