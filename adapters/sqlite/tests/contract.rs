//! What the adapter promises as ledger, long-term memory and density store: the suites of these ports.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::path::Path;

use domain::audit::AuditKey;
use somabrain_sqlite::{Config, Sqlite};
use tempfile::tempdir;

/// The suites' encodings have 64 dimensions.
async fn sqlite(folder: &Path) -> Sqlite {
    let key = AuditKey::try_new(b"a key for trying out").unwrap();
    Sqlite::open(Config { dimensions: 64, ..Config::new(folder, key) }).await.unwrap()
}

async fn with_stream(folder: &Path) -> Sqlite {
    let key = AuditKey::try_new(b"a key for trying out").unwrap();
    Sqlite::open(Config { dimensions: 64, events: true, ..Config::new(folder, key) }).await.unwrap()
}

contract::archiving!(let folder = tempdir().unwrap(); with_stream(folder.path()).await);
contract::trail!(let folder = tempdir().unwrap(); with_stream(folder.path()).await);
contract::ledger!(let folder = tempdir().unwrap(); sqlite(folder.path()).await);
contract::long_term!(let folder = tempdir().unwrap(); sqlite(folder.path()).await);
contract::density!(let folder = tempdir().unwrap(); sqlite(folder.path()).await);
