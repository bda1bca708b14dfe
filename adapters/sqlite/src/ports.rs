//! The three ports, answered from memory where memory knows, and by the writer where something changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use application::ports::density::{Breach, DensityStore, Renewed, Resetting, Restoring, Snapshot, Unmerged};
use application::ports::error::PortError;
use application::ports::ledger::{
    Changing, Erased, Erasing, Filling, Ledger, LedgerError, Listed, Maintaining, Maintenance, Noting, Page, Past,
    PastPage, Reencoding, Remembering, Stale, Stored, Written,
};
use application::ports::long_term::{Entry, LongTermMemory, Searched, ServiceId};
use application::ports::teaching::{Lessons, Taught, Teaching};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::encoding::EncoderId;
use domain::index::Found;
use domain::link::Edge;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Cue;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::Sqlite;
use crate::acts::apply::Applying;
use crate::acts::density::row::MatrixRow;
use crate::acts::density::snapshots;
use crate::acts::teach;
use crate::error::{ActError, Error, InvalidRow};
use crate::index::{Known, Shelf, reading};
use crate::versions;
use crate::writer::{Command, Merging};

impl Ledger for Sqlite {
    async fn remember(&self, act: Remembering) -> Result<Written<Vec<Stored>>, LedgerError> {
        let done = self.writer.ask(|answer| Command::Remember(act, answer)).await;
        done.map(Written::whole).map_err(|error| error.at("store memories"))
    }

    async fn change(&self, act: Changing) -> Result<Written<Arc<Memory>>, LedgerError> {
        let done = self.writer.ask(|answer| Command::Change(act, answer)).await;
        done.map(Written::whole).map_err(|error| error.at("change a memory"))
    }

    async fn erase(&self, act: Erasing) -> Result<Written<Erased>, LedgerError> {
        let done = self.writer.ask(|answer| Command::Erase(act, answer)).await;
        done.map(Written::whole).map_err(|error| error.at("erase memories"))
    }

    async fn reencode(&self, act: Reencoding) -> Result<Written<usize>, LedgerError> {
        let done = self.writer.ask(|answer| Command::Reencode(act, answer)).await;
        done.map(Written::whole).map_err(|error| error.at("give memories other encodings"))
    }

    async fn stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, PortError> {
        Ok(self.index.read().stale(encoder, after).take(limit).collect())
    }

    async fn read(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Arc<Memory>>, PortError> {
        let directory = self.index.read();
        let shelf = directory.shelf(tenant);
        Ok(ids.iter().filter_map(|&id| Some(shelf?.get(id)?.1)).collect())
    }

    async fn list(&self, tenant: &Tenant, page: Page) -> Result<Listed, PortError> {
        let directory = self.index.read();
        let Some(shelf) = directory.shelf(tenant) else { return Ok(Listed::default()) };
        let wanted = |memory: &Memory| {
            page.namespace.as_ref().is_none_or(|namespace| *namespace == memory.namespace) && page.filter.admits(memory)
        };
        let fitting = shelf.after(page.after).filter(|(_, memory)| wanted(memory));
        let mut filling = Filling::new(page.limit);
        for (seq, memory) in fitting {
            if !filling.put((seq, memory.clone()), memory.bytes()) {
                break;
            }
        }
        Ok(filling.listed())
    }

    async fn versions(&self, tenant: &Tenant, id: MemoryId, page: PastPage) -> Result<Past, PortError> {
        let tenant = tenant.clone();
        let read = self.readers.run(move |connection| versions::of(connection, &tenant, id, page)).await;
        read.map_err(|error| error.at("ledger", "read the versions of a memory"))
    }

    async fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<Vec<Edge>, PortError> {
        let directory = self.index.read();
        let Some(shelf) = directory.shelf(tenant) else { return Ok(Vec::new()) };
        let edges: BTreeSet<Edge> = ids.iter().flat_map(|&id| shelf.edges(id)).collect();
        Ok(edges.into_iter().collect())
    }

    async fn namespaces(&self, tenant: &Tenant) -> Result<Vec<(Namespace, u64)>, PortError> {
        let directory = self.index.read();
        let Some(shelf) = directory.shelf(tenant) else { return Ok(Vec::new()) };
        Ok(shelf.namespaces().map(|(name, size)| (name.clone(), size as u64)).collect())
    }

    async fn content_bytes(&self, tenant: &Tenant) -> Result<u64, PortError> {
        let directory = self.index.read();
        Ok(directory.shelf(tenant).map_or(0, Shelf::content_bytes))
    }

    async fn teach(&self, act: Teaching) -> Result<Taught, LedgerError> {
        let done = self.writer.ask(|answer| Command::Teach(act, answer)).await;
        done.map_err(|error| error.at("keep a lesson"))
    }

    async fn lessons(&self, tenant: &Tenant) -> Result<Lessons, PortError> {
        let tenant = tenant.clone();
        let read = self.readers.run(move |connection| teach::sum(connection, &tenant)).await;
        read.map_err(|error| error.at("ledger", "read lessons"))
    }

    async fn maintenance(&self) -> Result<Option<Maintenance>, PortError> {
        Ok(self.index.read().maintenance())
    }

    async fn maintain(&self, act: Maintaining) -> Result<Option<Maintenance>, PortError> {
        let done = self.writer.ask(|answer| Command::Maintain(act, answer)).await;
        done.map_err(|error| failure(error).at("ledger", "turn maintenance on or off"))
    }

    async fn note(&self, act: Noting) -> Result<(), PortError> {
        let done = self.writer.ask(|answer| Command::Note(act, answer)).await;
        done.map_err(|error| failure(error).at("ledger", "note an act"))
    }
}

/// The ledger has applied its own entries before it answers, so that applying them here changes nothing. Entries of
/// another ledger go to disk first.
impl LongTermMemory for Sqlite {
    async fn apply(&self, tenant: &Tenant, entries: &[Entry]) -> Result<ServiceId, PortError> {
        let news: Vec<Entry> = {
            let directory = self.index.read();
            entries.iter().filter(|entry| !directory.knows(tenant, entry)).cloned().collect()
        };
        if news.is_empty() {
            return Ok(self.service);
        }
        let applying = Applying { tenant: tenant.clone(), entries: news };
        let done = self.writer.ask(|answer| Command::Apply(applying, answer)).await;
        done.map(|()| self.service).map_err(|error| failure(error).at("long_term", "apply entries"))
    }

