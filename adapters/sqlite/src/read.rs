//! Connections for the few reads that memory cannot answer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;

use crate::connection;
use crate::error::Error;

/// A small pool of connections that can only read; each read takes one, or opens one more.
#[derive(Clone)]
pub(crate) struct Readers {
    folder: PathBuf,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
}

/// Connections kept open between reads.
const KEPT: usize = 4;

impl Readers {
    /// No connection yet.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), idle: Arc::default() }
    }

    /// Runs a read on a thread that may block.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut SqliteConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || readers.with(read)).await.map_err(|_| Error::Ended)?
    }

    fn with<T>(&self, read: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>) -> Result<T, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = idle.map_or_else(|| connection::reader(&self.folder), Ok)?;
        let answer = read(&mut connection)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(answer)
    }
}
