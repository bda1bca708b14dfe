//! Erasures, noted beside the backups as they happen: a backup from before does not bring them back, whatever becomes of the
//! database.

use std::sync::Mutex as Waiting;
use std::sync::PoisonError;

use application::ports::error::{PortError, PortErrorKind};
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use somabrain_backup::{BackupError, Erasure, Erasures, Place};
use tokio::sync::Mutex;

use crate::settings::Settings;

/// The list of what was erased, where backups are made; and what could not be added to it yet.
pub(crate) struct ErasureLog {
    list: Option<Erasures>,
    waiting: Waiting<Vec<Erasure>>,
    turn: Mutex<()>,
}

impl ErasureLog {
    /// Nothing is touched before the first erasure.
    pub(crate) fn new(settings: &Settings) -> Self {
        let list = settings.backups.as_ref().map(|backups| Place::new(&backups.dir).erasures());
        Self { list, waiting: Waiting::default(), turn: Mutex::default() }
    }

    /// Adds names; when it returns they are on disk, with all that could not be added before.
    pub(crate) async fn note(&self, tenant: &Tenant, ids: &[MemoryId]) -> Result<(), PortError> {
        let Some(list) = &self.list else { return Ok(()) };
        let new = ids.iter().map(|id| Erasure { tenant: tenant.clone(), id: *id });
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        let _turn = self.turn.lock().await;
        let all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if all.is_empty() {
            return Ok(());
        }
        let (list, count) = (list.clone(), all.len());
        let added = tokio::task::spawn_blocking(move || list.append(&all)).await;
        added.map_err(|error| failed(error.into()))?.map_err(|error: BackupError| failed(error.into()))?;
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..count);
        Ok(())
    }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> PortError {
    PortError::new("backups", "note beside the backups what was erased", PortErrorKind::Unavailable, error)
}
