//! Where backups lie, what each says of itself, and what must never come back out of one.
//!
//! A place holds `somabrain/{YYYYMMDD_HHMMSS}/`, a folder a backup, named after the moment in UTC that it is of. In it lie a
//! `manifest.json` (versions, counts, checksums) and the files that the manifest names. Beside the folders lies
//! `erasures.ndjson`, the names of what was erased: every restore applies it.
//!
//! ```
//! use somabrain_backup::{Moment, Place};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let place = Place::new(folder.path());
//! let wanted: Moment = "20251015_110000".parse()?;
//! assert_eq!(place.at_or_before(wanted)?, None);
//! # Ok(())
//! # }
//! ```

mod draft;
mod erasures;
mod error;
mod manifest;
mod moment;
mod place;

pub use draft::Draft;
pub use erasures::{Erasure, Erasures};
pub use error::BackupError;
pub use manifest::{FORMAT, FileEntry, Manifest};
pub use moment::{InvalidMoment, Moment};
pub use place::{Backup, Place};
