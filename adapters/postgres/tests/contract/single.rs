//! One role that owns the tables and serves: the same promises.

use somabrain_postgres::Postgres;

use crate::database::Database;

contract::archiving!(let database = Database::new().await; Postgres::connect(database.single()).await.unwrap());
contract::ledger!(let database = Database::new().await; Postgres::connect(database.single()).await.unwrap());
contract::outbox!(let database = Database::new().await; Postgres::connect(database.single()).await.unwrap());
contract::density!(let database = Database::new().await; Postgres::connect(database.single()).await.unwrap());
