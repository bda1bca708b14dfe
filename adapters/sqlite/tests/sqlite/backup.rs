//! Copies for backups, and a database put in the place of another.

use std::fs;

use application::ports::ledger::{Amendment, Change, Selection};
use domain::audit::Published;
use somabrain_sqlite::{Held, OpenError, copy, erased_in, look, verify_audit};
use tempfile::TempDir;

use crate::builders::{change, erase, id, key, label, list, memory, namespace, open, remember, tenant};
use crate::erasure::holding;

#[tokio::test]
async fn a_copy_is_one_moment_of_a_folder_that_is_written_to() {
    let (folder, backups) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=50).map(|number| memory(number, &format!("entry {number}")))).await;
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    change(&sqlite, 7, Change::Amend(amendment)).await.unwrap();
    erase(&sqlite, Selection::Id(id(50))).await;
    let before = list(&sqlite).await.memories;

    // while others write
    let file = backups.path().join("somabrain.db");
    let (source, target) = (folder.path().to_owned(), file.clone());
    let copying = tokio::task::spawn_blocking(move || copy(&source, &target).unwrap());
    for number in 51..=90 {
        remember(&sqlite, [memory(number, &format!("entry {number}"))]).await;
    }
    let copied = copying.await.unwrap();
    let rows = |table: &str| copied.rows.iter().find(|(name, _)| name == table).map(|(_, rows)| *rows);
    assert_eq!((copied.schema, rows("versions"), rows("tombstones")), (5, Some(1), Some(1)));
    assert_eq!(copied.erased, [(tenant(), id(50))]);
    assert_eq!(copied, look(&file).unwrap());
    assert!(holding(backups.path(), "entry 50").is_empty(), "nothing of what was erased");
    assert!(
        matches!(copy(folder.path(), &file), Err(OpenError::Other { .. })),
        "a file that is there is not written over"
    );
    drop(sqlite);

    let restored = open(backups.path()).await;
    let memories = list(&restored).await.memories;
    assert_eq!(memories[..before.len()], before[..], "all that was acknowledged before");
    let whole = (1..=90).filter(|number| *number != 50).zip(&memories).all(|(number, memory)| memory.id == id(number));
    assert!(whole && memories.len() as u64 == rows("memories").unwrap(), "and of what came meanwhile the first part");
    drop(restored);
    let events = verify_audit(backups.path(), &key(), &Published::new()).unwrap().tenants()[0].1;
    assert_eq!(events, rows("audit_log").unwrap());
}

#[tokio::test]
async fn another_database_takes_the_place_of_a_folders_own_which_is_kept() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let sqlite = open(other.path()).await;
    remember(&sqlite, [memory(1, "of the backup")]).await;
    drop(sqlite);
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(2, "of the folder")]).await;
    erase(&sqlite, Selection::Namespace(namespace("default"))).await;
    remember(&sqlite, [memory(3, "said later")]).await;
    assert!(matches!(Held::take(folder.path()), Err(OpenError::InUse { .. })), "not while a server has it");
    assert_eq!(erased_in(folder.path()).unwrap(), [(tenant(), id(2))]);
    drop(sqlite);
    // as a server that was killed leaves it
    fs::write(folder.path().join("somabrain.db-wal"), "a log").unwrap();

    let held = Held::take(folder.path()).unwrap();
    let aside = folder.path().join("before");
    held.replace(&other.path().join("somabrain.db"), &aside).unwrap();
    drop(held);
    let sqlite = open(folder.path()).await;
    assert_eq!(list(&sqlite).await.memories.iter().map(|memory| memory.id).collect::<Vec<_>>(), [id(1)]);
    drop(sqlite);
    assert_eq!(fs::read(aside.join("somabrain.db-wal")).unwrap(), b"a log", "with its log");
    fs::remove_file(aside.join("somabrain.db-wal")).unwrap();
    let kept = open(&aside).await;
    assert_eq!(list(&kept).await.memories.iter().map(|memory| memory.id).collect::<Vec<_>>(), [id(3)]);
}
