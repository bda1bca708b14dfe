//! What a data folder is like, for those who look after it; also beside a running server.

use std::path::Path;

use domain::index::lens::Lens;

use crate::config::Purpose;
use crate::error::OpenError;
use crate::open::{Checked, check};

/// A data folder in which every page and every row's checksum is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examined {
    /// Memories, all tenants.
    pub memories: u64,
    /// Density matrices that break a law: they are mended or replaced at the next start.
    pub unsound: usize,
    /// Whether its schema is that of this program; an older one is brought up to date at the next start.
    pub current: bool,
}

/// Reads everything in a data folder and checks it, as at a start, without writing. `None`: there is nothing in it yet.
pub fn examine(folder: &Path) -> Result<Option<Examined>, OpenError> {
    let (loaded, current) = match check(folder, Purpose::Ledger, Lens::default())? {
        Checked::New => return Ok(None),
        Checked::Older(loaded) => (loaded, false),
        Checked::Present(loaded) => (loaded, true),
    };
    Ok(Some(Examined { memories: loaded.directory.len() as u64, unsound: loaded.unsound.len(), current }))
}
