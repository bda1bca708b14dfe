//! Files of the program are of their owner only, also in a folder that others may look into.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::commands::done;
use crate::server::{Server, command, place, program};

/// Every file and folder in here, with those of its permissions that are not the owner's.
fn open_to_others(folder: &Path) -> Vec<(String, u32)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mode = fs::symlink_metadata(&path).expect("it is there").mode();
        all.push((path.display().to_string(), mode & 0o077));
        if path.is_dir() {
            all.extend(open_to_others(&path));
        }
    }
    all
}

#[test]
fn nobody_else_reads_what_is_written_into_a_folder_that_was_there() {
    let (program, data) = (program(), place());
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let to = |name: &str| data.path().join(name).to_str().expect("a plain path").to_owned();
    let server = Server::start(&program, data.path()).expect("it starts");
    for content in ["one", "two"] {
        let body = serde_json::json!({ "content": content }).to_string();
        assert_eq!(server.call("POST", "/remember", &body).expect("it answers").0, 201);
    }
    let mut backup = command(&program, data.path());
    backup.env("SOMABRAIN_BACKUP_DIR", to("backups")).args(["backup", "create"]);
    assert!(backup.status().expect("it runs").success());
    let during = open_to_others(data.path());
    assert!(during.iter().any(|(path, _)| path.ends_with("somabrain.db-wal")), "{during:?}");
    drop(server);
    done(&program, data.path(), &["audit", "archive", "--older-than", "0s", "--to", &to("archive")]);
    done(&program, data.path(), &["compact"]);
    let after = open_to_others(data.path());
    for expected in ["somabrain.db", "audit.key", "archive/audit-", "backups/"] {
        assert!(after.iter().any(|(path, _)| path.contains(expected)), "{expected}: {after:?}");
    }
    let open: Vec<_> = during.iter().chain(&after).filter(|(_, open)| *open != 0).collect();
    assert!(open.is_empty(), "{open:?}");
}
