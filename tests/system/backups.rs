//! Backups of the embedded profile: of a folder that a server writes to, by the commands and by the server itself.

#[path = "backups/scenario.rs"]
mod scenario;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use scenario::{Installation, a_lost_installation_is_restored_to_a_point_in_time, within};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::commands::refused;
use crate::server::{Server, command, place, program};

/// A server, its data and its backups.
struct Embedded {
    place: TempDir,
    server: Server,
}

impl Embedded {
    fn start() -> Self {
        let place = place();
        let server = Server::of(with_backups(place.path())).expect("it starts");
        Self { place, server }
    }

    fn data(&self) -> PathBuf {
        within(self.place.path(), "data")
    }
}

fn with_backups(place: &Path) -> Command {
    let mut command = command(&program(), &within(place, "data"));
    command.env("SOMABRAIN_BACKUP_DIR", within(place, "backups"));
    command
}

impl Installation for Embedded {
    fn server(&self) -> &Server {
        &self.server
    }

    fn command(&self) -> Command {
        with_backups(self.place.path())
    }

    fn served(&self) -> Option<String> {
        None
    }

    fn lose_everything(&mut self) {
        self.server.kill().expect("it can be killed");
        fs::remove_dir_all(self.data()).expect("its data can be lost");
        // the script asks the folder where no server has it
        fs::create_dir(self.data()).expect("a new one is made");
    }

    fn go_on(&mut self) {
        self.server = Server::of(self.command()).expect("it starts again");
    }
}

#[test]
fn a_lost_folder_is_restored_to_a_point_in_time() {
    a_lost_installation_is_restored_to_a_point_in_time(Embedded::start());
}

fn backups(place: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = with_backups(place);
    command.arg("backup").args(arguments);
    command.output().expect("it runs")
}

#[test]
fn a_server_makes_backups_by_itself_and_keeps_so_many() {
    let place = place();
    let mut settings = with_backups(place.path());
    settings.env("SOMABRAIN_BACKUP_INTERVAL", "1s").env("SOMABRAIN_BACKUP_KEEP", "2");
    let mut server = Server::of(settings).expect("it starts");
    server.call("POST", "/remember", r#"{"content": "the spare key is under the blue pot"}"#).expect("stored");
    let begin = Instant::now();
    let mut seen: Vec<String> = Vec::new();
    while seen.len() < 4 {
        assert!(begin.elapsed() < Duration::from_secs(60), "{seen:?}");
        let output = backups(place.path(), &["list", "--json"]);
        let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let listed = listed.as_array().expect("a list");
        assert!(listed.len() <= 3, "two, and one that is about to go: {listed:?}");
        seen.extend(listed.iter().filter_map(|one| one["moment"].as_str()).map(Into::into));
        seen.sort();
        seen.dedup();
    }
    assert_eq!(server.terminate().expect("it ends"), Some(0));
}

#[test]
fn damage_is_named_and_a_running_server_is_not_restored_over() {
    let installation = Embedded::start();
    let place = installation.place.path();
    installation.server.call("POST", "/remember", r#"{"content": "the spare key"}"#).expect("stored");
    refused(&backups(place, &["verify"]), "there is no backup");
    let output = backups(place, &["restore", "yesterday"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("20251015_110000"), "{output:?}");
    assert!(backups(place, &["create"]).status.success());
    let listed: Value = serde_json::from_slice(&backups(place, &["list", "--json"]).stdout).expect("JSON");
    let moment = listed[0]["moment"].as_str().expect("a moment").to_owned();
    assert_eq!((&listed[0]["profile"], &listed[0]["rows"]["memories"]), (&json!("embedded"), &json!(1)));
    assert!(!listed.to_string().contains("SECRET") && listed[0]["settings"]["SOMABRAIN_BACKUP_DIR"].is_string());
    refused(&backups(place, &["restore", &moment]), "stop the server first");
    let file = within(place, "backups").join("somabrain").join(&moment).join("somabrain.db");
    let mut bytes = fs::read(&file).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("it can be written");
    refused(&backups(place, &["verify", &moment]), "SHA-256");
    let mut networked = with_backups(place);
    networked.args(["backup", "list"]).env_remove("SOMABRAIN_BACKUP_DIR");
    refused(&networked.output().expect("it runs"), "SOMABRAIN_BACKUP_DIR");
}
