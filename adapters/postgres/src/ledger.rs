//! The port: one transaction an act, one statement a question.

use std::sync::Arc;
use std::time::Instant;

use application::ports::error::PortError;
use application::ports::ledger::{
    Changing, Erased, Erasing, Ledger, LedgerError, Listed, Maintaining, Maintenance, Noting, Page, Past, PastPage,
    Reencoding, Remembering, Selection, Stale, Stored, Written,
};
use application::ports::long_term::Act;
use application::ports::teaching::{Lessons, Taught, Teaching};
use domain::encoding::EncoderId;
use domain::link::Edge;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};

use crate::Postgres;
use crate::acts::{change, erase, maintain, note, reencode, remember, teach};
use crate::density::failure;
use crate::reads;
use crate::transaction::Locks;

impl Ledger for Postgres {
    async fn remember(&self, act: Remembering) -> Result<Written<Vec<Stored>>, LedgerError> {
        let (act, locks, events) = (&act, &remember::locks(&act), self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = remember::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        done.await.map_err(|error| error.at("store memories"))
    }

    async fn change(&self, act: Changing) -> Result<Written<Arc<Memory>>, LedgerError> {
        let (act, locks, events) = (&act, &change::locks(&act), self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = change::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        done.await.map_err(|error| error.at("change a memory"))
    }

    async fn erase(&self, act: Erasing) -> Result<Written<Erased>, LedgerError> {
        let (act, locks, events) = (&act, &Locks::Tenant, self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = erase::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        let erased = done.await.map_err(|error| error.at("erase memories"))?;
        if let Selection::Namespace(namespace) = &act.selection {
            self.matrices.forget(&act.tenant, namespace);
        }
        Ok(erased)
    }

    async fn reencode(&self, act: Reencoding) -> Result<Written<usize>, LedgerError> {
        let (act, locks, events) = (&act, &Locks::Tenant, self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = reencode::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        let written = done.await.map_err(|error| error.at("give memories other encodings"))?;
        for entry in &written.deliver {
            if let Act::Put { memory, .. } = &entry.act {
                self.matrices.forget(&act.tenant, &memory.namespace);
            }
        }
        Ok(written)
    }

    async fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, PortError> {
        let found = self.find_stale(encoder, after, limit).await;
        found.map_err(|error| error.at("ledger", "look for other encodings"))
    }

    async fn read(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Arc<Memory>>, PortError> {
        let read = self.ask(|| async move { reads::memories(&*self.look(tenant).await?, tenant, ids).await });
        read.await.map_err(|error| error.at("ledger", "read memories"))
    }

    async fn list(&self, tenant: &Tenant, page: Page) -> Result<Listed, PortError> {
        let page = &page;
        let read = self.ask(|| async move { reads::list(&*self.look(tenant).await?, tenant, page).await });
        read.await.map_err(|error| error.at("ledger", "list memories"))
    }

    async fn versions(&self, tenant: &Tenant, id: MemoryId, page: PastPage) -> Result<Past, PortError> {
        let read = self.ask(|| async move { reads::versions(&*self.look(tenant).await?, tenant, id, page).await });
        read.await.map_err(|error| error.at("ledger", "read the versions of a memory"))
    }

    async fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Edge>, PortError> {
        let read = self.ask(|| async move { reads::edges(&*self.look(tenant).await?, tenant, ids).await });
        read.await.map_err(|error| error.at("ledger", "read links"))
    }

    async fn namespaces(&self, tenant: &Tenant) -> Result<Vec<(Namespace, u64)>, PortError> {
        let read = self.ask(|| async move { reads::namespaces(&*self.look(tenant).await?, tenant).await });
        read.await.map_err(|error| error.at("ledger", "count namespaces"))
    }

    async fn content_bytes(&self, tenant: &Tenant) -> Result<u64, PortError> {
        let read = self.ask(|| async move { reads::content_bytes(&*self.look(tenant).await?, tenant).await });
        read.await.map_err(|error| error.at("ledger", "count bytes"))
    }

    async fn teach(&self, act: Teaching) -> Result<Taught, LedgerError> {
        let (act, locks, events) = (&act, &teach::locks(&act), self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = teach::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        done.await.map_err(|error| error.at("keep a lesson"))
    }

    async fn lessons(&self, tenant: &Tenant) -> Result<Lessons, PortError> {
        let read = self.ask(|| async move { teach::sum(&*self.look(tenant).await?, tenant).await });
        read.await.map_err(|error| error.at("ledger", "read lessons"))
    }

    async fn maintenance(&self) -> Result<Option<Maintenance>, PortError> {
        if let Some(maintenance) = self.switches.fresh() {
            return Ok(maintenance);
        }
        let asked = Instant::now();
        let read = self.ask(|| async move { maintain::read(&*self.connection().await?).await }).await;
        let maintenance = read.map_err(|error| error.at("ledger", "look for maintenance"))?;
        self.switches.put(asked, &maintenance);
        Ok(maintenance)
    }

    async fn maintain(&self, act: Maintaining) -> Result<Option<Maintenance>, PortError> {
        let (act, locks, events) = (&act, &Locks::None, self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = maintain::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        let outcome = done.await.map_err(|error| failure(error).at("ledger", "turn maintenance on or off"))?;
        self.switches.put(Instant::now(), &outcome);
        Ok(outcome)
    }

    async fn note(&self, act: Noting) -> Result<(), PortError> {
        let (act, locks, events) = (&act, &Locks::None, self.config.events);
        let done = self.act(locks, || async move {
            let transaction = self.begin(&act.tenant, locks).await?;
            let done = note::run(transaction.connection(), act, events).await;
            transaction.end(done).await
        });
        done.await.map_err(|error| failure(error).at("ledger", "note an act"))
    }
}
