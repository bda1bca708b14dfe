//! `somabrain audit archive` on a data folder, and the check of the chain across.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::{done, refused, run};
use crate::server::{Server, place, program};

struct Desk {
    program: PathBuf,
    data: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { program: program(), data: place(), folder: place() }
    }

    /// One row of the audit log each.
    fn remember(&self, contents: &[&str]) {
        contents.iter().for_each(|content| drop(done(&self.program, self.data.path(), &["remember", content])));
    }

    fn archive(&self, older_than: &str) -> String {
        done(&self.program, self.data.path(), &["audit", "archive", "--older-than", older_than, "--to", self.to()])
    }

    fn verify(&self) -> [String; 2] {
        let across = ["audit", "verify", "--archive", self.to()];
        [&across[..2], &across].map(|arguments| done(&self.program, self.data.path(), arguments))
    }

    fn to(&self) -> &str {
        self.folder.path().to_str().expect("a plain path")
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> =
            fs::read_dir(self.folder.path()).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files
    }

    /// The check is refused as long as a file of the archive is not what it was.
    fn refuses(&self, file: &Path, changed: &str, words: &[&str]) {
        let was = fs::read_to_string(file).expect("a file");
        assert_ne!(was, changed);
        fs::write(file, changed).expect("written");
        let output = run(&self.program, self.data.path(), &["audit", "verify", "--archive", self.to()]);
        words.iter().for_each(|words| refused(&output, words));
        fs::write(file, was).expect("written");
    }
}

#[test]
fn old_rows_are_archived_and_the_chain_is_verified_across() {
    let desk = Desk::new();
    desk.remember(&["one", "two", "three"]);
    assert_eq!(desk.archive("30d"), "no row is older than 30d\n");
    assert_eq!(desk.files(), Vec::<PathBuf>::new());
    assert!(desk.archive("0s").starts_with("3 events of 1 tenants archived in "));
    desk.remember(&["four"]);
    let [here, across] = desk.verify();
    assert!(here.starts_with("2 events of 1 tenants verified; the 3 before them are archived"), "{here}");
    assert_eq!(across, "5 events of 1 tenants verified, 3 of them in the archive\n");

    assert!(desk.archive("0s").starts_with("2 events of 1 tenants archived in "));
    let files = desk.files();
    let lines = |file: &PathBuf| fs::read_to_string(file).expect("a file").lines().count();
    assert_eq!(files.iter().map(lines).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(desk.verify()[1], "6 events of 1 tenants verified, 5 of them in the archive\n");

    // A run that was broken off before it deleted anything: the next one has archived the same rows again.
    let again = files[0].with_file_name("audit-99991231T235959.000000Z.ndjson");
    fs::copy(&files[0], &again).expect("copied");
    assert_eq!(desk.verify()[1], "6 events of 1 tenants verified, 5 of them in the archive\n");
    let server = Server::start(&desk.program, desk.data.path()).expect("it starts");
    assert_eq!(desk.verify()[1], "6 events of 1 tenants verified, 5 of them in the archive\n");
    let beside = ["audit", "archive", "--older-than", "0s", "--to", desk.to()];
    refused(&run(&desk.program, desk.data.path(), &beside), "stop the server first");
    drop(server);
}

#[test]
fn whatever_is_changed_in_an_archive_is_found_and_the_row_named() {
    let desk = Desk::new();
    desk.remember(&["one", "two", "three"]);
    desk.archive("0s");
    desk.remember(&["four"]);
    desk.archive("0s");
    let files = desk.files();
    let name = files[0].file_name().and_then(|name| name.to_str()).expect("a name");
    let first = fs::read_to_string(&files[0]).expect("a file");
    let lines: Vec<&str> = first.lines().collect();
    let [one, two, three] = lines[..] else { panic!("three rows: {first}") };
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();

    let forged = two.replace("\"outcome\":\"done\"", "\"outcome\":\"gone\"");
    let place = format!("{name}, line 2");
    desk.refuses(&files[0], &joined(&[one, &forged, three]), &[&place, "audit event 2 does not match its seal"]);
    desk.refuses(&files[0], &joined(&[one, three]), &[&place, "event 2 of tenant local is missing"]);
    desk.refuses(&files[0], &joined(&[one, two, "{}"]), &["line 3", "no row of an audit log"]);
    desk.refuses(&files[0], &joined(&[one, two]), &["event 3 of tenant local is missing"]);
    desk.refuses(&files[1], "", &["ends at event 3", "begins after event 5"]);
    assert_eq!(desk.verify()[1], "6 events of 1 tenants verified, 5 of them in the archive\n");
}
