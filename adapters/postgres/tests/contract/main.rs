//! The suites of its ports, against the real server.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod backup;
mod claims;
mod concurrency;
mod damage;
mod database;
mod maintenance;
mod merging;
mod outages;
mod sealing;
mod server;
mod services;
mod single;
mod sql;
mod upgrade;
mod wall;

use database::Database;

contract::archiving!(let database = Database::new().await; database.postgres().await);
contract::trail!(let database = Database::new().await; database.postgres().await);
contract::ledger!(let database = Database::new().await; database.postgres().await);
contract::outbox!(let database = Database::new().await; database.postgres().await);
contract::density!(let database = Database::new().await; database.postgres().await);
