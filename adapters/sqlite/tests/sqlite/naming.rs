//! The name of a memory service: made with its data, kept with it, another one once that is lost.

use std::fs;
use std::path::Path;

use application::ports::long_term::{LongTermMemory, ServiceId};
use somabrain_sqlite::{Engine, EngineConfig};
use tempfile::TempDir;
use uuid::Uuid;

fn name(number: u128) -> ServiceId {
    ServiceId(Uuid::from_u128(number))
}

async fn opened(folder: &Path, proposed: u128) -> ServiceId {
    let engine = Engine::open(EngineConfig::new(folder, Uuid::from_u128(proposed))).await.unwrap();
    engine.service().await.unwrap()
}

#[tokio::test]
async fn a_name_outlives_the_process() {
    let folder = TempDir::new().unwrap();
    assert_eq!(opened(folder.path(), 1).await, name(1));
    assert_eq!(opened(folder.path(), 2).await, name(1));
}

#[tokio::test]
async fn who_has_lost_the_data_has_another_name() {
    let folder = TempDir::new().unwrap();
    opened(folder.path(), 1).await;
    for file in ["somabrain.db", "somabrain.db-wal", "somabrain.db-shm"] {
        let _ = fs::remove_file(folder.path().join(file));
    }
    assert_eq!(opened(folder.path(), 2).await, name(2));
}

#[tokio::test]
async fn data_without_a_name_gets_one() {
    let folder = TempDir::new().unwrap();
    opened(folder.path(), 1).await;
    for text in [None, Some(""), Some("no name"), Some("00000000-0000-0000-0000-000000000000")] {
        match text {
            None => fs::remove_file(folder.path().join("name")).unwrap(),
            Some(text) => fs::write(folder.path().join("name"), text).unwrap(),
        }
        assert_eq!(opened(folder.path(), 2).await, name(2), "{text:?}");
    }
}