    async fn position(&self, tenant: &Tenant) -> Result<Seq, PortError> {
        Ok(self.index.read().shelf(tenant).map_or(Seq(0), Shelf::position))
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.reindex().await
    }

    async fn search(&self, cue: &Cue) -> Result<Searched, PortError> {
        let room = self.index.read().shelf(&cue.tenant).and_then(|shelf| shelf.room(&cue.namespace));
        let found = room.map_or_else(Found::default, |room| reading(&room).search(cue));
        Ok(Searched { found, by: self.service })
    }

    async fn service(&self) -> Result<ServiceId, PortError> {
        Ok(self.service)
    }
}

impl DensityStore for Sqlite {
    async fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Arc<DensityMatrix>, PortError> {
        let place = (tenant.clone(), namespace.clone());
        if let Some(matrix) = self.read_matrix(&place).await? {
            return Ok(matrix);
        }
        // It was damaged after the start: as then, it is mended or replaced.
        let mended = self.writer.ask(|answer| Command::Mend(place.clone(), answer)).await;
        mended.map_err(|error| failure(error).at("density", "mend a matrix"))?;
        let damaged = || Error::from(InvalidRow::new("packed", "is no density matrix")).at("density", "read a matrix");
        self.read_matrix(&place).await?.ok_or_else(damaged)
    }

    async fn merge(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        fold: &Fold,
        places: &[Seq],
        at: Timestamp,
    ) -> Result<(), PortError> {
        let (tenant, namespace, fold, places) = (tenant.clone(), namespace.clone(), fold.clone(), places.to_vec());
        let merging = Merging { tenant, namespace, fold, places, at };
        let done = self.writer.ask(|answer| Command::Merge(merging, answer)).await;
        done.map_err(|error| failure(error).at("density", "merge a fold"))
    }

    async fn unmerged(&self, by: Timestamp, limit: usize) -> Result<Vec<Unmerged>, PortError> {
        let found = self.index.read().unmerged(by, limit);
        let unmerged = |(seq, memory): (Seq, Arc<Memory>)| Unmerged {
            seq,
            tenant: memory.tenant.clone(),
            namespace: memory.namespace.clone(),
            encoding: memory.encoding.clone(),
            importance: memory.importance,
        };
        Ok(found.into_iter().map(unmerged).collect())
    }

    async fn snapshots(&self, tenant: &Tenant, namespace: &Namespace) -> Result<Vec<Snapshot>, PortError> {
        let (tenant, namespace) = (tenant.clone(), namespace.clone());
        let read = self.readers.run(move |connection| snapshots::list(connection, &tenant, &namespace)).await;
        read.map_err(|error| error.at("density", "list the snapshots of a matrix"))
    }

    async fn reset(&self, act: Resetting) -> Result<Renewed, PortError> {
        let done = self.writer.ask(|answer| Command::Reset(act, answer)).await;
        done.map_err(|error| failure(error).at("density", "begin a matrix anew"))
    }

    async fn restore(&self, act: Restoring) -> Result<Option<Renewed>, PortError> {
        let done = self.writer.ask(|answer| Command::Restore(act, answer)).await;
        done.map_err(|error| failure(error).at("density", "restore a matrix"))
    }

    fn breaches(&self) -> Vec<Breach> {
        self.index.write().breaches()
    }
}

impl Sqlite {
    /// The matrix of a namespace, from memory or from disk; `None`: it breaks a law there.
    async fn read_matrix(&self, place: &(Tenant, Namespace)) -> Result<Option<Arc<DensityMatrix>>, PortError> {
        let change = match self.index.read().matrix(place) {
            Known::Nothing => return Ok(Some(self.mixed.clone())),
            Known::Here(matrix) => return Ok(Some(matrix)),
            Known::OnDisk(change) => change,
        };
        let (tenant, namespace) = place.clone();
        let read = self.readers.run(move |connection| MatrixRow::find(connection, &tenant, &namespace)).await;
        let row = read.map_err(|error| error.at("density", "read a matrix"))?;
        let sound = row.and_then(|row| row.read().ok()).filter(|read| read.broken.is_empty());
        let matrix = sound.map(|read| Arc::new(read.matrix));
        if let Some(matrix) = &matrix {
            self.index.write().keep_matrix(place, change, matrix.clone());
        }
        Ok(matrix)
    }
}

/// What cannot be refused can only fail.
pub(crate) fn failure(error: ActError) -> Error {
    match error {
        ActError::Failed(error) => error,
        ActError::Refused(_) => Error::Ended,
    }
}
