//! The audit chains: complete, and any change shows.

use std::path::Path;

use application::ports::ledger::{Change, Ledger, Selection};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use domain::audit::{AuditKey, Head, Published, Seal, Why};
use domain::link::{Link, Relation};
use somabrain_sqlite::{AuditError, verify_audit};
use tempfile::TempDir;

use crate::builders::{answer, change, erase, id, key, memory, open, remember, remembering, tenant};

async fn acted() -> TempDir {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "first"), memory(2, "second")]).await;
    change(&sqlite, 1, Change::Link(Link { to: id(2), relation: Relation::Related })).await.unwrap();
    let mut wrong = memory(3, "refused");
    wrong.supersedes = vec![id(99)];
    sqlite.remember(remembering([wrong])).await.map(answer).unwrap_err();
    erase(&sqlite, Selection::Id(id(1))).await;
    // Beside the open folder, too.
    assert_eq!(verify_audit(folder.path(), &key(), &Published::new()).unwrap().tenants(), [(tenant(), 3)]);
    folder
}

fn tamper(folder: &Path, sql: &str) {
    let file = folder.join("somabrain.db");
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(sql).unwrap();
}

#[tokio::test]
async fn every_write_and_no_refusal_is_one_event_of_a_sound_chain() {
    let folder = acted().await;

    assert_eq!(verify_audit(folder.path(), &key(), &Published::new()).unwrap().tenants(), [(tenant(), 3)]);
}

#[tokio::test]
async fn the_first_changed_event_is_named() {
    for column in ["event_type", "event_data", "user_id", "resource", "outcome", "request_id"] {
        let folder = acted().await;
        tamper(folder.path(), &format!("UPDATE audit_log SET {column} = 'forged' WHERE number = 2"));

        let error = verify_audit(folder.path(), &key(), &Published::new()).unwrap_err();

        assert!(
            matches!(&error, AuditError::Broken { tenant: t, broken } if *t == tenant() && broken.number == 2),
            "{error}"
        );
    }
}

/// One byte of any field, two rows in each other's place, a row given to another tenant.
#[tokio::test]
async fn whatever_is_done_to_an_event_the_first_that_no_longer_fits_is_named() {
    let first_byte = "X'00' || substr(seal, 2)";
    for (sql, number) in [
        ("UPDATE audit_log SET created_at = created_at + 1 WHERE number = 2", 2),
        ("UPDATE audit_log SET user_id = user_id || ' ' WHERE number = 1", 1),
        (&format!("UPDATE audit_log SET seal = {first_byte} WHERE number = 3"), 3),
        (
            "UPDATE audit_log SET number = -number WHERE number < 3; UPDATE audit_log SET number = 3 + number WHERE number < 0",
            1,
        ),
        (
            "UPDATE audit_log SET number = -number WHERE number > 1; UPDATE audit_log SET number = 5 + number WHERE number < 0",
            2,
        ),
        ("UPDATE audit_log SET tenant_id = 'other' WHERE number = 2", 2),
        ("DELETE FROM audit_log WHERE number = 2", 2),
    ] {
        let folder = acted().await;
        tamper(folder.path(), sql);

        let error = verify_audit(folder.path(), &key(), &Published::new()).unwrap_err();

        assert!(
            matches!(&error, AuditError::Broken { tenant: t, broken } if *t == tenant() && broken.number == number),
            "{sql}: {error}"
        );
    }
}

#[tokio::test]
async fn a_removed_event_and_a_cut_end_are_found() {
    let folder = acted().await;
    tamper(folder.path(), "DELETE FROM audit_log WHERE number = 3");
    let cut = verify_audit(folder.path(), &key(), &Published::new()).unwrap_err();
    tamper(folder.path(), "DELETE FROM audit_log WHERE number = 1");
    let removed = verify_audit(folder.path(), &key(), &Published::new()).unwrap_err();

    assert!(matches!(cut, AuditError::Cut { found: 2, expected: 3, .. }), "{cut}");
    assert!(matches!(&removed, AuditError::Broken { broken, .. } if broken.number == 1), "{removed}");
}

#[tokio::test]
async fn another_key_verifies_nothing() {
    let folder = acted().await;

    let other = AuditKey::try_new(b"quite another key!").unwrap();

    assert!(verify_audit(folder.path(), &other, &Published::new()).is_err());
}

/// A beginning that the key did not write hides no row.
#[tokio::test]
async fn a_forged_beginning_is_found() {
    let folder = acted().await;
    tamper(
        folder.path(),
        "INSERT INTO audit_beginnings SELECT tenant_id, number, seal, seal FROM audit_log WHERE number = 1;
         DELETE FROM audit_log WHERE number = 1",
    );

    let error = verify_audit(folder.path(), &key(), &Published::new()).unwrap_err();

    assert!(matches!(&error, AuditError::Beginning { tenant: t } if *t == tenant()), "{error}");
}

/// No server has opened it since.
#[tokio::test]
async fn a_database_of_schema_4_is_verified_from_its_first_event_on() {
    let folder = acted().await;
    tamper(folder.path(), "DROP TABLE audit_beginnings; PRAGMA user_version = 4");

    assert_eq!(verify_audit(folder.path(), &key(), &Published::new()).unwrap().tenants(), [(tenant(), 3)]);
}

#[tokio::test]
async fn a_chain_that_is_not_what_was_published_is_named_whoever_has_the_key() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, [memory(1, "one")]).await;
    remember(&sqlite, [memory(2, "two")]).await;
    drop(sqlite);
    let [(_, end)] = verify_audit(folder.path(), &key(), &Published::new()).unwrap().heads[..] else { panic!("one") };
    let told = |head: Head| {
        let mut published = Published::new();
        published.add(tenant(), head).unwrap();
        verify_audit(folder.path(), &key(), &published)
    };
    assert_eq!(end.number, 2);
    assert_eq!(told(end).unwrap().tenants(), [(tenant(), 2)]);
    let other = Head { number: 1, ..end };
    assert!(
        matches!(told(other), Err(AuditError::Broken { broken, .. }) if (broken.number, broken.why) == (1, Why::Published))
    );
    let longer = Head { number: 3, ..end };
    assert!(
        matches!(told(longer), Err(AuditError::Cut { found: 2, expected: 3, .. })),
        "its end was cut off with the head"
    );
    let mut twice = Published::new();
    twice.add(tenant(), end).unwrap();
    twice.add(tenant(), Head { seal: Seal([0; 32]), ..end }).unwrap_err();
    assert_eq!(Seal::parse(&end.seal.to_string()), Some(end.seal));
    assert_eq!((Seal::parse("00"), Seal::parse(&"g".repeat(64))), (None, None));
}
