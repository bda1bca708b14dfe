//! Which folders are refused, how, and that a refused one is as it was.

use std::fs;
use std::path::Path;

use application::ports::ledger::Ledger;
use application::ports::outbox::Outbox;
use application::ports::teaching::{Lesson, Lessons, Teaching};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use domain::recall::term::{PerTerm, Term};
use somabrain_sqlite::{Config, OpenError, Sqlite};
use tempfile::TempDir;

use crate::builders::{at, key, memory, note, open, remember};

async fn refusal(folder: &Path) -> OpenError {
    match Sqlite::open(Config::new(folder, key())).await {
        Ok(_) => panic!("the folder was opened"),
        Err(error) => error,
    }
}

/// A closed folder with enough in it that damage anywhere meets something.
async fn filled() -> TempDir {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    for batch in 0..20u128 {
        let numbers = (0..40).map(|n| batch * 40 + n);
        remember(&sqlite, numbers.map(|n| memory(n + 1, &format!("{n} {}", "a long walk by the sea ".repeat(20)))))
            .await;
    }
    folder
}

async fn damaged(damage: impl FnOnce(&mut Vec<u8>)) {
    let folder = filled().await;
    let file = folder.path().join("somabrain.db");
    let mut bytes = fs::read(&file).unwrap();
    damage(&mut bytes);
    fs::write(&file, &bytes).unwrap();

    let error = refusal(folder.path()).await;

    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("restore a backup"), "{error}");
    assert!(fs::read(&file).unwrap() == bytes, "the damaged file was changed");
}

#[tokio::test]
async fn a_flipped_header_is_refused_and_the_file_untouched() {
    damaged(|bytes| bytes[..100].iter_mut().for_each(|byte| *byte ^= 0xA5)).await;
}

#[tokio::test]
async fn flipped_bytes_in_64_places_are_refused_and_the_file_untouched() {
    damaged(|bytes| {
        for k in 0..64 {
            let from = bytes.len() * k / 64 + 37;
            bytes[from..from + 16].iter_mut().for_each(|byte| *byte ^= 0xA5);
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_cut_to_half_is_refused_and_untouched() {
    damaged(|bytes| bytes.truncate(bytes.len() / 2 + 11)).await;
}

#[tokio::test]
async fn a_page_of_zeros_is_refused_and_the_file_untouched() {
    damaged(|bytes| {
        let page = bytes.len() / 2 / 4096 * 4096;
        bytes[page..page + 4096].fill(0);
    })
    .await;
}

#[tokio::test]
async fn one_flipped_bit_in_a_memory_is_refused_and_the_file_untouched() {
    damaged(|bytes| {
        let words = b"walk by the sea";
        let at = bytes.windows(words.len()).position(|window| window == words).unwrap();
        bytes[at] ^= 1;
    })
    .await;
}

#[tokio::test]
async fn damage_is_refused_with_the_log_of_a_crash_untouched_too() {
    let folder = filled().await;
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(9001, "still in the log")]).await;
    let crashed = TempDir::new().unwrap();
    for name in ["somabrain.db", "somabrain.db-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let file = crashed.path().join("somabrain.db");
    let mut bytes = fs::read(&file).unwrap();
    let page = bytes.len() / 2 / 4096 * 4096;
    bytes[page..page + 4096].fill(0);
    fs::write(&file, &bytes).unwrap();
    let log = fs::read(crashed.path().join("somabrain.db-wal")).unwrap();

    let error = refusal(crashed.path()).await;

    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(!log.is_empty());
    assert!(fs::read(&file).unwrap() == bytes, "the damaged file was changed");
    assert!(fs::read(crashed.path().join("somabrain.db-wal")).unwrap() == log, "the log was changed");
}

#[tokio::test]
async fn a_folder_in_use_is_refused_until_it_is_closed() {
    let folder = TempDir::new().unwrap();
    let first = open(folder.path()).await;

    let error = refusal(folder.path()).await;

    assert!(error.to_string().contains("is in use by another process"), "{error}");
    drop(first);
    open(folder.path()).await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_its_number() {
    let folder = filled().await;
    let file = folder.path().join("somabrain.db");
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute("PRAGMA user_version = 7").unwrap();

    let error = refusal(folder.path()).await;

    let words = "made by a newer version (schema 7, this program knows 5): use that version";
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_place_that_cannot_be_a_folder_is_unwritable() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();

    let error = refusal(&folder.path().join("file").join("data")).await;

    assert!(matches!(error, OpenError::Unwritable { .. }), "{error:?}");
    assert!(error.to_string().contains("cannot be written"), "{error}");
}

#[tokio::test]
async fn odd_characters_in_the_folders_name_do_no_harm() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("a?b#c%20 ü");
    let sqlite = open(&folder).await;

    remember(&sqlite, [memory(1, "hello")]).await;

    assert!(folder.join("somabrain.db").exists());
}

/// Takes the migrations after the first back.
fn as_of_version_1(folder: &Path) {
    let file = folder.join("somabrain.db");
    let back = "DROP TABLE published; DROP TABLE lessons; DROP TABLE merged; DROP TABLE audit_beginnings; PRAGMA user_version = 1;
                DELETE FROM __diesel_schema_migrations WHERE version > '00000000000001';";
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(back).unwrap();
}

/// Takes the third migration back.
fn as_of_version_2(folder: &Path) {
    let file = folder.join("somabrain.db");
    let back = "DROP TABLE lessons; DROP TABLE merged; DROP TABLE audit_beginnings; PRAGMA user_version = 2;
                DELETE FROM __diesel_schema_migrations WHERE version > '00000000000002';";
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(back).unwrap();
}

#[tokio::test]
async fn a_database_of_schema_2_is_migrated_and_can_be_taught() {
    let folder = filled().await;
    as_of_version_2(folder.path());

    let sqlite = open(folder.path()).await;

    assert_eq!(sqlite.statistics().memories, 800);
    let step = PerTerm::default().with(Term::Lexical, 0.0078125);
    let lesson = Lesson::Learn { recall: memory(1, "any").id.0, step };
    let tenant = memory(1, "any").tenant;
    sqlite.teach(Teaching { tenant: tenant.clone(), lesson, note: note(0) }).await.unwrap();
    drop(sqlite);
    let lessons = open(folder.path()).await.lessons(&tenant).await.unwrap();
    assert_eq!(lessons, Lessons { version: 1, sum: step });
}

#[tokio::test]
async fn a_database_of_schema_1_is_migrated_and_keeps_everything() {
    let folder = filled().await;
    as_of_version_1(folder.path());

    let sqlite = Sqlite::open(Config { events: true, ..Config::new(folder.path(), key()) }).await.unwrap();

    assert_eq!(sqlite.statistics().memories, 800);
    remember(&sqlite, [memory(9001, "one more")]).await;
    assert_eq!(sqlite.depth(at(0)).await.unwrap().pending, 21);
    drop(sqlite);
    assert_eq!(open(folder.path()).await.statistics().memories, 801);
}

#[tokio::test]
async fn a_damaged_database_of_schema_1_is_refused_and_not_migrated() {
    let folder = filled().await;
    as_of_version_1(folder.path());
    let file = folder.path().join("somabrain.db");
    let mut bytes = fs::read(&file).unwrap();
    let words = b"walk by the sea";
    let at = bytes.windows(words.len()).position(|window| window == words).unwrap();
    bytes[at] ^= 1;
    fs::write(&file, &bytes).unwrap();

    let error = refusal(folder.path()).await;

    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(fs::read(&file).unwrap() == bytes, "the damaged file was changed");
}
