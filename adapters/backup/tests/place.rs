//! A place as those who make and those who restore backups use it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use domain::memory::MemoryId;
use domain::tenant::Tenant;
use somabrain_backup::{Backup, BackupError, Erasure, FORMAT, Manifest, Moment, Place};
use tempfile::TempDir;
use uuid::Uuid;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn moment(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn manifest() -> Manifest {
    Manifest {
        format: FORMAT,
        version: "0.1.0".into(),
        profile: "embedded".into(),
        schema: "4".into(),
        began: "2025-10-15T11:00:00Z".into(),
        ended: "2025-10-15T11:00:01Z".into(),
        rows: BTreeMap::from([("memories".into(), 2)]),
        settings: BTreeMap::new(),
        files: Vec::new(),
    }
}

fn make(place: &Place, at: &str) -> Backup {
    let draft = place.begin(moment(at)).expect("it begins");
    fs::write(draft.unfinished().join("data"), at).expect("it can be written");
    draft.finish(manifest()).expect("it is finished")
}

#[test]
fn the_newest_backup_at_or_before_a_moment_is_found() {
    let folder = folder();
    let place = Place::new(folder.path());
    assert_eq!(place.at_or_before(moment("20251015_110000")).expect("nothing is there"), None);
    for at in ["20251015_110000", "20251015_090000", "20251015_100000"] {
        make(&place, at);
    }
    let found = |wanted: &str| place.at_or_before(moment(wanted)).expect("it is read").map(|found| found.to_string());
    assert_eq!(found("20251015_085959"), None);
    assert_eq!(found("20251015_090000").as_deref(), Some("20251015_090000"));
    assert_eq!(found("20251015_105959").as_deref(), Some("20251015_100000"));
    assert_eq!(found("20991231_000000").as_deref(), Some("20251015_110000"));
}

#[test]
fn a_backup_is_read_as_it_was_made_and_damage_is_named() {
    let folder = folder();
    let place = Place::new(folder.path());
    let made = make(&place, "20251015_110000");
    let read = place.open(made.moment).expect("it is there");
    assert_eq!(read, made);
    read.check().expect("it is sound");
    assert_eq!((read.manifest.count("memories"), read.manifest.count("versions"), read.manifest.bytes()), (2, 0, 15));

    let damaged = |what: &dyn Fn(&Path), wanted: &str| {
        fs::write(read.file("data"), "20251015_110000").expect("it can be written");
        what(&read.file("data"));
        let error = read.check().expect_err(wanted).to_string();
        assert!(error.contains("20251015_110000 is damaged: data") && error.contains(wanted), "{error}");
    };
    damaged(&|path| fs::write(path, "20251015_110001").expect("it can be written"), "SHA-256");
    damaged(&|path| fs::write(path, "2025").expect("it can be written"), "4 bytes");
    damaged(&|path| fs::remove_file(path).expect("it can be removed"), "missing");

    fs::write(read.folder.join("manifest.json"), "{").expect("it can be written");
    assert!(matches!(place.open(made.moment), Err(BackupError::Manifest { .. })));
    fs::write(read.folder.join("manifest.json"), r#"{"format": 2}"#).expect("it can be written");
    assert!(matches!(place.open(made.moment), Err(BackupError::Newer { found: 2, known: 1, .. })));
}

#[test]
fn what_is_not_finished_is_no_backup_and_only_one_is_made_at_a_time() {
    let folder = folder();
    let place = Place::new(folder.path());
    let draft = place.begin(moment("20251015_110000")).expect("it begins");
    assert!(matches!(place.begin(moment("20251015_110001")), Err(BackupError::Busy(_))));
    assert_eq!(place.moments().expect("it is read"), []);
    // as a process that is killed leaves it
    let left = draft.unfinished().to_owned();
    std::mem::forget(draft);
    assert!(left.exists());

    let folder = self::folder();
    let place = Place::new(folder.path());
    drop(place.begin(moment("20251015_110000")).expect("it begins"));
    make(&place, "20251015_110000");
    assert!(matches!(place.begin(moment("20251015_110000")), Err(BackupError::Taken(_))));
    fs::create_dir(place.root().join("20251015_120000.unfinished")).expect("it can be made");
    make(&place, "20251015_130000");
    let left: Vec<_> =
        fs::read_dir(place.root()).expect("it is read").flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{left:?}");
}

#[test]
fn the_oldest_are_taken_away() {
    let folder = folder();
    let place = Place::new(folder.path());
    for hour in 10..15 {
        make(&place, &format!("20251015_{hour}0000"));
    }
    assert_eq!(place.prune(2).expect("it is pruned").len(), 3);
    assert_eq!(place.moments().expect("it is read"), [moment("20251015_130000"), moment("20251015_140000")]);
    assert_eq!(place.prune(2).expect("nothing is to be done"), []);
}

#[test]
fn erasures_are_added_and_read_once_each_even_after_a_power_cut() {
    let folder = folder();
    let erasures = Place::new(folder.path()).erasures();
    let erasure = |tenant: &str, id: u128| Erasure {
        tenant: Tenant::try_new(tenant).expect("a name"),
        id: MemoryId(Uuid::from_u128(id)),
    };
    assert!(erasures.read().expect("nothing is there").is_empty());
    erasures.append(&[erasure("acme", 1), erasure("acme", 2)]).expect("they are added");
    let mut text = fs::read_to_string(erasures.path()).expect("it is there");
    text.push_str(r#"{"tenant":"ac"#);
    fs::write(erasures.path(), text).expect("it can be written");
    assert_eq!(erasures.read().expect("the cut line is passed over").len(), 2);
    erasures.append(&[erasure("other", 1), erasure("acme", 2)]).expect("they are added");
    let read: Vec<Erasure> = erasures.read().expect("all are read").into_iter().collect();
    assert_eq!(read, [erasure("acme", 1), erasure("acme", 2), erasure("other", 1)]);

    fs::write(erasures.path(), "{\"tenant\":\"acme\",\"id\":7}\n").expect("it can be written");
    assert!(matches!(erasures.read(), Err(BackupError::Erasures { line: 1, .. })));
}
