//! The embedded profile: the data folder, its checksums, and the room on its disk.

use std::path::Path;

use super::report::{Report, causes};
use crate::settings::Settings;

const FOLDER: &str = "data_folder";
const DISK: &str = "disk";
/// Less free room than this is too little for a day's work, in bytes.
const LEAST: u64 = 100 << 20;

pub(super) fn examine(settings: &Settings, report: &mut Report) {
    let folder = settings.data_dir.as_path();
    if !folder.is_dir() {
        let what = format!("there is no folder {}", folder.display());
        return report.wrong(
            FOLDER,
            what,
            "set SOMABRAIN_DATA_DIR to the data folder, or start a server, which makes one",
        );
    }
    match somabrain_sqlite::examine(folder) {
        Ok(None) => report.ok(FOLDER, format!("{} holds nothing yet", folder.display())),
        Ok(Some(found)) => {
            let what = format!("{}: {} memories, every checksum is right", folder.display(), found.memories);
            report.ok(FOLDER, what);
            if found.unsound > 0 {
                let what = format!("{} density matrices break an invariant", found.unsound);
                report.wrong(FOLDER, what, "start the server again: it mends or replaces them, see docs/density.md");
            }
            if !found.current {
                report.note(
                    FOLDER,
                    "its schema is older than this program",
                    "a start of the server brings it up to date",
                );
            }
        }
        Err(error) => report.wrong(FOLDER, causes(&error), "stop the server and restore a backup"),
    }
    room(folder, report);
}

fn room(folder: &Path, report: &mut Report) {
    let data = std::fs::metadata(folder.join("somabrain.db")).map_or(0, |found| found.len());
    let free = match rustix::fs::statvfs(folder) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => return report.note(DISK, format!("its room could not be asked: {error}"), "see df"),
    };
    let what = format!("{} MB are free, the data has {} MB", free >> 20, data >> 20);
    if free < LEAST {
        report.wrong(DISK, what, "make room: a full disk refuses writes with 507");
    } else if free < 2 * data {
        report.note(DISK, what, "a backup and `somabrain compact` each need as much room as the data");
    } else {
        report.ok(DISK, what);
    }
}
