//! Maintenance outlasts the process.

use application::ports::ledger::{Ledger, Maintaining};
use tempfile::TempDir;

use crate::builders::{note, open, tenant};

#[tokio::test]
async fn maintenance_survives_a_restart_and_so_does_its_end() {
    let folder = TempDir::new().unwrap();
    for enabled in [true, false, true] {
        let sqlite = open(folder.path()).await;
        let act = Maintaining { tenant: tenant(), enabled, reason: Some("a larger disk".into()), note: note(3) };
        let turned = sqlite.maintain(act).await.unwrap();
        drop(sqlite);
        assert_eq!(turned.is_some(), enabled);
        assert_eq!(open(folder.path()).await.maintenance().await.unwrap(), turned);
    }
}
