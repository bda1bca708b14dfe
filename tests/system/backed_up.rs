//! Backups of the networked profile: of a database that replicas write to; the database and the memory service's data lost.

#[path = "backups/scenario.rs"]
mod scenario;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use scenario::{Installation, a_lost_installation_is_restored_to_a_point_in_time, within};
use tempfile::TempDir;
use tokio_postgres::error::SqlState;

use crate::density::connected;
use crate::server::{Server, place};
use crate::stack::Stack;

struct Networked {
    stack: Stack,
    place: TempDir,
}

impl Networked {
    fn backups(&self) -> PathBuf {
        within(self.place.path(), "backups")
    }
}

impl Installation for Networked {
    fn server(&self) -> &Server {
        &self.stack.replicas[0]
    }

    fn command(&self) -> Command {
        let mut command = self.stack.command();
        command.env("SOMABRAIN_BACKUP_DIR", self.backups());
        command
    }

    fn served(&self) -> Option<String> {
        Some(self.server().url.clone())
    }

    /// Under running replicas, which are not told.
    fn lose_everything(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let postgres = connected(self.stack.servers.postgres.url()).await;
            // The replica works in the tables: the server ends whichever of the two it likes where they wait in a circle.
            let drop = "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner";
            while let Err(error) = postgres.batch_execute(drop).await {
                assert_eq!(error.code(), Some(&SqlState::T_R_DEADLOCK_DETECTED), "{error}");
            }
        });
        self.stack.kill_memory().expect("it can be killed");
        fs::remove_dir_all(self.stack.memory_folder()).expect("its data can be lost");
        self.stack.start_memory().expect("an empty one starts");
    }

    fn go_on(&mut self) {}
}

#[test]
fn a_lost_database_is_restored_to_a_point_in_time_under_running_replicas() {
    let mut stack = Stack::start(1).expect("the stack starts");
    let place = place();
    let mut replica = stack.command();
    replica.env("SOMABRAIN_BACKUP_DIR", within(place.path(), "backups"));
    stack.replicas = vec![Server::of(replica).expect("it starts")];
    a_lost_installation_is_restored_to_a_point_in_time(Networked { stack, place });
}
